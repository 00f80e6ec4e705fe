"""The server in a process of its own, as fixtures that a conftest imports."""

import asyncio
import inspect
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import pytest_asyncio

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class LLMServerHandle:
    """Where the server is, and what it has seen."""

    port: int
    ports: dict[str, int]
    ca_file: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def base_url(self, behaviour: str) -> str:
        """Return a Tavus persona's ``base_url`` for this behaviour."""
        return f"{self.url}/{behaviour}/v1"

    def completions_url(self, behaviour: str, query: str = "") -> str:
        """Return a JAICP ``url`` for this behaviour."""
        return f"{self.base_url(behaviour)}/chat/completions" + (f"?{query}" if query else "")

    def requests(self) -> list[dict[str, Any]]:
        """Return every request since the last reset, as received."""
        requests: list[dict[str, Any]] = _get(f"{self.url}/_requests")
        return requests

    def said(self) -> list[tuple[str, str]]:
        """Return what the user had said and the text of the answer, of each request since the last reset."""
        return [(asked, answered) for asked, answered in _get(f"{self.url}/_said")]

    def wait_until_at_rest(self, within_s: float) -> None:
        """Wait until no answer is unfinished whose client is still connected. Raises TimeoutError."""
        _get(f"{self.url}/_at_rest", within_s)

    def wait_until_left(self, within_s: float = 3.0) -> dict[str, Any]:
        """Wait for the last request's client to leave before the answer's end; return the request."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            # On a busy machine the client may leave before the request has been read.
            if (requests := self.requests()) and requests[-1]["client_left_after_ms"] is not None:
                return requests[-1]
            time.sleep(0.01)
        raise AssertionError(f"The client did not leave within {within_s} s.")

    async def until_left(self, within_s: float = 3.0) -> dict[str, Any]:
        """As `wait_until_left`, beside a running event loop."""
        return await asyncio.to_thread(self.wait_until_left, within_s)

    async def until_asked(self, within_s: float = 3.0) -> None:
        """Once a request has arrived."""
        async with asyncio.timeout(within_s):
            while not await asyncio.to_thread(self.requests):
                pass

    def reset(self) -> None:
        _get(f"{self.url}/_reset")


def _get(url: str, within_s: float = 10.0) -> Any:
    with urlopen(url, timeout=within_s) as answer:
        return json.load(answer)


@contextmanager
def started() -> Iterator[LLMServerHandle]:
    """Yield a server that ends with the block."""
    command = [sys.executable, "-m", "tests.llm_server", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        url = f"http://127.0.0.1:{port}"
        try:
            yield LLMServerHandle(port, _get(f"{url}/_ports"), _get(f"{url}/_ca"))
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def llm_server_process(server_processes: None) -> Iterator[LLMServerHandle]:
    with started() as handle:
        yield handle


@pytest.fixture
def llm_server(llm_server_process: LLMServerHandle) -> LLMServerHandle:
    """The server, with nothing in its log."""
    llm_server_process.reset()
    return llm_server_process


@pytest.fixture
def tests_authority_is_trusted(
    llm_server: LLMServerHandle, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """As if the operator had installed the authority of the test server's certificates."""
    from playground.outgoing.client import tls_settings

    monkeypatch.setenv("SSL_CERT_FILE", llm_server.ca_file)
    tls_settings.cache_clear()
    yield
    tls_settings.cache_clear()


@pytest.fixture
def loopback_is_open(settings: Any) -> None:
    """What `make run` does: the operator opens this machine's own ports."""
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1:*", "localhost:*", "[::1]:*"]


@pytest_asyncio.fixture
async def outgoing_is_closed() -> AsyncIterator[None]:
    """No connection outlives the test: for every async test in which something is sent."""
    from playground.outgoing import client

    yield
    await client.aclose()


@pytest.fixture(autouse=True)
def every_connection_has_an_end(request: pytest.FixtureRequest) -> None:
    """Wherever it is imported, each async test closes what it opened."""
    if inspect.iscoroutinefunction(request.function):
        request.getfixturevalue("outgoing_is_closed")
