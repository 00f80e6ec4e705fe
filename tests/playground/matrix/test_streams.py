"""U55 to U71 but the ends of U65: what a stream may carry, from the turn's start to its closing event."""

from dataclasses import replace
from pathlib import Path

import pytest

from playground.engine.answer import answer_messages as words
from playground.engine.answer.finish_reasons import note_on_finish
from playground.engine.errors.codes import Code
from playground.engine.limits import DEFAULT_LIMITS, KIB, MIB
from tests.llm_server.openai_wire import TEXT, USAGE
from tests.llm_server.streams import BIG_DELTA, FLOOD, MANY_BYTES, SAME_TEXT
from tests.playground.cost import memory
from tests.playground.matrix.cut_answers import ARRIVING, assert_cut_off
from tests.playground.stage import Stage, lowered


@pytest.mark.parametrize(
    "behaviour",
    [
        "ok", "until-close", "crlf", "cr", "crlf-split", "bom", "comments", "no-space", "fields", "multi-line",
        "coalesced", "one-byte",
    ],
)  # fmt: skip
async def test_u55_every_way_of_writing_events_says_the_same(stage: Stage, behaviour: str) -> None:
    (await stage.hear(behaviour)).completes()


def test_u55_every_odd_stream_of_the_server_is_heard_in_some_case() -> None:
    here = Path(__file__).parent
    source = "".join(path.read_text() for path in here.glob("test_stream*.py"))
    assert [name for name in SAME_TEXT if f'"{name}"' not in source] == []


@pytest.mark.parametrize(
    ("behaviour", "text"),
    [
        ("separators", "one\u2028two\u2029three\u0085four"),
        ("raw-separators", "one\u2028two\u0085three"),
    ],
)
async def test_u56_separators_of_unicode_cut_no_event(stage: Stage, behaviour: str, text: str) -> None:
    (await stage.hear(behaviour)).completes(text)


async def test_u57_characters_of_many_bytes_may_come_byte_by_byte(stage: Stage) -> None:
    (await stage.hear("characters")).completes(MANY_BYTES)


async def test_u57_an_emoji_over_deltas_is_not_cut_by_a_sentence(stage: Stage) -> None:
    take = await stage.hear("joined-emoji")
    take.completes("Look: \U0001f469\u200d\U0001f680 flies. Up.")
    assert take.sentences == ("Look: \U0001f469\u200d\U0001f680 flies.", "Up.")


async def test_u58_bytes_that_are_not_utf_8_are_a_bad_response_and_shown(stage: Stage) -> None:
    take = await stage.hear("latin-1")
    take.fails(Code.BAD_RESPONSE, "not UTF-8")
    assert "caf\\xe9" in take.excerpt


async def test_an_event_without_data_is_a_bad_response(stage: Stage) -> None:
    assert_cut_off(await stage.hear("empty-data"), Code.BAD_RESPONSE, "has no data")


async def test_u59_halves_of_a_character_in_two_events_are_one(stage: Stage) -> None:
    (await stage.hear("surrogates")).completes("smile \U0001f600 end")


async def test_u60_half_a_character_becomes_one_that_can_be_stored(stage: Stage) -> None:
    (await stage.hear("lone-surrogate")).completes("lone \ufffd end")


async def test_u61_a_nul_is_left_out_and_controls_stay_text(stage: Stage) -> None:
    (await stage.hear("controls")).completes("nul  esc \x1b[31m bidi \u202e end")


@pytest.mark.parametrize("behaviour", ["reasoning", "thinking"])
async def test_u62_reasoning_is_neither_spoken_nor_sent_back(stage: Stage, behaviour: str) -> None:
    take = await stage.hear(behaviour)
    take.completes()
    assert take.reasoning == take.closed["reasoning"] == "The user wants a story."
    assert "wants" not in take.spoken
    await stage.next_turn_is_fine()
    assert "wants a story" not in stage.server.requests()[-1]["body"]


@pytest.mark.parametrize("behaviour", ["usage", "azure"])
async def test_u63_chunks_without_choices_are_read(stage: Stage, behaviour: str) -> None:
    take = await stage.hear(behaviour)
    take.completes()
    usage = USAGE if behaviour == "usage" else {}
    assert take.closed["usage"] == take.turn.timeline["usage"] == usage


