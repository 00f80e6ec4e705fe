"""Who uses a token secret: personas that refer to it, and personas whose headers name it."""

from django.db.models import Q, QuerySet

from personas.models import Persona, TokenSecret
from playground.core.substitution import names_in

SECRET_FIELDS = ("token_secret", "tts_token_secret", "tool_endpoint_secret", "stand_in_secret")
"""Every field of a persona that refers to a token secret."""


def users_of(secret: TokenSecret) -> QuerySet[Persona]:
    """The personas that refer to the secret, in whatever role."""
    refers = Q()
    for field in SECRET_FIELDS:
        refers |= Q(**{field: secret})
    return Persona.objects.filter(refers)


def personas_naming(name: str) -> list[Persona]:
    """The personas with a header whose value holds the name as a whole word."""
    with_headers = Persona.objects.exclude(headers=[])
    return [persona for persona in with_headers if name in header_words(persona)]


def header_words(persona: Persona) -> set[str]:
    """Every word in the values of the persona's headers that could be a secret's name."""
    return {word for _name, value in persona.headers for word in names_in(value)}
