"""U1 to U16: what can go wrong before an answer begins, from the turn's start to its closing event."""

import tracemalloc
from dataclasses import replace

import pytest

from playground.engine.errors.codes import Code
from playground.engine.limits import DEFAULT_LIMITS, MIB
from tests.playground.stage import QUICK, Stage

COMPLETIONS = "/v1/chat/completions"


async def test_u1_a_refused_connection_names_host_and_port_and_is_tried_twice(stage: Stage) -> None:
    port = stage.server.ports["refused"]
    take = await stage.hear_from(f"http://127.0.0.1:{port}{COMPLETIONS}")
    take.fails(Code.CONNECT_REFUSED, attempts=2)
    assert (
        take.message == f"Nothing answers at 127.0.0.1:{port}. Is the server running, and is the port right?"
    )
    assert take.notes == [f"{take.message} The request was sent once more."]


async def test_u2_a_name_that_is_not_found_is_shown_without_the_rest(stage: Stage) -> None:
    take = await stage.hear_from(f"http://no-such-host.invalid{COMPLETIONS}?session=abc")
    take.fails(Code.DNS)
    assert take.message.startswith("The name no-such-host.invalid can't be found.")
    assert "session" not in take.message


async def test_u3_a_connection_that_is_never_made_is_given_up(stage: Stage) -> None:
    limits = replace(QUICK, connect_ms=50, dns_ms=50, first_content_ms=5_000)
    take = await stage.hear_from(f"http://127.0.0.1:{stage.server.ports['full']}{COMPLETIONS}", limits=limits)
    take.fails(Code.CONNECT_TIMEOUT, "took no connection in time", attempts=2)
    assert take.closed["timings_ms"]["total"] < 1_000


async def test_u4_a_certificate_that_is_not_trusted_says_why(stage: Stage) -> None:
    take = await stage.hear_from(f"https://127.0.0.1:{stage.server.ports['tls_self_signed']}/ok{COMPLETIONS}")
    take.fails(Code.TLS, "is not trusted: it signs itself.")


@pytest.mark.parametrize("port", ["http", "reset"])
async def test_u5_https_on_a_plain_port_asks_for_http(stage: Stage, port: str) -> None:
    take = await stage.hear_from(f"https://127.0.0.1:{stage.server.ports[port]}/ok{COMPLETIONS}")
    take.fails(Code.TLS, "http:// instead of https://?")


async def test_u5_http_on_a_tls_port_asks_for_https(stage: Stage) -> None:
    take = await stage.hear_from(f"http://127.0.0.1:{stage.server.ports['tls']}/ok{COMPLETIONS}")
    take.fails(Code.BAD_RESPONSE, "whether the address should begin with https://", attempts=2)


async def test_u6_a_reset_after_the_connection_is_told_in_words(stage: Stage) -> None:
    take = await stage.hear_from(f"http://127.0.0.1:{stage.server.ports['reset']}{COMPLETIONS}")
    take.fails(Code.CONNECT_REFUSED, "broke off the connection before it answered", attempts=2)


async def test_u6_a_reset_after_the_request_is_told_in_words(stage: Stage) -> None:
    (await stage.hear("reset")).fails(
        Code.CONNECT_REFUSED, "broke off the connection before it answered", attempts=2
    )


async def test_u6_a_reset_once_is_borne(stage: Stage) -> None:
    (await stage.hear("reset-once")).completes(attempts=2)
    assert len(stage.server.requests()) == 2


async def test_u7_a_close_before_any_byte_is_told_in_words(stage: Stage) -> None:
    (await stage.hear("close")).fails(Code.BAD_RESPONSE, "without an answer", attempts=2)


