"""Who is trusted and what the environment may change before an answer; failures are in the matrix, each as a turn."""

import ssl

import pytest

from playground.engine.errors.codes import Code
from playground.outgoing.client import tls_settings
from tests.llm_server.fixture import LLMServerHandle
from tests.playground.sending import KEY, completion, failure

pytestmark = pytest.mark.usefixtures("loopback_is_open")


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
