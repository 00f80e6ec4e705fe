"""U17 to U39: statuses that say no, bodies that are no answer, and redirects, from the turn's start to its end."""

import tracemalloc
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote

import pytest

from playground.engine.errors.codes import Code
from playground.engine.limits import MIB
from tests.llm_server.openai_wire import USAGE
from tests.playground.stage import QUICK, Stage, lowered


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("unauthorised", Code.AUTH_FAILED),
        ("forbidden", Code.FORBIDDEN),
        ("not-found", Code.NOT_FOUND),
        ("too-long", Code.CONTEXT_TOO_LONG),
        ("fastapi", Code.BAD_REQUEST),
        ("quota", Code.QUOTA),
        ("error-500", Code.UPSTREAM_5XX),
    ],
)
async def test_u17_u18_u19_u20_u21_u25_u26_a_refusal_closes_the_turn_and_is_not_asked_for_again(
    stage: Stage, behaviour: str, code: Code
) -> None:
    take = await stage.hear(behaviour)
    take.fails(code)
    assert take.excerpt
    assert len(stage.server.requests()) == 1


async def test_u22_a_rate_limit_is_waited_out_once(stage: Stage) -> None:
    take = await stage.hear("rate-limited-once", "retry-after=0.2")
    take.completes(attempts=2)
    first, second = stage.server.requests()
    assert 200 <= second["at_ms"] - first["at_ms"] < 1_000
    assert first["body"] == second["body"]


async def test_u22_a_rate_limit_that_stays_says_when_to_try_again(stage: Stage) -> None:
    take = await stage.hear("rate-limited", "retry-after=0.2")
    take.fails(Code.RATE_LIMITED, "gets too many requests (HTTP 429). Try again in 1 s.", attempts=2)
    assert len(stage.server.requests()) == 2


async def test_u23_an_hour_is_not_waited(stage: Stage) -> None:
    take = await stage.hear("rate-limited", "retry-after=3600")
    take.fails(Code.RATE_LIMITED, "Try again in 60 min.")
    assert take.closed["timings_ms"]["total"] < 1_000


async def test_u23_a_date_is_not_waited_for(stage: Stage) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    take = await stage.hear("rate-limited", f"retry-after={quote(then)}")
    take.fails(Code.RATE_LIMITED, "Try again in 10 min.")


async def test_u24_a_wait_that_is_none_counts_as_absent(stage: Stage) -> None:
    take = await stage.hear("rate-limited", "retry-after=soon")
    take.fails(Code.RATE_LIMITED, "Try again in a moment.", attempts=2)
    assert take.closed["timings_ms"]["total"] < 1_000


async def test_u27_a_server_that_is_back_at_once_answers_once(stage: Stage) -> None:
    take = await stage.hear("unavailable-once")
    take.completes(attempts=2)
    assert len(stage.server.requests()) == 2
    assert (
        len([utterance for utterance in take.of("conversation.utterance") if utterance["role"] == "replica"])
        == 1
    )
    assert (
        len([utterance for utterance in take.of("conversation.utterance") if utterance["role"] == "user"])
        == 1
    )
    assert [completion.response_status for completion in take.completions] == [503, 200]


async def test_u27_a_server_that_stays_away_fails_the_turn(stage: Stage) -> None:
    (await stage.hear("unavailable")).fails(Code.UPSTREAM_5XX, "failed (HTTP 503)", attempts=2)


async def test_u28_a_gateways_page_is_no_sentence_but_its_words_are_kept(stage: Stage) -> None:
    take = await stage.hear("html-502")
    take.fails(Code.UPSTREAM_5XX, "failed (HTTP 502)", attempts=2)
    assert "nginx" not in str(take.closed)
    assert [completion.response_status for completion in take.completions] == [502, 502]
    assert [answered["body"] for answered in take.of("playground.response")] == [
        "502 Bad Gateway 502 nginx/1.25.3"
    ] * 2


@pytest.mark.parametrize(
    ("behaviour", "status", "beginning"),
    [("not-found", 404, '{"detail":"Not Found"}'), ("error-500", 500, "{"), ("redirect", 307, "")],
)
async def test_a_refusal_is_part_of_the_turns_record(
    stage: Stage, behaviour: str, status: int, beginning: str
) -> None:
    take = await stage.hear(behaviour)
    (completion,) = take.completions
    (answered,) = take.of("playground.response")
    assert (answered["status"], completion.response_status, take.turn.timeline["response_status"]) == (
        status,
    ) * 3
    assert answered["headers"] == completion.response_headers != []
    assert completion.response_body == take.turn.timeline.get("response_body", "")
    assert completion.response_body.startswith(beginning)
    assert answered.get("body", "") == completion.response_body


