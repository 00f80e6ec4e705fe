"""Finds the personas that refer to a token secret, and those whose headers name it."""

from collections import defaultdict

from django.db.models import Q, QuerySet

from personas.models import Persona, TokenSecret
from personas.persona_field import FieldKind
from personas.persona_fields import PERSONA_FIELDS
from playground.engine.substitution import explicit_names_in, names_in

SECRET_FIELDS = tuple(field.name for field in PERSONA_FIELDS.values() if field.kind is FieldKind.SECRET)
MOST_SENTENCES = 5
MOST_ASKED_FOR = 20


def users_of(secret: TokenSecret) -> QuerySet[Persona]:
    """Return the personas that refer to the secret in any field."""
    refers = Q()
    for field in SECRET_FIELDS:
        refers |= Q(**{field: secret})
    return Persona.objects.filter(refers)


def personas_naming(name: str) -> list[Persona]:
    """Return the personas that use the secret and name it in a header, where the name is replaced."""
    with_headers = Persona.objects.exclude(headers=[]).select_related("token_secret")
    return [
        persona for persona in with_headers if name in used_names(persona) and name in header_words(persona)
    ]


def used_names(persona: Persona) -> set[str]:
    """Return the names of the secrets in the persona's requests: its own, and each ``{{secret:NAME}}`` in a header."""
    return ({own_name(persona)} | named_in_headers(persona)) - {""}


def own_name(persona: Persona) -> str:
    """Return the name of the persona's token secret, stored or missing; empty without one."""
    if persona.token_secret is not None:
        return persona.token_secret.name
    return str(persona.missing_secrets.get("token_secret", ""))


def named_in_headers(persona: Persona) -> set[str]:
    return {name for _header, value in persona.headers for name in explicit_names_in(value)}


def header_words(persona: Persona) -> set[str]:
    """Return every word of the persona's header values that could be a secret's name."""
    return {word for _name, value in persona.headers for word in names_in(value)}


def unused_name_sentences(persona: Persona) -> list[str]:
    """Return a sentence for each header word that is a secret's name which the persona doesn't use."""
    words = header_words(persona) - used_names(persona)
    names = TokenSecret.objects.filter(name__in=words).values_list("name", flat=True) if words else ()
    return [
        f"{name} in a header is sent as it stands: a token secret is called so, but this persona doesn't use it. "
        f"Write {{{{secret:{name}}}}} where its value belongs."
        for name in sorted(names)[:MOST_SENTENCES]
    ]


def asking_sentences() -> list[str]:
    """Return a sentence for each token secret that personas name and nobody has made: MOST_ASKED_FOR at most."""
    asking: dict[str, list[str]] = defaultdict(list)
    naming = Persona.objects.exclude(headers=[], missing_secrets={})
    for persona in naming.only("persona_name", "headers", "missing_secrets").order_by("created_at"):
        for name in named_in_headers(persona) | set(persona.missing_secrets.values()):
            asking[name].append(persona.persona_name)
    missing = sorted(asking.keys() - set(TokenSecret.objects.values_list("name", flat=True)))
    return [
        f"Nobody has made the token secret {name}, which {_first_of(asking[name])} asks for."
        for name in missing[:MOST_ASKED_FOR]
    ]


def _first_of(personas: list[str]) -> str:
    return personas[0] if len(personas) == 1 else f"{personas[0]}, as one of {len(personas)} personas,"
