"""U40 to U54, U65 and U72 to U75: how a stream fails or ends, from the turn's start to its closing event."""

import json
from dataclasses import replace

import pytest

from playground.engine.answer import answer_messages as words
from playground.engine.errors.codes import Code
from playground.engine.limits import DEFAULT_LIMITS, MIB
from playground.engine.platforms.request_parts import IGNORED_PARAMETERS
from tests.llm_server.openai_wire import SENTENCES, TEXT, USAGE
from tests.playground.cost import loop_time, memory
from tests.playground.matrix.cut_answers import ARRIVING, assert_cut_off
from tests.playground.stage import SAID, WEATHER, Stage


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
    assert "stream_options is sent because the persona asks for it" in await stage.record()


def test_the_sentences_of_the_good_answer_are_three() -> None:
    assert " ".join(SENTENCES) == TEXT