async def test_u8_a_server_that_never_answers_is_left_while_the_filler_plays(stage: Stage) -> None:
    stage.filler = {"fillerPhrase": "One moment.", "activationDelayMs": 20}
    take = await stage.hear("never", limits=QUICK)
    take.fails(Code.FIRST_CONTENT_TIMEOUT, "did not begin to answer within")
    assert [filler["state"] for filler in take.of("playground.filler")] == ["playing"]
    assert (await stage.server.until_left())["client_left_after_ms"] < 1_000


@pytest.mark.parametrize("behaviour", ["half-head", "head-only"])
async def test_u9_headers_and_then_silence_time_out_and_close_the_connection(
    stage: Stage, behaviour: str
) -> None:
    (await stage.hear(behaviour, limits=QUICK)).fails(Code.FIRST_CONTENT_TIMEOUT)
    assert (await stage.server.until_left())["client_left_after_ms"] < 1_000


async def test_u10_headers_byte_by_byte_count_as_one_wait(stage: Stage) -> None:
    take = await stage.hear("slow-head", limits=QUICK)
    take.fails(Code.FIRST_CONTENT_TIMEOUT)
    assert take.closed["timings_ms"]["total"] < 1_000
    assert (await stage.server.until_left())["client_left_after_ms"] < 1_000


async def test_u11_another_protocol_is_named_and_not_shown(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    take = await stage.hear("no-http")
    take.fails(Code.BAD_RESPONSE, "does not speak HTTP")
    assert "SSH" not in f"{take.events} {caplog.text}"
    assert "secret-canary" not in str(take.events)


@pytest.mark.parametrize("behaviour", ["huge-header", "many-headers", "wide-headers"])
async def test_u12_headers_without_measure_are_refused_and_not_kept(stage: Stage, behaviour: str) -> None:
    await stage.hear("ok")
    tracemalloc.start()
    try:
        take = await stage.hear(behaviour)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    take.fails(Code.BAD_RESPONSE, "" if behaviour == "many-headers" else "too large")
    assert most < 4 * MIB


async def test_u13_a_thousand_interim_answers_are_borne(stage: Stage) -> None:
    (await stage.hear("early-hints")).completes()


async def test_u14_a_body_with_two_lengths_is_refused_and_its_connection_not_used_again(stage: Stage) -> None:
    take = await stage.hear("length-and-chunked")
    take.fails(Code.BAD_RESPONSE, "does not speak HTTP")
    (await stage.hear("ok")).completes()
    first, second = stage.server.requests()
    assert first["connection"] != second["connection"]


async def test_u15_a_cookie_never_comes_back(stage: Stage) -> None:
    for behaviour in ("set-cookie", "ok"):
        address = f"http://localhost:{stage.server.port}/{behaviour}{COMPLETIONS}"
        (await stage.hear_from(address)).completes()
    assert len(stage.server.requests()) == 2
    for request in stage.server.requests():
        assert "cookie" not in {name.lower() for name, _ in request["headers"]}


async def test_u16_an_answer_is_complete_at_its_done_and_its_connection_is_not_waited_for(
    stage: Stage,
) -> None:
    take = await stage.hear("keeps-open")
    take.completes()
    assert take.closed["timings_ms"]["total"] < 1_000
    await stage.until_left()


def test_the_defaults_are_those_that_people_are_told() -> None:
    waits = DEFAULT_LIMITS
    assert (waits.connect_ms, waits.first_content_ms, waits.content_gap_ms) == (5_000, 30_000, 20_000)
    assert (waits.reasoning_gap_ms, waits.turn_ms, waits.after_finish_ms) == (120_000, 120_000, 2_000)
    assert (waits.error_body_ms, waits.error_body_bytes, waits.error_excerpt_chars) == (3_000, 16_384, 300)
    assert (waits.sse_line_bytes, waits.stream_bytes) == (MIB, 8 * MIB)
    assert (waits.answer_chars, waits.sentence_chars) == (262_144, 600)
    assert (waits.tool_arguments_chars, waits.tool_calls) == (65_536, 32)
    assert (waits.retries, waits.retry_wait_ms) == (1, 5_000)
