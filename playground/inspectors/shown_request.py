"""What the page of an inspected request shows: its messages, its departures from each platform, what is missing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from playground.engine.addresses.route import has_route
from playground.engine.examined_request import ExaminedRequest, text_of
from playground.engine.platforms.departures import Departure, first_departures
from playground.engine.platforms.registry import platforms
from playground.engine.received_request import IN_PROCESS
from playground.inspectors.callback import ReceivedCallback, callback_in
from playground.inspectors.examined import ReadRequest, read_request
from playground.inspectors.origins import PromptPart, origins_of
from playground.inspectors.sent_answer import SANDBOX_HEADERS
from playground.inspectors.shown_body import ShownBody, shown_body
from playground.models import InspectedRequest, Inspector

Kept = InspectedRequest.Kept
MOST_MESSAGES = 100
"""How many messages are shown: the first one, and the last ones."""


@dataclass(frozen=True, slots=True)
class ShownMessage:
    place: int
    role: str
    text: str
    calls: tuple[tuple[str, str], ...] = ()
    """The name and the arguments of each."""
    answers_call: str = ""
    """The id of the call whose result it is."""


@dataclass(frozen=True, slots=True)
class ShownDepartures:
    """How a request departs from one platform."""

    label: str
    always: list[Departure]
    by_setting: list[Departure]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class ShownRequest:
    row: InspectedRequest
    read: ReadRequest
    messages: list[ShownMessage]
    left_out: int
    """How many messages between the first and the last ones aren't shown."""
    origins: list[PromptPart]
    departures: list[ShownDepartures]
    """The likeliest platform first."""
    callback: ReceivedCallback | None
    body: ShownBody
    problem: str
    """Why a body that is meant as JSON is none, in a sentence."""
    answer: ShownBody
    added_headers: str
    """What is sent with the answer beside its recorded headers, in a sentence."""
    unavailable: list[str]
    """What the server that received it does not give, in sentences."""


def shown_request(row: InspectedRequest, viewer: User) -> ShownRequest:
    read = read_request(row)
    messages = read.received.messages() or []
    first, last = messages[:1], messages[1:][-(MOST_MESSAGES - 1) :]
    left_out = len(messages) - len(first) - len(last)
    places = [*range(len(first)), *range(len(messages) - len(last), len(messages))]
    shown = [_message(place, messages[place]) for place in places]
    departures = [_departures(known.label, known.departures(read.received)) for known in platforms()]
    departures.sort(key=lambda each: (len(each.always), len(each.by_setting)))
    body = shown_body(
        bytes(row.body),
        row.headers,
        size=row.body_bytes,
        kept=Kept(row.body_kept),
        encoding=row.body_encoding,
    )
    return ShownRequest(
        row=row,
        read=read,
        messages=shown,
        left_out=left_out,
        origins=origins_of(row, messages, viewer),
        departures=departures,
        callback=callback_in(row, read.received),
        body=body,
        problem=read.problem if body.text and _is_meant_as_json(read.received) else "",
        answer=shown_body(
            bytes(row.answer_body),
            row.answer_headers,
            size=row.answer_bytes,
            kept=Kept(row.answer_kept),
            encoding=row.answer_encoding,
        ),
        added_headers=_added_headers(row),
        unavailable=list(_unavailable(row)),
    )


def _is_meant_as_json(received: ExaminedRequest) -> bool:
    """Whether the body's type is JSON's, or a completion is asked for: clients forget the type."""
    is_json = any("json" in value.lower() for value in received.values("content-type"))
    return received.has_whole_body and (is_json or has_route(received.target))


def _message(place: int, message: Any) -> ShownMessage:
    if not isinstance(message, dict):
        return ShownMessage(place, "", json.dumps(message, ensure_ascii=False))
    content = message.get("content")
    text = text_of(content)
    if not text and content:
        text = json.dumps(content, ensure_ascii=False)
    calls = message.get("tool_calls")
    return ShownMessage(
        place,
        str(message.get("role", "")),
        text,
        tuple(_call(call) for call in calls) if isinstance(calls, list) else (),
        str(message.get("tool_call_id") or ""),
    )


def _call(call: Any) -> tuple[str, str]:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return "", json.dumps(call, ensure_ascii=False)
    arguments = function.get("arguments", "")
    shown = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return str(function.get("name", "")), shown


def _departures(label: str, departures: Iterator[Departure]) -> ShownDepartures:
    first, is_whole = first_departures(departures)
    always = [departure for departure in first if not departure.is_by_setting]
    return ShownDepartures(
        label, always, [departure for departure in first if departure.is_by_setting], is_whole
    )


def _unavailable(row: InspectedRequest) -> Iterator[str]:
    server = row.server or "this server"
    if not row.headers_as_sent:
        yield f"The case in which names were sent is not available under {server}."
    if row.body_parts is None and row.body_bytes:
        yield f"When the parts of the body arrived is not available under {server}."
    if any(name.lower() == "transfer-encoding" for name, _ in row.headers):
        yield "Trailers, the headers behind a chunked body, are not recorded."


def _added_headers(row: InspectedRequest) -> str:
    """Say what a client got beside the recorded headers."""
    names = " and ".join(name.decode().title() for name, _ in SANDBOX_HEADERS)
    own = f"Greenroom adds {names}, so that no browser takes the answer for a page of this site."
    if row.server == IN_PROCESS:
        return own
    is_verbatim = row.answer == Inspector.Answer.PASS_ON and not row.error
    of_server = "" if is_verbatim else "Server, " + ("Date, " if row.server == "uvicorn" else "")
    by = row.server or "The server"
    return f"{own} {by} adds {of_server}Transfer-Encoding or Connection, as the connection needs."


def neighbours(row: InspectedRequest) -> tuple[int | None, int | None]:
    """Return the numbers of the requests before and after it; None where there is none."""
    others = InspectedRequest.objects.filter(inspector=row.inspector_id).values_list("number", flat=True)
    before = others.filter(number__lt=row.number).order_by("-number").first()
    return before, others.filter(number__gt=row.number).order_by("number").first()


def compared_with(row: InspectedRequest) -> int | None:
    """Return the number of the request with which this one is compared first.

    It is the one before it in its conversation, else any before it with the same path.
    """
    earlier = InspectedRequest.objects.filter(
        inspector=row.inspector_id, number__lt=row.number, path=row.path
    ).order_by("-number")
    if row.conversation_id:
        earlier = earlier.filter(conversation_id=row.conversation_id)
    number: int | None = earlier.values_list("number", flat=True).first()
    return number
