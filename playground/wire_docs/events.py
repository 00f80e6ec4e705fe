"""What the server sends: a whole turn of sample events, turned into messages by the code that does it for real."""

from collections.abc import Iterator
from dataclasses import dataclass

from playground.engine.callback_events import ShutdownReason
from playground.engine.errors.codes import Code, CommandError
from playground.engine.events import (
    AnswerBegan,
    AnswerEnded,
    ContentDelta,
    Event,
    EventFired,
    FillerSkipped,
    FillerStarted,
    InterruptHeld,
    InterruptWaits,
    NoteMade,
    PlayoutEnded,
    PlayoutStarted,
    ReasoningDelta,
    RequestMoved,
    RequestSent,
    ResponseReceived,
    Segment,
    Sentence,
    SentenceCompleted,
    SpeakingStarted,
    SpeakingStopped,
    SynthesisStarted,
    Timings,
    ToolCall,
    ToolCalled,
    TurnClosed,
    TurnKind,
    TurnStarted,
    TurnStatus,
    Word,
)
from playground.engine.json_types import Json
from playground.engine.speech.fillers import SkipReason
from playground.engine.turn_record import TurnRecord
from playground.realtime.notices import Kind, notice
from playground.realtime.version_watch import version_notice
from playground.realtime.wire_events import envelope, wire_events
from playground.storage.newer_versions import NewerVersion
from playground.wire_docs.snapshot import CONTEXT_CHANGE, SEQ, snapshot_example

CONVERSATION_ID, TURN_ID, INFERENCE_ID = "c0123456789ab", "5f0c2d9e41", "9b1de0a7c3"
SENT_AT = 1_764_000_000.0
CREATED_AT = "2025-11-24T16:00:00+00:00"

_SENTENCE = Sentence(0, 0, 19, "It is 21 °C in Oslo")
_SEGMENT = Segment(
    1,
    "sentence",
    0,
    "It is 21 °C in Oslo",
    700,
    900,
    2600,
    (Word(0, 2, 900), Word(3, 5, 1040)),
    ((1500, 1700),),
)
_CALL = ToolCall("call_1", "get_weather", '{"city": "Oslo"}')
_TIMINGS = Timings(ttfb=180, ttft=312, first_sentence=690, first_audio=900, dead_air=640, total=2600)
_PHASES = (("started", 4), ("reused", 5), ("sent", 5), ("headers", 180))
_REQUEST: Json = {
    "method": "POST",
    "url": "https://llm.example.com/v1/chat/completions",
    "headers": [["Authorization", "Bearer MY_KEY"], ["conversation_id", CONVERSATION_ID]],
    "body": {
        "model": "m",
        "messages": [{"role": "user", "content": "What is the weather in Oslo?"}],
        "stream": True,
    },
}

