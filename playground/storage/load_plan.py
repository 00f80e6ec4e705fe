"""Loads rows into the frozen values of a turn, the only place that gets a secret's plaintext."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.views.decorators.debug import sensitive_variables

from personas import secrets
from personas.models import TokenSecret
from personas.surroundings import surroundings
from playground.engine.addresses.address import Address, AddressError, allows, is_placeholder, parse_address
from playground.engine.curl import as_curl, as_powershell
from playground.engine.errors.codes import Code, NotReadyError
from playground.engine.events import TurnKind
from playground.engine.header_secrets import header_secrets_of
from playground.engine.history import History, PastTurn
from playground.engine.json_types import Json
from playground.engine.message_rules import broken_rule
from playground.engine.next_request import next_request
from playground.engine.persona import PersonaSettings
from playground.engine.platform_differences import platform_differences
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platform_named
from playground.engine.request import LLMRequest
from playground.engine.substitution import substitute
from playground.engine.turn_plan import Call, TurnPlan
from playground.engine.wire_request import WireRequest
from playground.models import Conversation, Turn
from playground.storage.frozen_personas import DEMO_SECRET_NAME, persona_of, persona_of_turn
from playground.storage.open_turn import OpenedTurn
from playground.storage.past_turns import past_turns, turns_between
from playground.storage.prepared import PreparedSelect, parameter

_USED_OF_SECRET = frozenset({
    "id", "ciphertext", "binding", "name", "allowed_hosts", "last_used_at", "last_used_host", "last_used_persona",
})  # fmt: skip
_SECRET_FIELDS = [
    each.attname for each in TokenSecret._meta.concrete_fields if each.attname in _USED_OF_SECRET
]
"""In the order of the model, in which an instance takes its values."""
_SECRET = PreparedSelect(
    lambda: TokenSecret.objects.filter(name=parameter(TokenSecret, "name")).values_list(*_SECRET_FIELDS)
)


@dataclass(frozen=True, slots=True)
class RequestView:
    """A turn's request as a platform would send it, for display: names in place of secrets."""

    platform: str
    request: Json
    body_text: str
    """The body as it goes out, in UTF-8."""
    origins: list[Json]
    curl: str
    powershell: str
    platform_notes: list[str]

    def as_json(self) -> Json:
        return {
            "platform": str(self.platform),
            "request": self.request,
            "body_text": self.body_text,
            "origins": self.origins,
            "curl": self.curl,
            "powershell": self.powershell,
            "departures": self.platform_notes,
        }


def load_plan(opened: OpenedTurn) -> TurnPlan:
    """Return the plan of a stored turn. An error that prevents sending becomes the plan's refusal."""
    turn, conversation = opened.turn, opened.conversation
    persona = persona_of(conversation)
    plan = TurnPlan(
        turn_id=turn.pk,
        turn_idx=turn.position,
        conversation_id=conversation.pk,
        inference_id=str(uuid4()),
        kind=TurnKind(turn.kind),
        text=turn.user_text or turn.text,
        persona=persona,
        client_msg_id=turn.client_msg_id,
        continues=turn.continues_id or "",
        is_instant=conversation.simulated_speech == Conversation.Speech.INSTANT,
        filler_seed=conversation.filler_seed,
    )
    if plan.kind in {TurnKind.ECHO, TurnKind.GREETING}:
        return plan
    past = past_turns(conversation, before=turn.position)
    request, history = request_of(turn, conversation, persona, platform_named(persona.llm.platform), past)
    broken = broken_rule(history.messages)
    if broken is not None:
        return replace(
            plan, refusal=NotReadyError(Code.BAD_REQUEST, f"The messages cannot be sent. {broken}")
        )
    try:
        wire, plaintexts = wire_request(request, persona, is_stand_in=conversation.stand_in)
    except NotReadyError as refusal:
        return replace(plan, refusal=refusal)
    call = Call(
        shown=shown_request(request),
        origins=[origin.as_json() for origin in history.origins],
        wire=wire,
        secrets=plaintexts,
    )
    return replace(plan, call=call)


def request_as(turn_id: str, platform: Platform) -> RequestView:
    """Return a stored turn's request as ``platform`` would have sent it. Raises Turn.DoesNotExist."""
    turn = Turn.objects.select_related("conversation__persona_version").get(pk=turn_id)
    conversation = turn.conversation
    persona = persona_of_turn(turn)
    past = turns_between(conversation.pk, 0, turn.position)
    request, history = request_of(turn, conversation, persona, platform, past)
    header_secrets = header_secrets_of(persona.llm, platform)
    return RequestView(
        platform=platform.name,
        request=shown_request(request),
        body_text=request.body_bytes().decode(),
        origins=[origin.as_json() for origin in history.origins],
        curl=as_curl(request, site_url=settings.SITE_URL, header_secrets=header_secrets),
        powershell=as_powershell(request, site_url=settings.SITE_URL, header_secrets=header_secrets),
        platform_notes=platform_differences(
            persona, platform=platform, kind=TurnKind(turn.kind), is_stand_in=conversation.stand_in
        ),
    )


