"""What the persona editor shows around its form: notes by section, the preview, the link to a new token secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from personas.closed_addresses import closed_address_sentence
from personas.documents import document_of
from personas.formats.advice import FieldNote, notes_about
from personas.formats.credentials import proposed_name
from personas.formats.registry import format_named
from personas.forms.persona import PersonaForm
from personas.forms.platform_texts import platform_texts
from personas.models import Persona
from personas.persona_field import FormSection
from personas.presets import PRESETS
from personas.preview import SAMPLE_WORDS, preview_of
from personas.readiness import ReadinessProblem, dialled_address, readiness_problems
from personas.secret_usage import unused_name_sentences
from personas.tidying import kept_until
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platform_choices, platform_named, platforms

MAX_SAMPLE_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """A field with its problems and notes. ``place`` counts from 0 in its section."""

    place: int
    field: forms.BoundField
    problems: tuple[ReadinessProblem, ...]
    notes: tuple[FieldNote, ...]
    foreign_on: tuple[str, ...]
    """The platforms whose documents don't have it, by name."""
    is_set: bool
    """Whether its value is another than a new persona's."""

    @property
    def reading(self) -> str:
        """Its value as a text to read: of a choice the label."""
        value = _shown(self.field)
        choices = getattr(self.field.field, "choices", ())
        return next((str(label) for choice, label in choices if value and str(choice) == value), value)

    @property
    def is_code(self) -> bool:
        return "code" in self.field.field.widget.attrs.get("class", "").split()

    @property
    def needs_attention(self) -> bool:
        return bool(self.field.errors or self.problems or self.notes)


@dataclass(frozen=True, slots=True)
class Section:
    text: FormSection
    platform: Platform
    rows: tuple[Row, ...]

    @property
    def lead(self) -> str:
        return platform_texts(self.text.lead_on, self.platform)

    @property
    def own_rows(self) -> list[Row]:
        return [row for row in self.rows if self.platform.name not in row.foreign_on]

    @property
    def foreign_rows(self) -> list[Row]:
        """The rows of fields that only other platforms' documents have."""
        return [row for row in self.rows if self.platform.name in row.foreign_on]

    @property
    def read_rows(self) -> list[Row]:
        """The rows for a reader: the platform's own fields, and other platforms' fields that are set."""
        return [row for row in self.rows if row.is_set or self.platform.name not in row.foreign_on]

    @property
    def has_foreign_rows(self) -> bool:
        """Whether there are any, on whichever platform is chosen."""
        return any(row.foreign_on for row in self.rows)

    @property
    def opens_foreign_rows(self) -> bool:
        return any(row.needs_attention for row in self.foreign_rows)

    @property
    def is_open(self) -> bool:
        return self.text.is_open or bool(self.fields_with_errors)

    @property
    def fields_with_errors(self) -> int:
        return sum(bool(row.field.errors) for row in self.rows)

    @property
    def remarks(self) -> int:
        return sum(len(row.problems) + len(row.notes) for row in self.rows)

    @property
    def fields_set(self) -> int:
        """How many fields differ from a new persona's."""
        return sum(row.is_set for row in self.rows)


def editor_context(request: HttpRequest, form: PersonaForm, *, has_stored: bool) -> dict[str, Any]:
    """Return the context that depends on the typed values, for the page and for the preview while typing."""
    persona = form.as_typed() if form.is_bound else form.instance
    problems = readiness_problems(persona) if has_stored or form.is_bound else []
    notes = _notes(persona)
    return {
        "form": form,
        "persona": form.instance if has_stored else None,
        "sections": _sections(form, problems, notes),
        "problems": problems,
        "notes": notes,
        "new_secret_url": new_secret_url(request, persona),
        "trial_until": kept_until(form.instance) if has_stored else None,
        "presets": PRESETS,
        "document_face": format_named(form.instance.platform).face,
    } | _preview(request, persona)


def new_secret_url(request: HttpRequest, persona: Persona) -> str:
    """Return the URL of the admin's page for a new token secret, prefilled; empty without the permission."""
    if not request.user.has_perm("personas.add_tokensecret"):
        return ""
    address = dialled_address(persona)
    parameters = {"_popup": "1", "name": proposed_name(address.raw if address else "")}
    if address is not None:
        parameters["allowed_hosts"] = address.entry
    return f"{reverse('admin:personas_tokensecret_add')}?{urlencode(parameters)}"


def _notes(persona: Persona) -> tuple[FieldNote, ...]:
    closed = closed_address_sentence(persona)
    about_reach = (FieldNote("address", closed),) if closed else ()
    about_headers = (FieldNote("headers", sentence) for sentence in unused_name_sentences(persona))
    return (*notes_about(document_of(persona)), *about_headers, *about_reach)


def _sections(
    form: PersonaForm, problems: Sequence[ReadinessProblem], notes: Sequence[FieldNote]
) -> tuple[Section, ...]:
    new = PersonaForm()

    def row(place: int, field: forms.BoundField) -> Row:
        return Row(
            place,
            field,
            tuple(problem for problem in problems if problem.field == field.name),
            tuple(note for note in notes if note.field == field.name),
            tuple(platform.name for platform in platforms() if field.name in platform.foreign_fields),
            _shown(field) != _shown(new[field.name]),
        )

    return tuple(
        Section(section.text, form.platform, tuple(row(*numbered) for numbered in enumerate(section.fields)))
        for section in form.sections
    )


def _shown(field: forms.BoundField) -> str:
    value = field.value()
    return "" if value is None else str(value)


def _preview(request: HttpRequest, persona: Persona) -> dict[str, Any]:
    query = request.POST if request.method == "POST" else request.GET
    own = platform_named(persona.platform)
    platform = _choice(query.get("preview_platform"), own)
    context = query.get("conversational_context", "").replace("\x00", "")[:MAX_SAMPLE_CHARS]
    sample_words = query.get("sample_words", "").replace("\x00", "")[:MAX_SAMPLE_CHARS] or SAMPLE_WORDS
    preview = preview_of(persona, platform, conversational_context=context, user_text=sample_words)
    return {
        "preview": preview,
        "preview_platforms": platform_choices(),
        "preview_is_own": platform is own,
        "preview_advice": format_named(platform.name).advice_on_size(preview.size.tokens),
        "shows_curl": query.get("preview_as") == "curl",
        "conversational_context": context,
        "sample_words": sample_words,
    }


def _choice(name: str | None, own: Platform) -> Platform:
    try:
        return platform_named(name or "")
    except ValueError:
        return own