TURN: tuple[tuple[Event, str], ...] = (
    (
        TurnStarted(t_ms=0, kind=TurnKind.USER, text="What is the weather in Oslo?", client_msg_id="m-1"),
        "A turn began. Its kind is user, echo, greeting or continuation; continues is the turn whose tool calls were "
        "answered, or null.",
    ),
    (
        RequestSent(t_ms=4, request=_REQUEST, origins=[]),
        "The request to the LLM, with the names of secrets in place of their values; attempt counts from 1. origins "
        "says which part of the system message came from where.",
    ),
    (
        RequestMoved(t_ms=104, phases=_PHASES[:-1]),
        "A request without an answer for 100 ms has come further; phases are its moments so far, as of an answer. A "
        "snapshot has those of the open turn.",
    ),
    (
        ResponseReceived(
            t_ms=180, status=200, headers=(("content-type", "text/event-stream"),), phases=_PHASES
        ),
        "The LLM's server answered. phases are the moments of the request that it had, in order, each with its t_ms: "
        "started, lookup_started, lookup_ended, connect_started, tls_started, connected, reused (a kept connection), "
        "in_process (this app's own endpoint), sent, headers. "
        "Of a refusal, body is what its body begins with; else there is none.",
    ),
    (
        AnswerBegan(t_ms=180),
        "The first byte of the answer's body came (began: its t_ms is the TTFB), or no more of it comes (ended), while "
        "what did come may still have to be heard. A snapshot has them of the open turn as timings_ms.ttfb and "
        "answer_ended.",
    ),
    (AnswerEnded(t_ms=690), ""),
    (
        ReasoningDelta(t_ms=240, offset=0, text="They ask about"),
        "New text of the reasoning, which is never spoken.",
    ),
    (
        ContentDelta(t_ms=312, offset=0, text="It is 21 °C"),
        "New text of the answer; offset is the place of its first character (code point) in the whole. "
        "count says "
        "how many deltas share the event, because they followed each other faster than it could be sent.",
    ),
    (
        SentenceCompleted(t_ms=690, sentence=_SENTENCE, spoken="It is 21 °C in Oslo"),
        "A sentence is complete: start and end are offsets in the answer, spoken is what the voice says of it. Its "
        "kind is sentence, heading, code, formula, table_row or list_item.",
    ),
    (
        FillerStarted(t_ms=500, phrase="One moment.", due_ms=500),
        "A filler plays, or was skipped for a reason.",
    ),
    (FillerSkipped(t_ms=500, reason=SkipReason(next(iter(SkipReason))), due_ms=500), ""),
    (
        SynthesisStarted(t_ms=700, segment=_SEGMENT),
        "A segment is in synthesis, playing, played or cut. Its times are ms from the turn's start; words are [start, "
        "end, at_ms], at most 2,000 of them; pauses are [from_ms, to_ms], where a break makes it silent. A break that "
        "stands alone is a segment without text.",
    ),
    (PlayoutStarted(t_ms=900, segment=_SEGMENT), ""),
    (SpeakingStarted(t_ms=900), "The voice is heard after silence."),
    (SpeakingStopped(t_ms=2600, duration_ms=1700), "The voice fell silent; duration is in seconds."),
    (PlayoutEnded(t_ms=2600, segment=_SEGMENT), ""),
    (
        ToolCalled(t_ms=640, call=_CALL),
        "The LLM calls a function. arguments is text as it came; valid says whether it is JSON. Answer it with "
        "conversation.tool_result once the turn is completed.",
    ),
    (
        EventFired(t_ms=640, event_name="weather", tool_call_ids=("call_1",)),
        "A JAICP script would receive this event now.",
    ),
    (NoteMade(t_ms=660, note="The stream had an event that was no JSON."), "Something odd, in one sentence."),
    (
        InterruptHeld(t_ms=950, until_ms=1500),
        "An interrupt waits for the barge-in rules until then; null: until the phrase ends.",
    ),
    (
        InterruptWaits(t_ms=960, at_offset=19),
        "An interrupt waits until the voice gets to this character (code point) of the answer; null: it was taken "
        "back. A snapshot has it as cut_waits of the open turn.",
    ),
)
CLOSINGS: tuple[tuple[TurnStatus, str], ...] = (
    (TurnStatus.COMPLETED, "The turn is over, speech included. It is the turn's last event."),
    (
        TurnStatus.INTERRUPTED,
        "The turn was cut. heard_text is what the user heard of text. error is null after an interrupt; otherwise it "
        "says what cut the turn, such as answer_too_long.",
    ),
    (TurnStatus.FAILED, "The turn failed, for the reason in error; what came before stands in text."),
)


@dataclass(frozen=True, slots=True)
class EventDocs:
    name: str
    about: str
    messages: tuple[Json, ...]


def event_docs() -> list[EventDocs]:
    """Every event that the server sends, in the order in which a turn brings them about."""
    docs: dict[str, EventDocs] = {}
    for message, about in _messages():
        name = message["event_type"]
        known = docs.get(name, EventDocs(name, about, ()))
        docs[name] = EventDocs(name, known.about or about, (*known.messages, message))
    return list(docs.values())


def _messages() -> Iterator[tuple[Json, str]]:
    """Yield each sample message with its explanation; an empty one stands for that of its event type."""
    yield from _snapshots()
    for event, about in TURN:
        yield from _of_turn(event, about)
    for status, about in CLOSINGS:
        yield from _of_turn(_closed(status), about)
    yield from _between_turns()
    yield from _notices()


def _snapshots() -> Iterator[tuple[Json, str]]:
    yield (
        _of_conversation("playground.snapshot", _snapshot()),
        (
            "The first event on every socket: the conversation, its newest turns, and the open one as far as it has "
            "come. earlier is how many turns came before them, notices are those that are on, as in "
            "playground.notice. used_versions says from which turn_idx on each version of the persona was used, if "
            "there were several. Events with a higher seq follow without a gap."
        ),
    )
    yield (
        _of_conversation("playground.snapshot.turns", _earlier_turns()) | {"seq": SEQ},
        (
            "The turns right before those that came already, in order; they are all closed. It has the snapshot's "
            "seq, may stand between events of a turn, and is followed by another one until earlier is 0. A new "
            "snapshot starts over."
        ),
    )


