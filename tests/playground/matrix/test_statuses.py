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

REFUSES_THE_KEY = "refused the key (HTTP 401). Check the token secret and the headers of this persona."


async def test_u17_a_key_that_is_refused_is_not_sent_again(stage: Stage) -> None:
    take = await stage.hear("unauthorised")
    take.fails(Code.AUTH_FAILED, REFUSES_THE_KEY)
    assert take.excerpt.startswith("Incorrect API key provided: sk-********")
    assert len(stage.server.requests()) == 1


async def test_u18_what_is_forbidden_is_said_in_the_servers_own_words(stage: Stage) -> None:
    take = await stage.hear("forbidden")
    take.fails(Code.FORBIDDEN, "does not allow this (HTTP 403)")
    assert take.excerpt == "Your project does not have access to this model"


@pytest.mark.parametrize(
    ("behaviour", "saying"),
    [
        ("not-found", "Check the base URL, which ends in /v1 as a rule, and the model."),
        ("not-found-text", "Check the base URL, which ends in /v1 as a rule, and the model."),
        ("no-model", "has no such model (HTTP 404)"),
        ("not-allowed", "(HTTP 405)"),
    ],
)
async def test_u19_what_is_not_found_says_what_to_check(stage: Stage, behaviour: str, saying: str) -> None:
    (await stage.hear(behaviour)).fails(Code.NOT_FOUND, saying)


async def test_u19_an_address_at_another_path_is_told_what_was_added_to_it(stage: Stage) -> None:
    take = await stage.hear_from(f"{stage.server.url}/not-found/chat/completions")
    take.fails(Code.NOT_FOUND, "/chat/completions was added to the base URL's path /not-found:")


async def test_u20_a_conversation_that_is_too_long_is_told_to_begin_anew(stage: Stage) -> None:
    (await stage.hear("too-long")).fails(Code.CONTEXT_TOO_LONG, "Start a new one, or shorten the prompt.")


@pytest.mark.parametrize(
    ("behaviour", "excerpt"),
    [
        ("fastapi", "body.messages: Field required"),
        ("ollama", "invalid message format"),
        ("gemini", 'Unknown name "tools"'),
        ("vllm", "top_p must be in (0, 1]"),
    ],
)
async def test_u21_every_shape_of_an_error_is_read(stage: Stage, behaviour: str, excerpt: str) -> None:
    take = await stage.hear(behaviour)
    take.fails(Code.BAD_REQUEST)
    assert take.excerpt == excerpt


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


@pytest.mark.parametrize("header", ["-5", "99999999999", "soon"])
async def test_u24_a_wait_that_is_none_counts_as_absent(stage: Stage, header: str) -> None:
    take = await stage.hear("rate-limited", f"retry-after={header}")
    take.fails(Code.RATE_LIMITED, "Try again in a moment.", attempts=2)
    assert take.closed["timings_ms"]["total"] < 1_000


async def test_u25_an_account_without_credit_is_not_a_rate_limit(stage: Stage) -> None:
    (await stage.hear("quota")).fails(Code.QUOTA, "has no credit left (HTTP 429)")


async def test_u26_a_failure_of_the_server_is_not_repeated(stage: Stage) -> None:
    take = await stage.hear("error-500")
    take.fails(Code.UPSTREAM_5XX, "failed (HTTP 500)")
    assert len(stage.server.requests()) == 1


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
    assert [completion.response_status for completion in take.completions] == [None, 200]


async def test_u27_a_server_that_stays_away_fails_the_turn(stage: Stage) -> None:
    (await stage.hear("unavailable")).fails(Code.UPSTREAM_5XX, "failed (HTTP 503)", attempts=2)


async def test_u28_a_gateways_page_is_not_shown(stage: Stage) -> None:
    take = await stage.hear("html-502")
    take.fails(Code.UPSTREAM_5XX, "failed (HTTP 502)", attempts=2)
    assert "nginx" not in str(take.events)


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