@pytest.mark.parametrize(
    ("behaviour", "text", "notes"),
    [("parts", TEXT, []), ("refusal", "I can't help with that.", [words.REFUSAL])],
)
async def test_u64_content_that_is_no_text_is_read(
    stage: Stage, behaviour: str, text: str, notes: list[str]
) -> None:
    take = await stage.hear(behaviour)
    take.completes(text)
    assert take.notes == notes


@pytest.mark.parametrize(
    ("behaviour", "reason", "text"),
    [
        ("length", "length", "This answer is cut at a limit of"),
        ("content-filter", "content_filter", "This answer is"),
    ],
)
async def test_u65_the_servers_own_end_is_complete_and_noted(
    stage: Stage, behaviour: str, reason: str, text: str
) -> None:
    take = await stage.hear(behaviour)
    take.completes(text, reason=reason)
    assert take.sentences == (text,)
    assert take.notes == [note_on_finish(reason)]


@pytest.mark.parametrize("behaviour", ["long-line", "endless-line"])
async def test_u66_a_line_without_measure_is_given_up_at_its_limit(stage: Stage, behaviour: str) -> None:
    await stage.hear("ok")
    async with memory() as cost:
        take = await stage.hear(behaviour)
    take.fails(Code.TOO_LARGE, "one event is larger than 1 MiB", text=take.text)
    assert cost.most_bytes < 6 * MIB
    await stage.server.until_left()


@pytest.mark.parametrize(
    ("behaviour", "sentence_chars"), [("endless", 40), ("endless-words", 600), ("endless-run-on", 600)]
)
async def test_u67_an_endless_answer_stops_at_its_limit(
    stage: Stage, behaviour: str, sentence_chars: int
) -> None:
    await stage.hear("ok")
    async with memory() as cost:
        take = await stage.hear(behaviour, limits=replace(DEFAULT_LIMITS, answer_chars=8 * KIB))
    take.fails(Code.TOO_LARGE, "The answer is longer than 8 Ki characters", text=take.text)
    assert len(take.text) == 8 * KIB
    assert max(map(len, take.sentences)) <= sentence_chars
    assert cost.most_bytes < 20 * MIB
    await stage.server.until_left()


@pytest.mark.parametrize("behaviour", ["endless-comments", "endless-empty"])
async def test_u68_signs_of_life_are_no_content(stage: Stage, behaviour: str) -> None:
    take = await stage.hear(behaviour, limits=lowered(100))
    take.fails(Code.FIRST_CONTENT_TIMEOUT, "gave no text within")
    await stage.server.until_left()


async def test_u69_endless_reasoning_ends_with_the_turns_limit(stage: Stage) -> None:
    limits = replace(ARRIVING, turn_ms=700)
    take = await stage.hear("endless-reasoning", limits=limits)
    take.fails(Code.TURN_TIMEOUT, "The model was still thinking after 1 s")
    assert take.reasoning.startswith("hm hm ")
    await stage.server.until_left()


async def test_u69_reasoning_has_its_own_limit(stage: Stage) -> None:
    limits = replace(ARRIVING, first_content_ms=300, reasoning_gap_ms=500)
    take = await stage.hear("endless-reasoning", limits=limits)
    take.fails(Code.STALLED, "The model was still thinking after 1 s")


async def test_u70_a_drip_ends_with_the_turns_limit_and_is_kept(stage: Stage) -> None:
    take = await stage.hear("drip", "ms=20", limits=replace(ARRIVING, turn_ms=700))
    take.fails(Code.TURN_TIMEOUT, "The answer was not finished after 1 s", text=take.text)
    assert take.text.startswith("word word ")
    await stage.server.until_left()


async def test_u71_a_flood_of_deltas_is_exact(stage: Stage) -> None:
    take = await stage.hear("flood")
    take.completes("".join(f"{number} " for number in range(FLOOD)))
    assert len(take.turn.timeline["delta_times_ms"]) <= 400


async def test_u71_one_delta_of_200_kib_is_exact_and_noted(stage: Stage) -> None:
    take = await stage.hear("big-delta")
    take.completes(BIG_DELTA)
    assert len(BIG_DELTA) > 200 * KIB
    assert take.notes == [words.ONE_DELTA]
