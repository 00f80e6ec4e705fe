"""Who uses a token secret: personas that refer to it, and personas whose headers name it."""

from django.db.models import Q, QuerySet

from personas.models import Persona, TokenSecret
from personas.persona_fields import PERSONA_FIELDS, FieldKind
from playground.engine.substitution import explicit_names_in, names_in

SECRET_FIELDS = tuple(field.name for field in PERSONA_FIELDS.values() if field.kind is FieldKind.SECRET)
MOST_SENTENCES = 5


def users_of(secret: TokenSecret) -> QuerySet[Persona]:
    """The personas that refer to the secret, in whatever role."""
    refers = Q()
    for field in SECRET_FIELDS:
        refers |= Q(**{field: secret})
    return Persona.objects.filter(refers)


def personas_naming(name: str) -> list[Persona]:
    """The personas that use the secret and have its name in a header, which is replaced there."""
    with_headers = Persona.objects.exclude(headers=[]).select_related("token_secret")
    return [
        persona for persona in with_headers if name in used_names(persona) and name in header_words(persona)
    ]


def used_names(persona: Persona) -> set[str]:
    """The secrets that the persona's requests use: its own, and each that a header names as ``{{secret:NAME}}``."""
    return ({own_name(persona)} | named_in_headers(persona)) - {""}


def own_name(persona: Persona) -> str:
    """The name of the persona's token secret, stored or missing; empty: it has none."""
    if persona.token_secret is not None:
        return persona.token_secret.name
    return str(persona.missing_secrets.get("token_secret", ""))


def named_in_headers(persona: Persona) -> set[str]:
    return {name for _header, value in persona.headers for name in explicit_names_in(value)}


def header_words(persona: Persona) -> set[str]:
    """Every word in the values of the persona's headers that could be a secret's name."""
    return {word for _name, value in persona.headers for word in names_in(value)}


def unused_name_sentences(persona: Persona) -> list[str]:
    """A sentence for each header word that is called like a secret which the persona doesn't use."""
    words = header_words(persona) - used_names(persona)
    names = TokenSecret.objects.filter(name__in=words).values_list("name", flat=True) if words else ()
    return [
        f"{name} in a header is sent as it stands: a token secret is called so, but this persona doesn't use it. "
        f"Write {{{{secret:{name}}}}} where its value belongs."
        for name in sorted(names)[:MOST_SENTENCES]
    ]