async def test_u29_a_web_page_is_no_answer_and_never_spoken(stage: Stage) -> None:
    take = await stage.hear("html")
    take.fails(Code.BAD_RESPONSE, "answered with a web page, not with an LLM's answer")
    assert "sign in" not in str(take.events).lower()


@pytest.mark.parametrize(
    ("behaviour", "excerpt"),
    [
        ("error-200", "The engine is currently overloaded, please try again later"),
        ("error-first", "CUDA out of memory"),
    ],
)
async def test_u30_an_error_with_status_200_is_an_error(stage: Stage, behaviour: str, excerpt: str) -> None:
    take = await stage.hear(behaviour)
    take.fails(Code.UPSTREAM_5XX, "sent an error in place of its answer")
    assert take.excerpt == excerpt


@pytest.mark.parametrize("behaviour", ["empty", "empty-chunked", "no-content"])
async def test_u31_an_empty_answer_is_asked_for_once_more(stage: Stage, behaviour: str) -> None:
    (await stage.hear(behaviour)).fails(Code.BAD_RESPONSE, "empty answer", attempts=2)


async def test_u31_an_answer_that_was_empty_once_is_heard(stage: Stage) -> None:
    (await stage.hear("empty-once")).completes(attempts=2)


@pytest.mark.parametrize(("behaviour", "reason"), [("silent", "stop"), ("done-first", "")])
async def test_u32_a_model_that_says_nothing_completes_marked(
    stage: Stage, behaviour: str, reason: str
) -> None:
    take = await stage.hear(behaviour)
    take.completes("", reason=reason)
    assert "The model said nothing." in take.notes


async def test_u33_a_huge_error_is_read_in_part(stage: Stage) -> None:
    await stage.hear("ok")
    tracemalloc.start()
    try:
        take = await stage.hear("huge-error")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    take.fails(Code.UPSTREAM_5XX, "failed (HTTP 500)")
    assert most < 4 * MIB
    await stage.server.until_left()


async def test_u33_an_error_whose_body_never_comes_is_told_in_time(stage: Stage) -> None:
    take = await stage.hear("endless-error", limits=lowered(1, error_body_ms=100))
    take.fails(Code.UPSTREAM_5XX, "failed (HTTP 500)")
    assert take.closed["timings_ms"]["total"] < 1_000


async def test_u34_an_error_in_disguise_is_cleaned_and_forges_no_line(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    take = await stage.hear("dirty")
    take.fails(Code.BAD_REQUEST)
    assert take.excerpt == "bad red Forged: line gnp � end"
    assert not [line for line in caplog.text.splitlines() if line.startswith("Forged")]


async def test_u35_one_json_in_place_of_a_stream_is_heard(stage: Stage) -> None:
    take = await stage.hear("json-answer")
    take.completes()
    assert len(take.of("playground.delta")) == 1
    assert take.closed["usage"]["total_tokens"] == USAGE["total_tokens"]
    assert any("one JSON, not as a stream" in note for note in take.notes)


@pytest.mark.parametrize("behaviour", ["plain-text", "untyped"])
async def test_u36_a_stream_of_another_content_type_is_heard(stage: Stage, behaviour: str) -> None:
    (await stage.hear(behaviour)).completes()


@pytest.mark.parametrize("status", [302, 307, 308])
async def test_u37_a_redirect_is_told_and_not_followed(stage: Stage, status: int) -> None:
    elsewhere = f"http://localhost:{stage.server.port}"
    take = await stage.hear("redirect", f"status={status}&to={elsewhere}/ok/v1/chat/completions")
    take.fails(Code.REDIRECT, f"sends the request on to {elsewhere}, and redirects are not followed")
    assert [request["behaviour"] for request in stage.server.requests()] == ["redirect"]


async def test_u38_a_redirect_to_the_same_origin_is_told_with_its_path(stage: Stage) -> None:
    take = await stage.hear("redirect", "to=/ok/v2/chat/completions")
    take.fails(Code.REDIRECT, "to its path /ok/v2/chat/completions,")
    assert len(stage.server.requests()) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "/redirect/v1/chat/completions",
        "http://[::1",
        "",
    ],
    ids=["metadata", "file", "loop", "nonsense", "absent"],
)
async def test_u39_a_redirect_to_anywhere_is_not_followed(stage: Stage, location: str) -> None:
    (await stage.hear("redirect", f"to={location}", limits=QUICK)).fails(Code.REDIRECT)
    assert len(stage.server.requests()) == 1


async def test_u39_a_redirect_that_repeats_the_key_does_not_show_it(stage: Stage) -> None:
    (await stage.hear("redirect-echo")).fails(Code.REDIRECT, "to its path /[secret]/v1,")
