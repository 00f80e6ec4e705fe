"""Which addresses are dialled, from the address as written to a listening socket that must stay untouched."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from playground.engine.addresses.address import AddressError
from playground.engine.errors.codes import Code
from playground.engine.limits import DEFAULT_LIMITS
from playground.outgoing.guard import BlockedAddressError, Guard, GuardedResolver, LookupTimeoutError
from tests.llm_server.fixture import LLMServerHandle
from tests.playground.sending import completion, failure

PUBLIC = "93.184.216.34"
METADATA = "169.254.169.254"


class Network:
    """Stands in for name servers and for the network beyond this machine."""

    def __init__(self, names: dict[str, Sequence[Sequence[str]]]) -> None:
        self.names = names
        """Each name's answers, one after the other; the last one stays."""
        self.lookups: list[str] = []
        self.dialled: list[tuple[str, int]] = []

    async def getaddrinfo(self, host: str, port: int, **_: Any) -> list[Any]:
        answers = self.names[host]
        addresses = answers[min(self.lookups.count(host), len(answers) - 1)]
        self.lookups.append(host)
        families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
        return [
            (family, socket.SOCK_STREAM, 6, "", (address, port))
            for family, address in zip(families, addresses, strict=True)
        ]

    async def sock_connect(self, _: socket.socket, address: tuple[str, int]) -> None:
        self.dialled.append((address[0], address[1]))
        raise ConnectionRefusedError


def network(monkeypatch: pytest.MonkeyPatch, **names: Sequence[Sequence[str]]) -> Network:
    """Names with ``__`` for each dot. Connections are recorded and refused."""
    fake_network = Network({name.replace("__", "."): answers for name, answers in names.items()})
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "getaddrinfo", fake_network.getaddrinfo)
    monkeypatch.setattr(loop, "sock_connect", fake_network.sock_connect)
    return fake_network


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"]
)
async def test_this_machine_is_closed(llm_server: LLMServerHandle, host: str) -> None:
    error = await failure(f"http://{host}:{llm_server.port}/ok/v1/chat/completions")
    assert (error.code, error.may_retry) == (Code.BLOCKED_ADDRESS, False)
    assert error.message.startswith("Nothing was sent: ")
    assert llm_server.requests() == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "①②⑦.1"])
async def test_odd_spellings_of_this_machine_are_refused(llm_server: LLMServerHandle, host: str) -> None:
    error = await failure(f"http://{host}:{llm_server.port}/ok/v1/chat/completions")
    assert error.code is Code.BAD_REQUEST
    assert llm_server.requests() == []


