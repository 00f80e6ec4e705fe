"""The playground's forms: a conversation's options, the user's own endpoint, a pasted document."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.views.decorators.debug import sensitive_variables

from personas.endpoints import endpoint_persona, make_endpoint_persona
from personas.formats import ConversationDraft, FormatError
from personas.formats.registry import formats
from personas.importing import ADD_SECRET, ImportRefusedError, PersonaImport, import_draft
from personas.models import Persona
from personas.reading import read_conversation, read_document
from personas.row_limits import TooManyRowsError
from playground.engine.addresses.address import AddressError, parse_address
from playground.engine.callback_sentences import CONTENTS
from playground.engine.platforms.registry import default_platform_name, platform_choices
from playground.engine.prompt import placeholders
from playground.storage.start_conversation import ConversationOptions, Message

MAX_CONTEXT_CHARS = 20_000
MAX_VALUE_CHARS = 2_000
MAX_PLACEHOLDERS = 20
MAX_PASTE_CHARS = 200_000
VALUE_PREFIX = "value-"


class ConversationOptionsForm(forms.Form):
    """A conversation's options. Each ``{identifier}`` of the sent context gets an input box."""

    conversational_context = forms.CharField(
        label="Conversational context",
        required=False,
        max_length=MAX_CONTEXT_CHARS,
        widget=forms.Textarea(
            attrs={"rows": 3, "placeholder": "You are talking to {user_name}, who is {age} years old."}
        ),
        help_text="Whom the persona talks to. Each {identifier} becomes a box to fill.",
    )
    custom_greeting = forms.CharField(
        label="Opening line",
        required=False,
        max_length=2_000,
        help_text="The voice says it first, word for word, without asking the LLM.",
    )
    conversation_name = forms.CharField(label="Conversation name", required=False, max_length=200)
    replica_id = forms.CharField(label="replica_id", required=False, max_length=100)
    callback_url = forms.CharField(
        label="callback_url",
        required=False,
        max_length=2_000,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )

    def __init__(self, data: Any = None, *, initial: Mapping[str, str] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.fields["callback_url"].help_text = self._callback_help()
        values = data or initial or {}
        context = str(values.get("conversational_context", ""))
        self._identifiers = placeholders(context)[:MAX_PLACEHOLDERS]
        for name in self._identifiers:
            self.fields[VALUE_PREFIX + name] = forms.CharField(
                label=f"{{{name}}}",
                max_length=MAX_VALUE_CHARS,
                error_messages={"required": f"What stands for {{{name}}}?"},
            )

    @property
    def value_fields(self) -> list[forms.BoundField]:
        """The input boxes of the context's identifiers, in order."""
        return [self[VALUE_PREFIX + name] for name in self._identifiers]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        names = ("custom_greeting", "conversation_name", "replica_id", "callback_url")
        return [self[name] for name in names]

    @staticmethod
    def _callback_help() -> str:
        """Return what is sent to the address, if anything is."""
        if not settings.CALLBACKS:
            return "Kept, and nothing is sent there: whoever runs the server has not switched callbacks on (CALLBACKS)."
        return f"This address gets {CONTENTS}. Leave it empty and nothing is sent."

    def clean_callback_url(self) -> str:
        url: str = self.cleaned_data["callback_url"].strip()
        if not url:
            return ""
        try:
            address = parse_address(url)
        except AddressError as error:
            raise ValidationError(error.message) from None
        if address.is_own:
            raise ValidationError("Give a whole address that begins with https://.")
        return url

    def conversation_options(self, *, stand_in: bool, initial_messages: list[Message]) -> ConversationOptions:
        cleaned = self.cleaned_data
        return ConversationOptions(
            conversation_name=cleaned["conversation_name"],
            conversational_context=cleaned["conversational_context"],
            replica_id=cleaned["replica_id"],
            callback_url=cleaned["callback_url"],
            custom_greeting=cleaned["custom_greeting"],
            values={name: cleaned[VALUE_PREFIX + name] for name in self._identifiers},
            initial_messages=initial_messages,
            stand_in=stand_in,
        )


class EndpointForm(forms.Form):
    """The user's own endpoint in one strip: the fields of a persona that calls it."""

    base_url = forms.CharField(
        label="Base URL",
        max_length=2_000,
        widget=forms.TextInput(
            attrs={"inputmode": "url", "placeholder": "http://127.0.0.1:8000/v1", "spellcheck": "false"}
        ),
    )
    key = forms.CharField(
        label="Key",
        required=False,
        max_length=4_096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    model = forms.CharField(
        label="Model",
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "gpt-4o", "spellcheck": "false"}),
    )
    platform = forms.ChoiceField(label="As", choices=platform_choices, initial=default_platform_name)

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self._user = user
        if not user.has_perm(ADD_SECRET):
            self.fields["key"].disabled = True

    def as_typed(self) -> Persona | None:
        """Return the endpoint's persona, unsaved, or None, with errors in the fields."""
        cleaned = self.cleaned_data
        try:
            return endpoint_persona(
                cleaned["base_url"], cleaned["model"], cleaned["platform"], has_key=bool(cleaned["key"])
            )
        except ValidationError as error:
            self.add_error(None, error)
            return None

    @sensitive_variables()
    def make_persona(self) -> PersonaImport | None:
        """Create a persona for the endpoint; return None, with errors in the fields, if that fails."""
        cleaned = self.cleaned_data
        try:
            return make_endpoint_persona(
                cleaned["base_url"],
                cleaned["key"] or "",
                cleaned["model"],
                cleaned["platform"],
                self._user,
            )
        except ValidationError as error:
            self.add_error(None, error)
            return None


def _documents() -> str:
    return ", or ".join(known.pasted.started for known in formats())


def _examples() -> str:
    return "   or   ".join(known.pasted.example for known in formats())


class PasteForm(forms.Form):
    """A platform's document or Tavus' conversation JSON, as on the platform's page."""

    document = forms.CharField(
        label=lazy(_documents, str)(),
        max_length=MAX_PASTE_CHARS,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 8,
                "class": "code",
                "spellcheck": "false",
                "placeholder": lazy(_examples, str)(),
            }
        ),
        help_text=(
            "Comments, trailing commas and placeholder values are fine; so is a curl command, a Python dict or a "
            "JavaScript object. A key in it becomes a token secret, usable at its own host alone."
        ),
    )

    def conversation(self) -> ConversationDraft | None:
        """Return the conversation in the text, or None if there is none or it is invalid (which is then an error)."""
        try:
            return read_conversation(self.cleaned_data["document"])
        except FormatError as error:
            self.add_error("document", str(error))
            return None

    @sensitive_variables()
    def import_persona(self, user: User) -> PersonaImport | None:
        """Store the persona; return None, with an error with line and column, for an invalid text."""
        try:
            draft = read_document(self.cleaned_data["document"], site_url=settings.SITE_URL)
            return import_draft(draft, by=user)
        except FormatError as error:
            self.add_error("document", str(error))
        except (ImportRefusedError, TooManyRowsError) as error:
            self.add_error("document", error.message)
        return None
