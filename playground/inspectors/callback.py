"""Recognises callbacks among inspected requests, and verifies their signatures by the maker's keys."""

from dataclasses import dataclass

from django.views.decorators.debug import sensitive_variables

from playground.engine.addresses.address import parse_address
from playground.engine.errors.codes import NotReadyError
from playground.engine.examined_request import ExaminedRequest
from playground.engine.webhook_signature import SignatureState, verify_signature
from playground.inspectors.addresses import addresses_of
from playground.models import InspectedRequest
from playground.storage.callback_keys import signing_keys

_SENTENCES = {
    SignatureState.VALID: "signed with a key of this receiver",
    SignatureState.UNSIGNED: "not signed",
    SignatureState.STALE: "signed with a key of this receiver, at another time",
    SignatureState.WRONG: "signed with no key of this receiver, or changed since",
}


@dataclass(frozen=True, slots=True)
class ReceivedCallback:
    event_type: str
    conversation_id: str
    is_valid: bool
    is_signed: bool
    """Whether it has the headers of a signature, right or wrong."""
    verdict: str
    """What its signature says, in a few words."""


def callback_in(row: InspectedRequest, received: ExaminedRequest) -> ReceivedCallback | None:
    """Return the callback that the request is; None if its body is no callback's envelope."""
    body = received.document or {}
    event_type, message_type = body.get("event_type"), body.get("message_type")
    if not isinstance(event_type, str) or not isinstance(message_type, str):
        return None
    conversation_id = body.get("conversation_id")
    state = _signature(row, received)
    return ReceivedCallback(
        event_type,
        conversation_id if isinstance(conversation_id, str) else "",
        state is SignatureState.VALID,
        state is not SignatureState.UNSIGNED,
        _SENTENCES[state] if state else "signed; its key can't be read",
    )


@sensitive_variables()
def _signature(row: InspectedRequest, received: ExaminedRequest) -> SignatureState | None:
    """Verify it with the keys that signed when it arrived; None if one of them can't be read."""
    headers = {name.lower(): value for name, value in received.headers}
    try:
        keys = [
            key
            for entry in _entries(row)
            for key in signing_keys(row.inspector.maker_id, entry, row.arrived_at)
        ]
    except NotReadyError:
        return None
    return verify_signature(headers, bytes(row.body), keys, now_s=row.arrived_at.timestamp())


def _entries(row: InspectedRequest) -> set[str]:
    """Return the receivers that the inspector may be called as."""
    addresses = addresses_of(row.inspector)
    called = {row.inspector.path, addresses.address, addresses.own_address} - {""}
    return {parse_address(address).entry for address in called}
