"""Stores what was read from a document: its token secrets, its filler config, the persona and its first version."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from personas.closed_addresses import closed_address_sentence
from personas.documents import apply_document, merged_document
from personas.formats import Draft, DraftSecret
from personas.formats.portable import reference
from personas.models import Persona, PersonaVersion, TokenSecret
from personas.readiness import ReadinessProblem, readiness_problems
from personas.saving import fill_in, save_persona
from personas.secret_usage import unused_name_sentences
from personas.secrets import holds, set_value, short_value_sentence
from playground.engine.platforms.registry import platform_named
from playground.engine.substitution import renamed

ADD_SECRET = "personas.add_tokensecret"
MAX_NAME_ATTEMPTS = 1_000


class ImportRefusedError(ValueError):
    """The document was not stored. ``message`` is one sentence for a person, without any of the document's text."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class PersonaImport:
    """The stored persona and version, notes on what was left out, and what prevents a start (empty if it can)."""

    persona: Persona
    version: PersonaVersion
    notes: tuple[str, ...]
    problems: tuple[ReadinessProblem, ...]
    initial_messages: tuple[dict[str, str], ...] = ()


@transaction.atomic
def import_draft(draft: Draft, *, by: User, note: str = "") -> PersonaImport:
    """Store the draft as a new persona, all of it or nothing.

    A key in the document becomes a token secret; the same value for the same host reuses the stored secret. Raises
    ImportRefusedError for a key that no header can carry, or if ``by`` may not add token secrets. A secret that is only
    named is created as "value missing"; without that permission the persona names it as missing. The proposed hosts
    need that permission too.
    """
    return _store(Persona(), draft, by, note or f"Imported from {platform_named(draft.platform).label}")


@transaction.atomic
def import_into(persona: Persona, draft: Draft, *, by: User, note: str = "") -> PersonaImport:
    """Store the draft as the next version of a persona, by the rules of `import_draft`.

    What the draft's platform can't express stays unchanged: see `personas.documents.merged_document`.
    """
    return _store(persona, replace(draft, document=merged_document(persona, draft.document)), by, note)


def _store(persona: Persona, draft: Draft, by: User, note: str) -> PersonaImport:
    document, notes = store_secrets(draft, by=by)
    apply_document(persona, document)
    version = save_persona(persona, by=by, note=note)
    notes += unused_name_sentences(persona)
    if closed := closed_address_sentence(persona):
        notes.append(closed)
    return PersonaImport(
        persona, version, tuple(notes), tuple(readiness_problems(persona)), draft.initial_messages
    )


def store_secrets(draft: Draft, *, by: User) -> tuple[dict[str, Any], list[str]]:
    """Store the draft's token secrets; return its document with their names, and its notes with what became of them.

    Call it inside the transaction that saves the persona. Raises ImportRefusedError as `import_draft` does.
    """
    notes = list(draft.notes)
    names = {secret.name: _stored_name(secret, by, notes) for secret in draft.secrets}
    return _renamed(draft.document, names), notes


@sensitive_variables("draft_secret")
def _stored_name(draft_secret: DraftSecret, by: User, notes: list[str]) -> str:
    """Return the name of the stored secret for one in the document; empty if none was created."""
    if draft_secret.value is not None:
        return _secret_with_value(draft_secret, draft_secret.value, by, notes).name
    if draft_secret.is_named:
        return _secret_by_name(draft_secret, by, notes)
    if not by.has_perm(ADD_SECRET):
        notes.append(f"The secret {draft_secret.name} was not made: you may not add token secrets.")
        return ""
    same = TokenSecret.objects.filter(name__iexact=draft_secret.name, ciphertext="").first()
    if same is not None and same.allowed_hosts == list(draft_secret.hosts):
        return same.name
    return make_secret(draft_secret.name, draft_secret.hosts).name


def _secret_by_name(draft_secret: DraftSecret, by: User, notes: list[str]) -> str:
    """Return the stored name, or the missing secret's."""
    stored = TokenSecret.objects.filter(name__iexact=draft_secret.name).first()
    if stored is not None:
        return stored.name
    if by.has_perm(ADD_SECRET):
        notes.append(
            f"The secret {draft_secret.name} was made without a value: enter it under Token secrets."
        )
        return make_secret(draft_secret.name, draft_secret.hosts).name
    notes.append(
        f"There is no token secret {draft_secret.name}, and you may not add one: the persona names it as missing until "
        "someone who manages token secrets has made it."
    )
    return draft_secret.name


@sensitive_variables("value", "draft_secret")
def _secret_with_value(draft_secret: DraftSecret, value: str, by: User, notes: list[str]) -> TokenSecret:
    if not by.has_perm(ADD_SECRET):
        raise ImportRefusedError(
            "The document holds a key, and you may not add token secrets: put {{secret:NAME}} in its place, or ask "
            "someone who manages token secrets."
        )
    secret = secret_holding(value, draft_secret.hosts) or _new_secret(draft_secret, value, by)
    if sentence := short_value_sentence(secret.name, value):
        notes.append(sentence)
    return secret


@sensitive_variables("value", "draft_secret")
def _new_secret(draft_secret: DraftSecret, value: str, by: User) -> TokenSecret:
    secret = make_secret(draft_secret.name, draft_secret.hosts)
    try:
        set_value(secret, value, by=by)
    except ValidationError as error:
        raise ImportRefusedError(
            f"The key for the secret {secret.name} can't be stored, and nothing was saved. {' '.join(error.messages)}"
        ) from None
    return secret


@sensitive_variables("value")
def secret_holding(value: str, hosts: tuple[str, ...]) -> TokenSecret | None:
    """Return the stored secret with this value and exactly these allowed hosts, or None."""
    for secret in TokenSecret.objects.exclude(ciphertext=""):
        if secret.allowed_hosts == list(hosts) and holds(secret, value.strip()):
            return secret
    return None


def make_secret(name: str, hosts: tuple[str, ...]) -> TokenSecret:
    """Create a secret without a value, with the first free number appended to the name if it is taken."""
    for number in range(1, MAX_NAME_ATTEMPTS):
        suffix = "" if number == 1 else f"_{number}"
        candidate = name[: 64 - len(suffix)] + suffix
        if TokenSecret.objects.filter(name__iexact=candidate).exists():
            continue
        try:
            with transaction.atomic():
                secret = TokenSecret.objects.create(name=candidate, allowed_hosts=list(hosts))
        except IntegrityError:
            continue
        fill_in(secret)
        return secret
    raise ImportRefusedError(f"Too many secrets are called {name}: give one of them another name.")


def _renamed(document: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the document with each secret under its stored name."""
    changed = {reference(old): reference(new) for old, new in names.items()}
    document_out = {key: _with_references(value, changed) for key, value in document.items()}
    llm, tts = document_out["llm"], document_out["tts"]
    stored = {old: new for old, new in names.items() if new}
    words = {llm["token_secret"]}
    llm["headers"] = [[header, renamed(value, stored, words=words)] for header, value in llm["headers"]]
    llm["token_secret"] = names.get(llm["token_secret"], llm["token_secret"])
    if tts is not None:
        tts["token_secret"] = names.get(tts["token_secret"], tts["token_secret"])
    return document_out


def _with_references(value: Any, changed: Mapping[str, str]) -> Any:
    """Return a copy of the JSON in which each reference to a renamed secret is updated."""
    if isinstance(value, dict):
        return {key: _with_references(item, changed) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_references(item, changed) for item in value]
    return changed.get(value, value) if isinstance(value, str) else value
