"""Servers that can't be reached, or fail before they have answered: one code and one clear sentence each."""

import asyncio
import ssl
import time
from dataclasses import replace

import pytest

from playground.engine.errors.codes import Code
from playground.engine.limits import DEFAULT_LIMITS
from playground.outgoing.client import tls_settings
from tests.llm_server.fixture import LLMServerHandle
from tests.playground.sending import KEY, completion, failure

pytestmark = pytest.mark.usefixtures("loopback_is_open")

HASTY = replace(DEFAULT_LIMITS, connect_ms=200, first_content_ms=400)


async def test_a_refused_connection_names_host_and_port(llm_server: LLMServerHandle) -> None:
    port = llm_server.ports["refused"]
    error = await failure(f"http://127.0.0.1:{port}/v1/chat/completions")
    assert (error.code, error.may_retry) == (Code.CONNECT_REFUSED, True)
    assert error.message == (
        f"Nothing answers at 127.0.0.1:{port}. Is the server running, and is the port right?"
    )


async def test_a_name_that_does_not_exist_is_shown_alone() -> None:
    error = await failure("http://no-such-host.invalid/v1/chat/completions?session=abc")
    assert (error.code, error.may_retry) == (Code.DNS, False)
    assert error.message.startswith("The name no-such-host.invalid can't be found.")


async def test_a_connection_that_is_never_made_times_out(llm_server: LLMServerHandle) -> None:
    error = await failure(
        f"http://127.0.0.1:{llm_server.ports['full']}/v1", limits=replace(HASTY, first_content_ms=5_000)
    )
    assert (error.code, error.may_retry) == (Code.CONNECT_TIMEOUT, True)


@pytest.mark.usefixtures("tests_authority_is_trusted")
@pytest.mark.parametrize(
    ("port", "reason"),
    [
        ("tls_self_signed", "it signs itself"),
        ("tls_expired", "it has expired"),
        ("tls_wrong_name", "it is for another address"),
    ],
)
async def test_a_certificate_that_is_not_trusted_says_why(
    llm_server: LLMServerHandle, port: str, reason: str
) -> None:
    error = await failure(f"https://127.0.0.1:{llm_server.ports[port]}/ok/v1")
    assert (error.code, error.may_retry) == (Code.TLS, False)
    assert f"is not trusted: {reason}." in error.message
    assert llm_server.requests() == []


async def test_a_certificate_of_an_unknown_authority_is_not_trusted(llm_server: LLMServerHandle) -> None:
    error = await failure(f"https://127.0.0.1:{llm_server.ports['tls']}/ok/v1")
    assert error.code is Code.TLS
    assert "its issuer is unknown" in error.message


@pytest.mark.usefixtures("tests_authority_is_trusted")
async def test_an_authority_that_the_machine_trusts_is_trusted(llm_server: LLMServerHandle) -> None:
    assert await completion(f"https://127.0.0.1:{llm_server.ports['tls']}/ok/v1/chat/completions")


@pytest.mark.parametrize("port", ["http", "reset"])
async def test_https_on_a_plain_port_asks_for_http(llm_server: LLMServerHandle, port: str) -> None:
    error = await failure(f"https://127.0.0.1:{llm_server.ports[port]}/ok/v1")
    assert error.code is Code.TLS
    assert "http:// instead of https://" in error.message


async def test_http_on_a_tls_port_asks_for_https(llm_server: LLMServerHandle) -> None:
    error = await failure(f"http://127.0.0.1:{llm_server.ports['tls']}/ok/v1")
    assert error.code is Code.BAD_RESPONSE
    assert "https://" in error.message


async def test_a_reset_is_told_in_words(llm_server: LLMServerHandle) -> None:
    error = await failure(llm_server.completions_url("reset"))
    assert (error.code, error.may_retry) == (Code.CONNECT_REFUSED, True)
    assert "broke off the connection before it answered" in error.message


async def test_a_close_without_an_answer_may_be_tried_again(llm_server: LLMServerHandle) -> None:
    error = await failure(llm_server.completions_url("close"))
    assert (error.code, error.may_retry) == (Code.BAD_RESPONSE, True)
    assert "without an answer" in error.message


@pytest.mark.parametrize("behaviour", ["never", "half-head", "slow-head"])
async def test_headers_that_do_not_come_time_out_as_a_whole(
    llm_server: LLMServerHandle, behaviour: str
) -> None:
    began = time.monotonic()
    error = await failure(llm_server.completions_url(behaviour), limits=HASTY)
    assert (error.code, error.may_retry) == (Code.FIRST_CONTENT_TIMEOUT, False)
    assert time.monotonic() - began < 2
    assert (await llm_server.until_left())["client_left_after_ms"] < 2_000


async def test_another_protocol_is_not_shown(llm_server: LLMServerHandle) -> None:
    error = await failure(llm_server.completions_url("no-http"))
    assert (error.code, error.may_retry) == (Code.BAD_RESPONSE, False)
    assert "does not speak HTTP" in error.message
    assert "SSH" not in repr(error)


@pytest.mark.parametrize("behaviour", ["huge-header", "many-headers", "wide-headers"])
async def test_headers_without_measure_are_refused(llm_server: LLMServerHandle, behaviour: str) -> None:
    error = await failure(llm_server.completions_url(behaviour))
    assert (error.code, error.may_retry) == (Code.BAD_RESPONSE, False)
    assert behaviour == "many-headers" or "too large" in error.message


async def test_a_thousand_interim_answers_are_borne(llm_server: LLMServerHandle) -> None:
    async with asyncio.timeout(5):
        assert b"Once" in await completion(llm_server.completions_url("early-hints"))


async def test_two_lengths_are_refused_and_the_connection_is_not_used_again(
    llm_server: LLMServerHandle,
) -> None:
    error = await failure(llm_server.completions_url("length-and-chunked"))
    assert error.code in {Code.BAD_RESPONSE, Code.TRUNCATED}
    await completion(llm_server.completions_url("ok"))
    first, second = llm_server.requests()
    assert first["connection"] != second["connection"]


async def test_a_cookie_never_comes_back(llm_server: LLMServerHandle) -> None:
    for behaviour in ("set-cookie", "ok"):
        await completion(f"http://localhost:{llm_server.port}/{behaviour}/v1/chat/completions")
    assert len(llm_server.requests()) == 2
    for request in llm_server.requests():
        assert "cookie" not in {name.lower() for name, _ in request["headers"]}


async def test_proxies_and_netrc_of_the_environment_have_no_effect(
    llm_server: LLMServerHandle, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    proxy = f"http://127.0.0.1:{llm_server.ports['refused']}"
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy)
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password netrc-canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    await completion(llm_server.completions_url("ok"))
    (request,) = llm_server.requests()
    assert ["Authorization", f"Bearer {KEY}"] in request["headers"]


def test_certificates_are_verified_by_name() -> None:
    context = tls_settings()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
