"""The filler config form: Just AI's ``fillersPhraseConfig`` under a name."""

from typing import Any

from django import forms

from personas.delays import LONGEST_ACTIVATION_DELAY_MS
from personas.formats.rules import ValueProblem, filler_problems
from personas.forms.fields import PhrasesField
from personas.models import FillerConfig

_FORM_FIELDS = {
    "fillerPhrase": "filler_phrase",
    "fillerPhrasesList": "filler_phrases_list",
    "activationDelayMs": "activation_delay_ms",
}


class FillerConfigForm(forms.ModelForm):
    """Requires at least one phrase in either field. A turn picks one of all at random."""

    filler_phrase = forms.CharField(
        required=False,
        max_length=500,
        label="fillerPhrase",
        help_text="One phrase that fills the pause while the LLM is silent.",
    )
    filler_phrases_list = PhrasesField(
        label="fillerPhrasesList",
        help_text="More phrases, one a line. One random phrase out of both fields is said, at most once a turn.",
    )
    activation_delay_ms = forms.IntegerField(
        label="activationDelayMs",
        min_value=0,
        max_value=LONGEST_ACTIVATION_DELAY_MS,
        initial=2_000,
        help_text="How long the pause lasts before the phrase is said, in milliseconds; 2000 by default. If the "
        "answer begins to play earlier, no phrase is said. Values less than 500 might cause errors in llmRequest.",
    )

    class Meta:
        model = FillerConfig
        fields = ["name", "filler_phrase", "filler_phrases_list", "activation_delay_ms"]
        labels = {"name": "Name"}
        help_texts = {"name": "What personas refer to it by."}

    def typed(self) -> FillerConfig:
        """Return the config with every valid typed value, not saved."""
        self.full_clean()
        config: FillerConfig = self.instance
        return config

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for problem in filler_problems({key: cleaned[name] for key, name in _FORM_FIELDS.items()}):
                self.add_error(_field_of(problem), problem.message)
        return cleaned


def _field_of(problem: ValueProblem) -> str:
    return _FORM_FIELDS[str(problem.path[0])] if problem.path else "filler_phrase"
