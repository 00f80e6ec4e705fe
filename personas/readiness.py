"""Whether a persona can start a conversation with its own LLM, and if not, why and what to do."""

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


class ReasonCode(StrEnum):
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
class Reason:
    """``message``: one sentence for a person. ``field``: the field of Persona where it is put right."""

    code: ReasonCode
    message: str
    field: str


def reasons_not_ready(persona: Persona) -> list[Reason]:
    """Every reason at once; empty: it can start.

    No token secret is no reason: the request then goes out without a key, as servers on one's own machine
    take it. A persona whose pipeline bypasses the LLM needs nothing of it.
    """
    return reasons_of([persona])[0]


def reasons_of(personas: Sequence[Persona]) -> list[list[Reason]]:
    """`reasons_not_ready` of each, in one query for any number of them (beside their token secrets)."""
    named = {persona.pk: named_in_headers(persona) - {own_name(persona)} for persona in personas}
    names = set().union(*named.values())
    stored = {secret.name: secret for secret in TokenSecret.objects.filter(name__in=names)} if names else {}
    return [
        [
            *_address_reasons(persona),
            *_model_reasons(persona),
            *_secret_reasons(persona),
            *_header_reasons(persona, {name: stored.get(name) for name in sorted(named[persona.pk])}),
        ]
        if not bypasses_llm(persona.other_keys)
        else []
        for persona in personas
    ]


def _address_reasons(persona: Persona) -> Iterator[Reason]:
    if not platform_named(persona.platform).calls_its_address(persona):
        return
    field = "address"
    if not persona.address.strip():
        yield Reason(
            ReasonCode.ADDRESS_MISSING, f"No {_address_name(persona)} is set: enter your LLM's.", field
        )
        return
    if is_placeholder(persona.address):
        message = f"The {_address_name(persona)} is still a placeholder: enter your LLM's."
        yield Reason(ReasonCode.ADDRESS_PLACEHOLDER, message, field)
        return
    try:
        parse_address(persona.address)
    except AddressError as error:
        yield Reason(ReasonCode.ADDRESS_INVALID, error.message, field)


def _model_reasons(persona: Persona) -> Iterator[Reason]:
    if not persona.model.strip():
        message = "No model is set: enter the name that your LLM's server knows it by."
        yield Reason(ReasonCode.MODEL_MISSING, message, "model")
    elif is_placeholder(persona.model):
        message = "The model is still a placeholder: enter the name that your LLM's server knows it by."
        yield Reason(ReasonCode.MODEL_PLACEHOLDER, message, "model")


def _secret_reasons(persona: Persona) -> Iterator[Reason]:
    if persona.token_secret is not None:
        yield from _reasons_about(persona, persona.token_secret, "token_secret")
    elif name := own_name(persona):
        yield _missing(name, "token_secret")


def _header_reasons(persona: Persona, named: Mapping[str, TokenSecret | None]) -> Iterator[Reason]:
    if not platform_named(persona.platform).calls_its_address(persona):
        return
    for name, secret in named.items():
        if secret is None:
            yield _missing(name, "headers")
        else:
            yield from _reasons_about(persona, secret, "headers")


def _missing(name: str, field: str) -> Reason:
    message = f"There is no token secret {name}: someone who manages token secrets can make it, or choose another one."
    return Reason(ReasonCode.SECRET_MISSING, message, field)


def _reasons_about(persona: Persona, secret: TokenSecret, field: str) -> Iterator[Reason]:
    try:
        decrypt(secret)
    except SecretMissingError as error:
        yield Reason(ReasonCode.SECRET_VALUE_MISSING, error.message, field)
    except SecretUnreadableError as error:
        yield Reason(ReasonCode.SECRET_UNREADABLE, error.message, field)
    address = dialled_address(persona)
    if address is None or allows(secret.allowed_hosts, address):
        return
    host = "this app's own addresses (/)" if address.is_own else address.entry
    message = (
        f"The token secret {secret.name} may not be sent to {host}: "
        "whoever manages token secrets can add that host to its allowed hosts."
    )
    yield Reason(ReasonCode.SECRET_NOT_ALLOWED, message, field)


def dialled_address(persona: Persona) -> Address | None:
    """The address that a turn of the persona calls; None: there is none that can be called."""
    text = platform_named(persona.platform).dialled(persona, surroundings())
    if is_placeholder(text):
        return None
    try:
        return parse_address(text)
    except AddressError:
        return None


def _address_name(persona: Persona) -> str:
    return platform_named(persona.platform).address_name