@pytest.mark.usefixtures("loopback_is_open")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_this_machine_is_open_where_the_operator_says_so(
    llm_server: LLMServerHandle, host: str
) -> None:
    assert await completion(f"http://{host}:{llm_server.port}/ok/v1/chat/completions")


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1", "224.0.0.1", "255.255.255.255",
        "192.0.2.1", "198.18.0.1", "[fd12::1]", "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        "[::127.0.0.1]",
    ],
)  # fmt: skip
async def test_reserved_addresses_are_never_dialled(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    there = network(monkeypatch)
    error = await failure(f"http://{host}:8000/v1")
    assert error.code is Code.BLOCKED_ADDRESS
    assert there.dialled == []


@pytest.mark.parametrize(
    "host", [METADATA, "100.100.100.200", "192.0.0.192", "168.63.129.16", "[fd00:ec2::254]"]
)
async def test_metadata_services_stay_closed_even_if_listed(
    monkeypatch: pytest.MonkeyPatch, settings: Any, host: str
) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = [f"{host}:80", f"{host}:*"]
    there = network(monkeypatch)
    assert (await failure(f"http://{host}/latest/meta-data/")).code is Code.BLOCKED_ADDRESS
    assert there.dialled == []


async def test_a_metadata_services_name_is_not_even_looked_up(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["metadata.google.internal:*"]
    there = network(monkeypatch, metadata__google__internal=[[PUBLIC]])
    assert (await failure("http://metadata.google.internal/")).code is Code.BLOCKED_ADDRESS
    assert (there.lookups, there.dialled) == ([], [])


async def test_a_listed_name_that_leads_to_a_metadata_service_is_closed(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["ollama:*"]
    there = network(monkeypatch, ollama=[[METADATA]])
    assert (await failure("http://ollama:11434/v1")).code is Code.BLOCKED_ADDRESS
    assert there.dialled == []


@pytest.mark.parametrize(
    "answer", [[PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], [PUBLIC, "::1"], [PUBLIC, METADATA]]
)
async def test_one_private_answer_among_public_ones_closes_the_name(
    monkeypatch: pytest.MonkeyPatch, answer: list[str]
) -> None:
    there = network(monkeypatch, llm__example__com=[answer])
    assert (await failure("https://llm.example.com/v1")).code is Code.BLOCKED_ADDRESS
    assert there.dialled == []


async def test_a_name_is_looked_up_once_and_that_answer_is_dialled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = network(monkeypatch, rebind__example__com=[[PUBLIC], ["127.0.0.1"]])
    assert (await failure("http://rebind.example.com:8000/v1")).code is Code.CONNECT_REFUSED
    assert there.lookups == ["rebind.example.com"]
    assert there.dialled == [(PUBLIC, 8000)]
    assert (await failure("http://rebind.example.com:8000/v1")).code is Code.BLOCKED_ADDRESS
    assert there.dialled == [(PUBLIC, 8000)]


async def test_a_listed_name_opens_its_own_port_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["ollama:11434"]
    there = network(monkeypatch, ollama=[["172.18.0.5"]], evil__example__com=[["172.18.0.5"]])
    assert (await failure("http://ollama:11434/v1")).code is Code.CONNECT_REFUSED
    assert there.dialled == [("172.18.0.5", 11434)]
    for url in ("http://ollama:22/v1", "http://evil.example.com:11434/v1", "http://172.18.0.5:11434/v1"):
        assert (await failure(url)).code is Code.BLOCKED_ADDRESS
    assert there.dialled == [("172.18.0.5", 11434)]


async def test_a_name_server_that_does_not_answer_is_given_up() -> None:
    loop = asyncio.get_running_loop()
    never = loop.create_future()

    async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        await never
        return []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "getaddrinfo", getaddrinfo)
        with pytest.raises(LookupTimeoutError):
            await GuardedResolver(Guard(), timeout_ms=20).resolve("llm.example.com", 443)


async def test_a_lookup_that_times_out_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(*_: Any, **__: Any) -> list[Any]:
        raise LookupTimeoutError

    monkeypatch.setattr(GuardedResolver, "resolve", resolve)
    error = await failure("https://llm.example.com/v1", limits=replace(DEFAULT_LIMITS, connect_ms=100))
    assert error.code is Code.DNS
    assert "took too long" in error.message


def test_a_socket_that_nobody_announced_is_judged_by_its_address_alone() -> None:
    guard = Guard(["ollama:11434"])
    info = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("172.18.0.5", 11434))
    with pytest.raises(BlockedAddressError):
        guard.open_socket(info)
    with guard.dialling("ollama"):
        guard.open_socket(info).close()
    with pytest.raises(BlockedAddressError):
        guard.open_socket(info)


def test_an_unreadable_list_of_private_hosts_is_refused() -> None:
    with pytest.raises(AddressError):
        Guard(["*:*"])


@pytest.mark.parametrize("url", ["/admin/", "/", "/health/", "/ws/conversations/c1/", "/demo", "/personas/"])
async def test_this_apps_own_pages_are_not_called(url: str) -> None:
    error = await failure(url)
    assert error.code is Code.BLOCKED_ADDRESS
    assert "/demo/v1" in error.message


async def test_nor_by_the_sites_own_address(llm_server: LLMServerHandle, settings: Any) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1:*"]
    settings.SITE_URL = llm_server.url
    error = await failure(f"{llm_server.url}/admin/chat/completions")
    assert error.code is Code.BLOCKED_ADDRESS
    assert llm_server.requests() == []
