"""U40 to U75: what can happen inside a stream, from the turn's start to its closing event."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from playground.engine.answer import answer_messages as words
from playground.engine.answer.finish_reasons import note_on_finish
from playground.engine.errors.codes import Code
from playground.engine.limits import DEFAULT_LIMITS, KIB, MIB
from playground.engine.platforms.request_parts import IGNORED_PARAMETERS
from tests.llm_server.openai_wire import SENTENCES, TEXT, USAGE, deltas_of
from tests.llm_server.streams import BIG_DELTA, MANY_BYTES, SAME_TEXT
from tests.playground.cost import loop_time, memory
from tests.playground.stage import SAID, WEATHER, Stage, Take, lowered

ARRIVING = lowered(50)
"""Limits for answers that begin well: half a second to begin, and as long between two deltas."""
HALF = "".join(deltas_of(TEXT)[:10])
"""What half of the good stream says."""


def assert_cut_off(take: Take, code: Code, saying: str = "") -> None:
    """Failed with the beginning of the answer, which was kept."""
    assert take.text
    assert TEXT.startswith(take.text)
    take.fails(code, saying, text=take.text)


@pytest.mark.parametrize("behaviour", ["cut", "truncated-last"])
async def test_u40_a_connection_that_closes_in_the_middle_is_a_cut_answer(
    stage: Stage, behaviour: str
) -> None:
    assert_cut_off(await stage.hear(behaviour), Code.TRUNCATED)


async def test_u41_a_clean_end_without_a_finish_is_a_cut_answer(stage: Stage) -> None:
    assert_cut_off(await stage.hear("clean-cut"), Code.TRUNCATED, "The answer was cut off")


async def test_u42_a_finish_reason_without_done_is_complete(stage: Stage) -> None:
    take = await stage.hear("no-done")
    take.completes()
    assert take.notes == [words.NO_DONE]


async def test_u43_done_without_a_finish_reason_is_complete(stage: Stage) -> None:
    take = await stage.hear("no-finish")
    take.completes(reason="")
    assert take.notes == [words.NO_FINISH_REASON]


@pytest.mark.parametrize("behaviour", ["dies", "dies-at-once"])
async def test_u44_a_reset_in_the_middle_is_a_cut_answer(stage: Stage, behaviour: str) -> None:
    assert_cut_off(await stage.hear(behaviour), Code.TRUNCATED, "broke in the middle of the answer")


async def test_u45_a_stream_that_stalls_is_left(stage: Stage) -> None:
    take = await stage.hear("stall", limits=ARRIVING)
    assert_cut_off(take, Code.STALLED, "The answer stopped coming for 1 s")
    assert (await stage.server.until_left())["client_left_after_ms"] < 1_000


async def test_u46_a_pause_is_borne_and_the_filler_not_repeated(stage: Stage) -> None:
    stage.filler = {"fillerPhrase": "One moment.", "activationDelayMs": 0}
    take = await stage.hear("pauses", "ms=100", limits=ARRIVING)
    take.completes()
    assert [filler["state"] for filler in take.of("playground.filler")] == ["playing"]


@pytest.mark.parametrize(
    ("behaviour", "code", "excerpt"),
    [
        ("error-in-stream", Code.UPSTREAM_5XX, "The server had an error while processing your request"),
        ("error-event", Code.BAD_RESPONSE, "overloaded"),
        ("error-field", Code.UPSTREAM_5XX, "context shift failed"),
        ("error-in-choice", Code.UPSTREAM_5XX, "upstream died"),
    ],
)
async def test_u47_an_error_in_the_stream_keeps_the_text(
    stage: Stage, behaviour: str, code: Code, excerpt: str
) -> None:
    take = await stage.hear(behaviour)
    assert_cut_off(take, code, "sent an error in place of its answer")
    assert take.excerpt == excerpt


async def test_u47_an_error_in_plain_text_at_the_end_is_one(stage: Stage) -> None:
    take = await stage.hear("plain-error")
    assert_cut_off(take, Code.BAD_RESPONSE, "wrote an error into its stream as plain text")
    assert take.excerpt == "upstream error: read ECONNRESET"


async def test_u48_one_malformed_event_is_a_bad_response(stage: Stage) -> None:
    take = await stage.hear("malformed-one")
    assert_cut_off(take, Code.BAD_RESPONSE, "breaks off in the middle of its JSON")
    assert take.excerpt == '{"choices": ['


async def test_u48_a_malformed_event_before_all_others_is_a_bad_response(stage: Stage) -> None:
    (await stage.hear("malformed-first")).fails(Code.BAD_RESPONSE, "isn't JSON")


async def test_u49_half_of_the_last_event_is_not_used(stage: Stage) -> None:
    take = await stage.hear("truncated-last")
    assert_cut_off(take, Code.TRUNCATED)
    assert "half" not in take.text


async def test_u49_a_last_event_without_a_blank_line_is_used_if_it_is_whole(stage: Stage) -> None:
    (await stage.hear("unterminated")).completes()


@pytest.mark.parametrize("behaviour", ["odd-json", "wrong-types"])
async def test_u50_json_of_other_types_is_left_out(stage: Stage, behaviour: str) -> None:
    (await stage.hear(behaviour)).completes()


async def test_u50_json_that_is_no_object_is_no_chunk(stage: Stage) -> None:
    assert_cut_off(await stage.hear("no-chunks"), Code.BAD_RESPONSE, "an event holds a number, not an object")


@pytest.mark.parametrize("behaviour", ["deep", "long-number"])
async def test_u51_json_that_would_cost_much_fails_and_holds_nobody_up(stage: Stage, behaviour: str) -> None:
    await stage.hear("ok")
    async with loop_time() as cost:
        take = await stage.hear(behaviour)
    assert_cut_off(take, Code.BAD_RESPONSE, "nests too deeply, or a number that is too long")
    assert cost.longest_ms < 50


async def test_u51_numbers_that_are_none_are_borne(stage: Stage) -> None:
    (await stage.hear("not-numbers")).completes()


async def test_u52_of_two_choices_the_first_is_heard(stage: Stage) -> None:
    take = await stage.hear("two-choices")
    take.completes()
    assert take.notes == ["The LLM's server sent several choices; only the first is used."]


async def test_u53_what_comes_after_done_is_ignored(stage: Stage) -> None:
    take = await stage.hear("after-done")
    take.completes()
    assert "too late" not in str(take.events)


async def test_u54_after_the_finish_the_end_is_not_waited_for_long(stage: Stage) -> None:
    take = await stage.hear("finish-then-hang", limits=replace(DEFAULT_LIMITS, after_finish_ms=50))
    take.completes()
    assert take.closed["timings_ms"]["total"] < 1_000
    assert take.notes == [words.hung_up(50)]


async def test_u54_a_finish_reason_with_every_chunk_ends_nothing(stage: Stage) -> None:
    take = await stage.hear("finish-everywhere")
    take.completes()
    assert take.notes == [words.EARLY_FINISH]


async def test_u65_an_answer_that_its_server_gave_up_is_cut_off(stage: Stage) -> None:
    take = await stage.hear("no-resources")
    assert_cut_off(take, Code.TRUNCATED, "(finish reason: insufficient_system_resource)")
    assert take.closed["finish_reason"] == "insufficient_system_resource"


async def test_u65_a_call_that_its_server_could_not_make_is_no_stop(stage: Stage) -> None:
    (await stage.hear("malformed-call")).fails(Code.BAD_RESPONSE, "(finish reason: MALFORMED_FUNCTION_CALL)")


async def test_a_tools_result_in_the_stream_is_not_spoken(stage: Stage) -> None:
    take = await stage.hear("tool-role")
    take.completes()
    assert take.notes == [words.of_another_role("tool")]


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
    source = Path(__file__).read_text()
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
        take = await stage.hear(behaviour, limits=replace(DEFAULT_LIMITS, answer_chars=20 * KIB))
    take.fails(Code.TOO_LARGE, "The answer is longer than 20 Ki characters", text=take.text)
    assert len(take.text) == 20 * KIB
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
    take.completes("".join(f"{number} " for number in range(20_000)))
    assert len(take.turn.timeline["delta_times_ms"]) <= 400


async def test_u71_one_delta_of_200_kib_is_exact_and_noted(stage: Stage) -> None:
    take = await stage.hear("big-delta")
    take.completes(BIG_DELTA)
    assert len(BIG_DELTA) > 200 * KIB
    assert take.notes == [words.ONE_DELTA]


async def test_u72_compression_that_nobody_asked_for_is_refused(stage: Stage) -> None:
    take = await stage.hear("gzipped")
    take.fails(Code.BAD_RESPONSE, "compressed its answer (gzip), though it was asked not to")
    (request,) = stage.server.requests()
    assert ["Accept-Encoding", "identity"] in request["headers"]


async def test_u73_a_bomb_is_not_unpacked(stage: Stage) -> None:
    await stage.hear("ok")
    async with memory() as cost, loop_time() as time:
        take = await stage.hear("gzip-bomb")
    take.fails(Code.BAD_RESPONSE, "(gzip)")
    assert cost.most_bytes < 4 * MIB
    assert time.longest_ms < 200


@pytest.mark.parametrize(
    ("behaviour", "saying"),
    [("corrupt-gzip", "(gzip)"), ("unknown-encoding", "compressed its answer, though")],
)
async def test_u74_an_encoding_that_cannot_be_read_is_refused(
    stage: Stage, behaviour: str, saying: str
) -> None:
    (await stage.hear(behaviour)).fails(Code.BAD_RESPONSE, saying)


async def test_u75_the_request_is_the_platforms_whatever_the_parameters_say(stage: Stage) -> None:
    locked = dict.fromkeys(sorted(IGNORED_PARAMETERS), "mine")
    (await stage.hear("ok", parameters=locked | {"top_p": 0.5})).completes()
    body = json.loads(stage.server.requests()[0]["body"])
    assert body == {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": SAID}],
        "stream": True,
        "tools": [WEATHER],
        "top_p": 0.5,
    }


async def test_u75_the_usage_is_asked_for_only_by_a_persona_that_wants_it(stage: Stage) -> None:
    (await stage.hear("ok")).completes()
    take = await stage.hear("ok", stream_options={"include_usage": True})
    take.completes()
    without, with_usage = (json.loads(request["body"]) for request in stage.server.requests())
    assert "stream_options" not in without
    assert with_usage["stream_options"] == {"include_usage": True}
    assert take.closed["usage"] == USAGE
    assert "stream_options is sent because the persona asks for it" in await stage.pages()


def test_the_sentences_of_the_good_answer_are_three() -> None:
    assert " ".join(SENTENCES) == TEXT
