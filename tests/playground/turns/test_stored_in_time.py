"""What came and what was heard is given to the recorder in time for a crash a second later, whatever comes next."""

from datetime import UTC, datetime

from playground.engine.events import Event, PlayoutStarted, ReasoningDelta, SentenceCompleted, ToolCalled
from playground.engine.json_types import Json
from playground.engine.limits import DEFAULT_LIMITS
from playground.loop_lag import LoopLag
from playground.realtime.hub import Hub
from playground.storage.record_writer import TICK_S, Recorder
from playground.storage.turn_rows import TurnRow
from playground.turns.conductor import conduct
from playground.turns.running_turn import LiveTurn
from tests.playground.scripted_llm import DONE, TOOL_CALLS, ScriptedLLM, Step, call, chunk, text
from tests.playground.turn_harness import checks_after, plan
from tests.virtual_time import run_virtually

IN_TIME_MS = 1_000 - round(TICK_S * 1_000)
STORY: list[Step] = [
    chunk({"reasoning_content": "A story, then."}),
    1.5,
    text("Once upon a time there was a girl who lived at the edge of a great forest. "),
    3.0,
    text("Everyone called her Little Red Riding Hood."),
    call(0, id="call_1", name="getWeather", arguments="{}"),
    15.0,
    TOOL_CALLS,
    DONE,
]


class Kept(Recorder):
    """Keeps each row with when it was given, in ms of the turn."""

    def __init__(self) -> None:
        super().__init__()
        self.live: LiveTurn | None = None
        self.rows: list[tuple[int, TurnRow]] = []

    def save(self, row: TurnRow) -> None:
        assert self.live is not None
        self.rows.append((self.live.now_ms, row))

    async def save_now(self, row: TurnRow) -> bool:
        self.save(row)
        return True

    def known_after(self, t_ms: int) -> TurnRow:
        """Return the newest row that was given by the end of the time that a crash may cost."""
        return [row for given_ms, row in self.rows if given_ms <= t_ms + IN_TIME_MS][-1]


class Storing(Kept):
    """Stores each row at once."""

    def save(self, row: TurnRow) -> None:
        super().save(row)
        row.stored.set_result(None)


def told(recorder: Kept | None = None) -> tuple[list[Event], Kept]:
    """Return the events of a turn that is heard in real time, and its rows."""
    events: list[Event] = []
    recorder = recorder or Kept()

    async def main() -> None:
        turn_plan = plan()
        now = datetime.now(UTC)
        live = LiveTurn(turn_plan, hub=Hub(), recorder=recorder, limits=DEFAULT_LIMITS, created_at=now)
        recorder.live = live

        def emit(event: Event) -> None:
            events.append(event)
            live.emit(event)

        await conduct(
            turn_plan,
            open_completion=ScriptedLLM(STORY),
            emit=emit,
            interrupt=live.interrupt,
            pick=lambda _: 0,
            limits=DEFAULT_LIMITS,
            lag=LoopLag(),
            check_arguments=checks_after(0),
        )
        await live.publish_end()

    run_virtually(main())
    return events, recorder


def test_each_word_is_stored_as_heard_soon_after_it_began_to_be_heard() -> None:
    events, recorder = told()
    played = [event.segment for event in events if isinstance(event, PlayoutStarted)]
    words = [word for segment in played for word in segment.words]
    assert len(words) > 20
    assert [w for w in words if len(recorder.known_after(w.at_ms).values["heard_text"]) < w.end] == []


def test_nothing_is_stored_as_heard_before_it_was() -> None:
    events, recorder = told()
    played = [event.segment for event in events if isinstance(event, PlayoutStarted)]
    words = [word for segment in played for word in segment.words]
    for given_ms, row in recorder.rows[:-1]:
        heard = [word.end for word in words if word.at_ms <= given_ms]
        assert len(row.values["heard_text"]) <= max(heard, default=0)


def test_sentences_and_tool_calls_are_stored_soon() -> None:
    events, recorder = told()
    for kind, kept in ((SentenceCompleted, "sentences"), (ToolCalled, "tool_calls")):
        times = [event.t_ms for event in events if isinstance(event, kind)]
        assert times
        for count, t_ms in enumerate(times, start=1):
            assert len(recorder.known_after(t_ms).values["timeline"][kept]) >= count


def test_reasoning_is_stored_soon() -> None:
    events, recorder = told()
    (shown,) = [event for event in events if isinstance(event, ReasoningDelta)]
    assert recorder.known_after(shown.t_ms).values["timeline"]["reasoning"] == shown.text


def test_a_voice_that_is_silent_stores_nothing_again_and_again() -> None:
    """The second pause lasts seconds after the last word: a turn that waits costs no write."""
    _, recorder = told()
    gaps_ms = [
        later - before for (before, _), (later, _) in zip(recorder.rows, recorder.rows[1:], strict=False)
    ]
    assert max(gaps_ms) > 1_000


def test_an_answer_that_is_spoken_for_long_is_not_stored_again_with_each_word() -> None:
    _, recorder = told(Storing())
    spoken = [row.values for _, row in recorder.rows[:-1]]
    texts = [values["text"] for values in spoken if "text" in values]
    assert len(texts) == len(set(texts)) < len(spoken) / 2


def test_what_is_stored_piece_by_piece_is_the_whole_row() -> None:
    _, whole = told()
    _, recorder = told(Storing())
    stored: Json = {}
    for (_, row), (_, expected) in zip(recorder.rows[:-1], whole.rows[:-1], strict=True):
        stored |= row.values
        assert stored == expected.values
