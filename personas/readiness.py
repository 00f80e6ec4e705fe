"""What prevents a persona from starting a conversation with its own LLM, and how to fix it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from personas.formats.pipeline import bypasses_llm
from personas.models import Persona, TokenSecret
from personas.secret_usage import named_in_headers, own_name
from personas.secrets import SecretMissingError, SecretUnreadableError, decrypt
from personas.surroundings import surroundings
from playground.engine.addresses.address import Address, AddressError, allows, is_placeholder, parse_address
from playground.engine.platforms.registry import platform_named


class ReadinessCode(StrEnum):
    ADDRESS_MISSING = "address_missing"
    ADDRESS_PLACEHOLDER = "address_placeholder"
    ADDRESS_INVALID = "address_invalid"
    MODEL_MISSING = "model_missing"
    MODEL_PLACEHOLDER = "model_placeholder"
    SECRET_VALUE_MISSING = "secret_value_missing"
    SECRET_UNREADABLE = "secret_unreadable"
    SECRET_NOT_ALLOWED = "secret_not_allowed"
    SECRET_MISSING = "secret_missing"


@dataclass(frozen=True, slots=True)
class ReadinessProblem:
    """A problem that prevents a start. ``message``: one sentence for a person. ``field``: the Persona field to fix."""

    code: ReadinessCode
    message: str
    field: str


def readiness_problems(persona: Persona) -> list[ReadinessProblem]:
    """Return every problem at once; empty if the persona can start.

    A missing token secret is no problem: the request then goes out without a key, as local servers
    accept it. A persona whose pipeline bypasses the LLM needs nothing of it.
    """
    return readiness_problems_of([persona])[0]


def readiness_problems_of(personas: Sequence[Persona]) -> list[list[ReadinessProblem]]:
    """Return the `readiness_problems` of each, with one query for all of them (besides their token secrets)."""
    named = {persona.pk: named_in_headers(persona) - {own_name(persona)} for persona in personas}
    names = set().union(*named.values())
    stored = {secret.name: secret for secret in TokenSecret.objects.filter(name__in=names)} if names else {}
    return [
        [
            *_address_problems(persona),
            *_model_problems(persona),
            *_secret_problems(persona),
            *_header_problems(persona, {name: stored.get(name) for name in sorted(named[persona.pk])}),
        ]
        if not bypasses_llm(persona.other_keys)
        else []
        for persona in personas
    ]


def _address_problems(persona: Persona) -> Iterator[ReadinessProblem]:
    if not platform_named(persona.platform).calls_its_address(persona):
        return
    field = "address"
    if not persona.address.strip():
        yield ReadinessProblem(
            ReadinessCode.ADDRESS_MISSING, f"No {_address_name(persona)} is set: enter your LLM's.", field
        )
        return
    if is_placeholder(persona.address):
        message = f"The {_address_name(persona)} is still a placeholder: enter your LLM's."
        yield ReadinessProblem(ReadinessCode.ADDRESS_PLACEHOLDER, message, field)
        return
    try:
        parse_address(persona.address)
    except AddressError as error:
        yield ReadinessProblem(ReadinessCode.ADDRESS_INVALID, error.message, field)


def _model_problems(persona: Persona) -> Iterator[ReadinessProblem]:
    if not persona.model.strip():
        message = "No model is set: enter the name that your LLM's server knows it by."
        yield ReadinessProblem(ReadinessCode.MODEL_MISSING, message, "model")
    elif is_placeholder(persona.model):
        message = "The model is still a placeholder: enter the name that your LLM's server knows it by."
        yield ReadinessProblem(ReadinessCode.MODEL_PLACEHOLDER, message, "model")


def _secret_problems(persona: Persona) -> Iterator[ReadinessProblem]:
    if persona.token_secret is not None:
        yield from _problems_about(persona, persona.token_secret, "token_secret")
    elif name := own_name(persona):
        yield _missing(name, "token_secret")


def _header_problems(persona: Persona, named: Mapping[str, TokenSecret | None]) -> Iterator[ReadinessProblem]:
    if not platform_named(persona.platform).calls_its_address(persona):
        return
    for name, secret in named.items():
        if secret is None:
            yield _missing(name, "headers")
        else:
            yield from _problems_about(persona, secret, "headers")


def _missing(name: str, field: str) -> ReadinessProblem:
    message = f"There is no token secret {name}: someone who manages token secrets can make it, or choose another one."
    return ReadinessProblem(ReadinessCode.SECRET_MISSING, message, field)


def _problems_about(persona: Persona, secret: TokenSecret, field: str) -> Iterator[ReadinessProblem]:
    try:
        decrypt(secret)
    except SecretMissingError as error:
        yield ReadinessProblem(ReadinessCode.SECRET_VALUE_MISSING, error.message, field)
    except SecretUnreadableError as error:
        yield ReadinessProblem(ReadinessCode.SECRET_UNREADABLE, error.message, field)
    address = dialled_address(persona)
    if address is None or allows(secret.allowed_hosts, address):
        return
    host = "this app's own addresses (/)" if address.is_own else address.entry
    message = (
        f"The token secret {secret.name} may not be sent to {host}: "
        "whoever manages token secrets can add that host to its allowed hosts."
    )
    yield ReadinessProblem(ReadinessCode.SECRET_NOT_ALLOWED, message, field)


def dialled_address(persona: Persona) -> Address | None:
    """Return the address that a turn of the persona calls, or None if it has none that can be called."""
    text = platform_named(persona.platform).dialled(persona, surroundings())
    if is_placeholder(text):
        return None
    try:
        return parse_address(text)
    except AddressError:
        return None


def _address_name(persona: Persona) -> str:
    return platform_named(persona.platform).address_name