def _between_turns() -> Iterator[tuple[Json, str]]:
    answered = {
        "turn_id": TURN_ID,
        "tool_call_id": "call_1",
        "output": '{"temperature": 21}',
        "status": "success",
        "source": "hand",
    }
    yield (
        _of_conversation("playground.tool_result", answered),
        "A tool call was answered: by hand, by a saved mock or by the tool endpoint. Rehearsal, not platform traffic.",
    )
    context = {"conversational_context": CONTEXT_CHANGE["text"], "change": CONTEXT_CHANGE}
    yield (
        _of_conversation("playground.context", context),
        "The conversational context was changed: append or overwrite. position is the turn_idx of the first turn that "
        "uses it, text the beginning of what was given, chars its whole length. A snapshot has the newest changes in "
        "context_changes; the same id is the same change.",
    )
    yield (
        _of_conversation("playground.interrupt_history", {"interrupt_history": "marked"}),
        "Another policy was chosen for what requests carry of answers that were cut: heard, full, marked or drop.",
    )
    yield (
        _of_conversation("playground.ended", {"shutdown_reason": str(ShutdownReason.MAX_CALL_DURATION)}),
        f"The conversation has ended: it takes no more turns. shutdown_reason: {', '.join(ShutdownReason)}.",
    )
    busy = CommandError(Code.BUSY, "A turn is open: interrupt it, or wait for its end.").as_json()
    yield (
        _of_conversation("playground.error", busy | {"client_msg_id": "m-1"}),
        ("A command of this client was not carried out. The socket stays open."),
    )


def _notices() -> Iterator[tuple[Json, str]]:
    for kind in Kind:
        yield (
            _of_conversation("playground.notice", notice(kind, is_on=True)),
            (
                "Something that this server process can't do began (is_on) or ended; message says it to a person. It "
                "is no part of the conversation: show the newest of each kind while it is on. followers_lost: what "
                "happens in other server processes doesn't arrive, and a snapshot follows once it does. not_stored: "
                "turns go on, but what happens is not stored yet. stopping: no turn begins here any more, and the "
                "socket is closed soon. newer_version is the conversation's own: its persona was saved, and it goes "
                "on with the older version."
            ),
        )
    yield _of_conversation("playground.notice", notice(Kind.FOLLOWERS_LOST, is_on=False)), ""
    newer = version_notice(NewerVersion(newest=4, used=3))
    yield _of_conversation("playground.notice", newer), ""


def _of_turn(event: Event, about: str) -> Iterator[tuple[Json, str]]:
    for number, (name, properties) in enumerate(wire_events(event), start=1):
        in_turn = {"turn_id": TURN_ID, "t_ms": event.t_ms, **properties}
        made = envelope(
            name,
            in_turn,
            conversation_id=CONVERSATION_ID,
            seq=event.t_ms + number,
            inference_id=INFERENCE_ID,
            turn_idx=0,
        )
        is_utterance = name == "conversation.utterance"
        yield (
            made | {"timestamp": SENT_AT},
            "What was said, whole: by the user, or by the voice." if is_utterance else about,
        )


def _of_conversation(name: str, properties: Json) -> Json:
    made = envelope(name, properties, conversation_id=CONVERSATION_ID, seq=properties.get("seq", 3000))
    return made | {"timestamp": SENT_AT}


def _closed(status: TurnStatus) -> TurnClosed:
    text = "It is 21 °C in Oslo"
    failed = status is TurnStatus.FAILED
    return TurnClosed(
        t_ms=2600,
        status=status,
        text=text,
        heard_text="It is" if status is TurnStatus.INTERRUPTED else text,
        finish_reason="" if failed else "stop",
        error=CommandError(Code.TRUNCATED, "The stream ended before the answer did.") if failed else None,
        timings=_TIMINGS,
        usage={"completion_tokens": 9},
    )


def _snapshot() -> Json:
    return snapshot_example(CONVERSATION_ID, _turn(TURN_ID, 1)) | {"earlier": 1, "notices": []}


def _earlier_turns() -> Json:
    return {"turns": [_turn("3a7d90e1c2", 0)], "earlier": 0}


def _turn(turn_id: str, turn_idx: int) -> Json:
    record = TurnRecord(turn_id, turn_idx, cassette_bytes=0)
    for event, _about in TURN[:1]:
        record.apply(event)
    record.apply(_closed(TurnStatus.COMPLETED))
    return record.as_json(created_at=CREATED_AT)
