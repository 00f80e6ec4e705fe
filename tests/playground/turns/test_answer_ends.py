"""When an answer is over: a finish reason is not its end, a silence after it is, and who ended it is said rightly."""

import pytest

from playground.engine.answer import answer_messages as words
from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.events import NoteMade, SentenceCompleted, ToolCalled, TurnStatus
from tests.playground.scripted_llm import DONE, END, ROLE, STOP, TOOL_CALLS, Step, call, chunk, text
from tests.playground.turn_harness import TurnResult, plan, run_turn

BROKEN = UpstreamError(Code.TRUNCATED, "The connection broke in the middle of the answer.")
ARGUMENTS = '{"city": "Oslo", "days": 3}'


def stopping(words: str) -> bytes:
    return chunk({"content": words}, "stop")


def hear(*script: Step) -> TurnResult:
    return run_turn(list(script), plan=plan(is_instant=True))


def often(steps: list[Step], times: int) -> list[Step]:
    return steps * times


def notes(turn: TurnResult) -> list[str]:
    return [event.note for event in turn.of(NoteMade)]


def code(turn: TurnResult) -> Code | None:
    return turn.closed.error.code if turn.closed.error else None


def test_a_finish_reason_on_every_chunk_ends_neither_the_answer_nor_a_sentence() -> None:
    turn = hear(
        stopping("Your appointment "), 1.9, stopping("is on Monday. "), 1.9, stopping("See you"), 1.9, DONE
    )

    assert turn.sentences == ["Your appointment is on Monday.", "See you"]
    assert (turn.closed.status, notes(turn)) == (TurnStatus.COMPLETED, [words.EARLY_FINISH])


def test_a_finish_reason_on_the_first_chunk_leaves_the_model_the_time_to_begin() -> None:
    turn = hear(STOP, 25.0, text("Hello there."), END)

    assert (turn.text, notes(turn)) == ("Hello there.", [words.EARLY_FINISH])


def test_a_call_that_comes_long_after_the_finish_reason_counts() -> None:
    turn = hear(STOP, 5.0, call(0, id="a", name="get_weather", arguments=ARGUMENTS), DONE)

    assert [(event.call.name, event.call.arguments) for event in turn.of(ToolCalled)] == [
        ("get_weather", ARGUMENTS)
    ]


@pytest.mark.parametrize(
    "content",
    [text("More."), chunk({"reasoning_content": "Hm."}), call(0, id="a", name="f", arguments="{}")],
    ids=["text", "reasoning", "call"],
)
def test_the_silence_counts_from_the_last_content(content: bytes) -> None:
    turn = hear(text("Hello. "), STOP, 1.5, content, 1.5, content, 1.5, text("Bye."), 60.0)

    assert turn.text.endswith("Bye.")
    assert turn.closed.t_ms == 6_500


@pytest.mark.parametrize(
    "nothing", [b": ping\n\n", chunk({"content": ""}), STOP, chunk({"role": "assistant"})]
)
def test_signs_of_life_after_a_finish_reason_are_no_content(nothing: bytes) -> None:
    turn = hear(text("Hello."), STOP, *often([1.0, nothing], 60))

    assert turn.closed.t_ms == 2_000


def test_a_silence_after_the_finish_reason_is_our_hanging_up_and_is_said_so() -> None:
    turn = hear(text("Hello."), STOP, 60.0, text("Too late."))

    assert (turn.closed.status, turn.text, turn.closed.t_ms) == (TurnStatus.COMPLETED, "Hello.", 2_000)
    assert notes(turn) == [words.hung_up(2_000)]


def test_a_body_that_ends_after_the_finish_reason_is_the_servers_own_end() -> None:
    turn = hear(text("Hello."), STOP, 1.0)

    assert (turn.closed.status, notes(turn)) == (TurnStatus.COMPLETED, [words.NO_DONE])


def test_a_finish_reason_before_nothing_is_waited_for_as_any_first_content() -> None:
    turn = hear(ROLE, STOP, 60.0)

    assert (turn.closed.status, turn.closed.t_ms) == (TurnStatus.COMPLETED, 30_000)
    assert sorted(notes(turn)) == sorted([words.SAID_NOTHING, words.hung_up(30_000)])


