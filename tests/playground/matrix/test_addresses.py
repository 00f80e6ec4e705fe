"""S1 to S16: from the form and the socket to listeners and networks that must stay untouched."""

from pathlib import Path
from typing import Any

import pytest

from personas.models import Persona
from playground.engine.errors.codes import Code
from tests.llm_server.fixture import LLMServerHandle
from tests.llm_server.openai_wire import TEXT
from tests.playground.front_door import FrontDoor, Listener
from tests.playground.outgoing.test_guard import METADATA, PUBLIC, network
from tests.playground.outgoing.test_only_outgoing_makes_clients import MODULES, clients_in

pytestmark = pytest.mark.slow  # Goes through the form, the API and the socket for each address.

BLOCKED = "Nothing was sent: "
RESERVED = (
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1", "224.0.0.1", "255.255.255.255", "192.0.2.1",
    "198.18.0.1", "[fd12::1]", "[fe80::1]", "[ff02::1]",
)  # fmt: skip
EMBEDDED = (
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]",
    "[::127.0.0.1]",
)  # fmt: skip
AMBIGUOUS = (
    "http://a@127.0.0.1:{port}/v1", "http://a:b@localhost:{port}/v1", "http://api.openai.com\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@api.openai.com/", "http://api.openai.com:{port}#@127.0.0.1/",
    "http://127.0.0.1%00.example.com:{port}/", "http://127.0.0.1 .example.com:{port}/", "http://127.0.0.1:{port}\t/",
    "http://127.0.0.1:{port}/v1\r\nX-Evil: 1", "http:///127.0.0.1:{port}/", "http:127.0.0.1:{port}",
    "//127.0.0.1:{port}/v1", "http://[::1%25lo]:{port}/", "http://127.0.0.1:{port}@example.com/",
)  # fmt: skip
OWN_PAGES = (
    "/admin", "/v2", "/health", "/demo/../v2", "/demo/%2e%2e%2fv2", "/demo/..%5cv2", "/demo//v2", "/demonstration",
)  # fmt: skip
ODD_SPELLINGS = ("127.1", "0", "2130706433", "0x7f000001", "0177.0.0.1", "①②⑦.1", "１２７.1")
SERVICES = ("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "[fd00:ec2::254]")


def assert_blocked(closed: dict[str, Any], code: Code = Code.BLOCKED_ADDRESS, address: str = "") -> None:
    assert (closed["error"]["code"], closed["text"]) == (code, ""), address


async def test_s1_this_machine_is_closed(door: FrontDoor, listener: Listener) -> None:
    for host in ("127.0.0.1", "localhost", "LOCALHOST.", "[::1]", "0.0.0.0"):
        closed = await door.say_to(f"http://{host}:{listener.port}/v1")
        assert_blocked(closed, address=host)
        assert closed["error"]["message"].startswith(BLOCKED)


async def test_s1_odd_spellings_of_this_machine_are_refused_where_they_are_typed_and_when_sent(
    door: FrontDoor, listener: Listener
) -> None:
    for host in ODD_SPELLINGS:
        address = f"http://{host}:{listener.port}/v1"
        assert await door.enter(address) is None
        assert_blocked(await door.say(await door.old_row(address)), Code.BAD_REQUEST, host)


async def test_s2_metadata_services_stay_closed_even_if_they_are_listed(
    door: FrontDoor, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = [f"{host}:{port}" for host in SERVICES for port in ("80", "*")]
    there = network(monkeypatch)
    for host in SERVICES:
        assert_blocked(await door.say_to(f"http://{host}/latest"), address=host)
    assert there.dialled == []


async def test_s2_the_name_of_a_metadata_service_is_not_looked_up(
    door: FrontDoor, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["metadata.google.internal:*"]
    there = network(monkeypatch, metadata__google__internal=[[PUBLIC]])
    assert_blocked(await door.say_to("http://metadata.google.internal/computeMetadata"))
    assert (there.lookups, there.dialled) == ([], [])


async def test_s3_reserved_addresses_are_closed(door: FrontDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    there = network(monkeypatch)
    for host in RESERVED:
        assert_blocked(await door.say_to(f"http://{host}:8000/v1"), address=host)
    assert there.dialled == []


async def test_s3_an_address_that_the_operator_lists_is_open_at_its_port(
    door: FrontDoor, llm_server: LLMServerHandle, settings: Any
) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{llm_server.port}"]
    closed = await door.say_to(llm_server.base_url("ok"))
    assert (closed["error"], closed["text"]) == (None, TEXT)
    assert_blocked(await door.say_to(f"http://127.0.0.1:{llm_server.ports['refused']}/v1"))


async def test_s4_addresses_within_addresses_are_closed(door: FrontDoor, listener: Listener) -> None:
    for host in EMBEDDED:
        assert_blocked(await door.say_to(f"http://{host}:{listener.port}/v1"), address=host)


@pytest.mark.parametrize("answer", [[PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, METADATA]])
async def test_s5_one_private_answer_closes_the_name(
    front_door: FrontDoor, listener: Listener, monkeypatch: pytest.MonkeyPatch, answer: list[str]
) -> None:
    there = network(monkeypatch, llm__example__com=[answer])
    assert_blocked(await front_door.say_to(f"http://llm.example.com:{listener.port}/v1"))
    assert (there.lookups, there.dialled) == (["llm.example.com"], [])


async def test_s6_the_answer_that_was_judged_is_the_one_that_is_dialled(
    front_door: FrontDoor, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = network(monkeypatch, rebind__example__com=[[PUBLIC], ["127.0.0.1"]])
    closed = await front_door.say_to(f"http://rebind.example.com:{listener.port}/v1")
    # The request is tried again, and the name, which has moved meanwhile, is judged again.
    assert_blocked(closed)
    assert there.lookups == ["rebind.example.com"] * 2
    assert there.dialled == [(PUBLIC, listener.port)]


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:{port}/v1",
        "http://localhost:{port}/",
        "http://169.254.169.254/",
        "//127.0.0.1:{port}/",
    ],
)
async def test_s7_a_redirect_to_a_closed_address_is_not_followed(
    front_door: FrontDoor, listener: Listener, llm_server: LLMServerHandle, settings: Any, to: str
) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{llm_server.port}"]
    address = llm_server.completions_url("redirect", "to=" + to.format(port=listener.port))
    conversation = await front_door.enter(address, platform="jaicp")
    assert conversation is not None
    assert_blocked(await front_door.say(conversation), Code.REDIRECT)
    assert len(llm_server.requests()) == 1


async def test_s8_an_address_that_could_be_read_in_two_ways_is_refused(
    door: FrontDoor, listener: Listener
) -> None:
    for address in AMBIGUOUS:
        written = address.format(port=listener.port)
        assert await door.enter(written) is None, written
        assert_blocked(await door.say(await door.old_row(written)), Code.BAD_REQUEST, written)
    assert not await Persona.objects.aexists()


async def test_s9_only_http_and_https_are_called(door: FrontDoor, listener: Listener) -> None:
    for scheme in ("file", "ftp", "gopher", "data", "unix", "ws", "javascript", "greenroom"):
        written = f"{scheme}://127.0.0.1:{listener.port}/v1"
        assert await door.enter(written) is None, written
        assert_blocked(await door.say(await door.old_row(written)), Code.BAD_REQUEST, written)


@pytest.mark.parametrize("port", [22, 25, 5432, 6379])
async def test_s10_every_port_of_a_public_host_may_be_called(
    front_door: FrontDoor, monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    there = network(monkeypatch, llm__example__com=[[PUBLIC]])
    closed = await front_door.say_to(f"http://llm.example.com:{port}/v1")
    assert closed["error"]["code"] == Code.CONNECT_REFUSED
    assert set(there.dialled) == {(PUBLIC, port)}


async def test_s10_what_answers_without_http_is_never_shown(
    front_door: FrontDoor, llm_server: LLMServerHandle, loopback_is_open: None
) -> None:
    closed = await front_door.say_to(llm_server.base_url("no-http"))
    assert closed["error"]["code"] == Code.BAD_RESPONSE
    assert "SSH" not in str(closed)


@pytest.mark.parametrize("origin", ["", "http://127.0.0.1:{port}"])
async def test_s11_pages_of_this_app_are_not_called(
    front_door: FrontDoor, listener: Listener, settings: Any, origin: str
) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1:*"]
    settings.SITE_URL = f"http://127.0.0.1:{listener.port}"
    for path in OWN_PAGES:
        address = origin.format(port=listener.port) + path
        assert_blocked(await front_door.say(await front_door.old_row(address)), address=address)


async def test_s11_the_demo_llm_is_called_without_a_socket(
    front_door: FrontDoor, listener: Listener, settings: Any
) -> None:
    settings.SITE_URL = f"http://127.0.0.1:{listener.port}"
    conversation = await front_door.enter("/demo/v1", key=settings.DEMO_LLM_KEY, model="demo")
    assert conversation is not None
    closed = await front_door.say(conversation)
    assert (closed["error"], bool(closed["text"])) == (None, True)


async def test_s12_proxies_and_netrc_of_the_environment_have_no_effect(
    front_door: FrontDoor,
    listener: Listener,
    llm_server: LLMServerHandle,
    loopback_is_open: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password netrc-canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert (await front_door.say_to(llm_server.base_url("ok")))["text"] == TEXT
    (request,) = llm_server.requests()
    assert "authorization" not in {name.lower() for name, _ in request["headers"]}


async def test_s14_a_closed_host_says_the_same_whatever_its_port_does(
    front_door: FrontDoor, listener: Listener, llm_server: LLMServerHandle
) -> None:
    messages = set()
    for port in (listener.port, llm_server.ports["refused"], llm_server.ports["full"]):
        closed = await front_door.say_to(f"http://127.0.0.1:{port}/v1")
        assert_blocked(closed)
        assert closed["timings_ms"]["total"] < 100
        messages.add(closed["error"]["message"].replace(str(port), "PORT"))
    assert len(messages) == 1


async def test_s14_a_name_that_leads_inside_says_the_same_for_every_inside(
    front_door: FrontDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    network(monkeypatch, llm__example__com=[["10.0.0.1"], ["127.0.0.1"], [METADATA], ["::1"]])
    errors = [(await front_door.say_to("http://llm.example.com/v1"))["error"] for _ in range(4)]
    assert errors == [errors[0]] * 4


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{port}/v1", "http://me@127.0.0.1:{port}/v1", "http://127.1:{port}/v1"]
)
async def test_s15_a_row_from_before_every_check_is_judged_when_it_is_sent(
    door: FrontDoor, listener: Listener, address: str
) -> None:
    closed = await door.say(await door.old_row(address.format(port=listener.port)))
    assert closed["error"]["code"] in {Code.BLOCKED_ADDRESS, Code.BAD_REQUEST}


def test_s16_only_the_outgoing_factory_imports_an_http_client() -> None:
    assert [path for path in MODULES if clients_in(path.read_text())] == []