def shown_request(request: LLMRequest) -> Json:
    """Return the request for display; this app's own address is prefixed with the site's."""
    shown = request.as_json()
    if request.url.startswith("/"):
        shown["url"] = settings.SITE_URL.rstrip("/") + request.url
    return shown


def request_of(
    turn: Turn,
    conversation: Conversation,
    persona: PersonaSettings,
    platform: Platform,
    past: Sequence[PastTurn],
) -> tuple[LLMRequest, History]:
    """Return a turn's request as a platform sends it after the ``past`` turns, and the history in it."""
    made = next_request(
        persona,
        platform=platform,
        conversation_id=conversation.pk,
        surroundings=surroundings(),
        conversational_context=turn.context,
        initial=conversation.initial_messages,
        past=past,
        user_text=None if turn.kind == TurnKind.CONTINUATION else turn.user_text,
    )
    return made.request, made.history


@sensitive_variables()
def wire_request(
    request: LLMRequest, persona: PersonaSettings, *, is_stand_in: bool
) -> tuple[WireRequest, tuple[str, ...]]:
    """Return the request to send and the plaintexts in it. Raises NotReadyError before anything is sent."""
    values = _secret_values(request, persona, is_stand_in=is_stand_in)
    return written_request(request, persona, values), tuple(values.values())


@sensitive_variables()
def written_request(request: LLMRequest, persona: PersonaSettings, values: Mapping[str, str]) -> WireRequest:
    """Return the request with these values in place of secrets' names. Raises NotReadyError."""
    header_secrets = header_secrets_of(persona.llm, platform_named(persona.llm.platform))
    headers = tuple(
        (name, substitute(value, values) if header_secrets.is_replaced_in(name) else value)
        for name, value in request.headers
    )
    try:
        body = request.body_bytes()
    except (ValueError, UnicodeEncodeError):
        message = (
            "The request cannot be written as JSON: look for a strange character in the prompt or the tools."
        )
        raise NotReadyError(Code.BAD_REQUEST, message) from None
    return WireRequest(request.method, request.url, headers, body)


@sensitive_variables()
def _secret_values(request: LLMRequest, persona: PersonaSettings, *, is_stand_in: bool) -> dict[str, str]:
    calls_its_address = platform_named(persona.llm.platform).calls_its_address(persona.llm)
    if is_placeholder(persona.llm.address) and calls_its_address:
        message = "The persona has no address of an LLM yet: edit it, or use the demo LLM meanwhile."
        raise NotReadyError(Code.BAD_REQUEST, message)
    try:
        address = parse_address(request.url)
    except AddressError as error:
        raise NotReadyError(Code.BAD_REQUEST, error.message) from None
    own = persona.llm.token_secret
    names = persona.llm.header_secrets if calls_its_address else {own} - {""}
    stored = {name: _secret_named(name) for name in names}
    return {
        name: settings.DEMO_LLM_KEY
        if is_stand_in and name == DEMO_SECRET_NAME and address.is_own
        else _own_or_named(name, stored[name], address, persona)
        for name in sorted(names)
    }


def _secret_named(name: str) -> TokenSecret | None:
    row = _SECRET.first(name=name)
    return None if row is None else TokenSecret.from_db(connection.alias, _SECRET_FIELDS, row)


@sensitive_variables()
def _own_or_named(name: str, secret: TokenSecret | None, address: Address, persona: PersonaSettings) -> str:
    """Return `usable_secret`, except that a secret named only in a header fails as ``secret_missing``."""
    try:
        return usable_secret(name, secret, address, persona.persona_id)
    except NotReadyError as error:
        error.secret = name
        if name == persona.llm.token_secret:
            raise
        message = f"In a header: {error.message}"
        raise NotReadyError(Code.SECRET_MISSING, message, secret=name) from None


@sensitive_variables()
def usable_secret(name: str, secret: TokenSecret | None, address: Address, persona_id: str) -> str:
    """Return the plaintext of a token secret for ``address``.

    Raises NotReadyError if it has none or isn't allowed there.
    """
    if secret is None:
        message = f"There is no token secret {name}: make one under Token secrets, or choose another."
        raise NotReadyError(Code.SECRET_MISSING, message)
    value = secrets.decrypt(secret)
    if not allows(secret.allowed_hosts, address):
        message = (
            f"The token secret {name} may not be sent to {address.entry}. "
            "Someone who manages secrets can add that host to it."
        )
        raise NotReadyError(Code.SECRET_NOT_ALLOWED, message)
    secrets.mark_used(secret, address.entry, persona_id)
    return value.reveal()