def test_the_turns_limit_is_no_end_of_an_answer_that_goes_on_after_its_finish_reason() -> None:
    turn = hear(*often([stopping("word "), 1.0], 200))

    assert (code(turn), turn.closed.t_ms) == (Code.TURN_TIMEOUT, 120_000)
    assert words.NO_DONE not in notes(turn)


def test_an_answer_that_finished_just_before_the_turns_limit_is_complete() -> None:
    turn = hear(*often([text("word. "), 1.0], 119), STOP, 60.0)

    assert (turn.closed.status, turn.closed.t_ms) == (TurnStatus.COMPLETED, 120_000)


def test_a_connection_that_breaks_after_the_finish_reason_breaks_nothing() -> None:
    turn = hear(text("Hello."), STOP, BROKEN)

    assert (turn.closed.status, turn.text) == (TurnStatus.COMPLETED, "Hello.")


def test_a_connection_that_breaks_in_an_answer_of_many_finish_reasons_cuts_it_off() -> None:
    turn = hear(stopping("Hello "), stopping("the"), BROKEN)

    assert (code(turn), turn.text) == (Code.TRUNCATED, "Hello the")


def test_the_fragments_of_a_call_are_progress() -> None:
    fragments = [call(0, arguments=ARGUMENTS[place : place + 9]) for place in range(0, len(ARGUMENTS), 9)]
    turn = hear(
        call(0, id="a", name="f"),
        *[step for fragment in fragments for step in (15.0, fragment)],
        TOOL_CALLS,
        DONE,
    )

    assert [event.call.arguments for event in turn.of(ToolCalled)] == [ARGUMENTS]


def test_the_usage_after_a_finish_reason_is_read() -> None:
    usage = b'data: {"choices": [], "usage": {"total_tokens": 9}}\n\n'

    assert hear(text("Hello."), STOP, 1.5, usage, DONE).closed.usage == {"total_tokens": 9}


def test_a_pause_after_a_finish_reason_still_gives_the_sentence_that_has_ended() -> None:
    turn = hear(text("Hello there. "), STOP, 60.0)

    assert turn.at(SentenceCompleted) == [400]


WORDS = [text(f"word{number} ") for number in range(10)]


def buffered(turn: TurnResult) -> list[str]:
    return [note for note in notes(turn) if "holds the stream back" in note]


@pytest.mark.parametrize("burst", [[b"".join(WORDS)], WORDS], ids=["one read", "many reads"])
def test_a_burst_after_a_long_silence_is_named(burst: list[bytes]) -> None:
    (note,) = buffered(hear(ROLE, 4.0, *burst, END))

    assert "All 10 deltas came within 0 ms, after 4.0 s of silence" in note
    assert all(name in note for name in ("nginx", "X-Accel-Buffering", "Cloudflare", "Next.js", "Apache"))


def test_a_short_answer_in_one_piece_is_named_after_a_shorter_silence() -> None:
    (note,) = buffered(hear(ROLE, 1.5, b"".join(WORDS), END))

    assert "after 1.5 s of silence" in note


@pytest.mark.parametrize(
    "script",
    [
        [4.0, *WORDS[:5], END],
        [0.6, *WORDS, END],
        [1.2, *(step for word in WORDS for step in (word, 0.008)), END],
        [4.0, *(step for word in WORDS for step in (word, 0.02)), END],
        [4.0, text(" ".join(["word"] * 50)), END],
    ],
    ids=["few deltas", "a short silence", "a quick model", "a stream", "one delta"],
)
def test_a_slow_model_is_no_buffer(script: list[Step]) -> None:
    assert buffered(hear(*script)) == []


def test_the_silence_of_a_burst_counts_from_its_own_request() -> None:
    refused = UpstreamError(Code.RATE_LIMITED, "Too many.", retry_after_ms=4_000, may_retry=True)
    turn = run_turn([refused], [*WORDS, END], plan=plan(is_instant=True))

    assert (turn.closed.status, buffered(turn)) == (TurnStatus.COMPLETED, [])
