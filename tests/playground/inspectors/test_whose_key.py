"""Passing on through the receiving application: whose key goes on, what is refused, and what is recorded."""

import base64
import gzip
import json

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.models import User

from dashboard.roles import Role
from personas.models import TokenSecret
from personas.secrets import set_value
from playground.inspectors.application import Inspecting
from playground.inspectors.callers_key import new_callers_key
from playground.inspectors.forwarding import VIA_PSEUDONYM
from playground.models import Inspector
from tests.dashboard.roles import person
from tests.llm_server.fixture import LLMServerHandle
from tests.playground.inspectors.asking import HELLO, Asked, ask, made, newest

pytestmark = pytest.mark.usefixtures("inspectors", "loopback_is_open")

SECRET = "sk-canary-0123456789abcdef"
OWN = "sk-of-the-caller-alone-123456"
KEY, DIGEST = new_callers_key()
CONTENT_LENGTH = (b"Content-Length", b"%d" % len(HELLO))


async def inspector_with_secret(user: User, server: LLMServerHandle, **fields: object) -> Inspector:
    secret = await database_sync_to_async(TokenSecret.objects.create)(
        name="SERVER_KEY", allowed_hosts=[f"http://127.0.0.1:{server.port}"]
    )
    await database_sync_to_async(set_value)(secret, SECRET, by=None)
    given = {
        "forward_url": server.base_url("ok"),
        "forward_secret": secret,
        "forward_secret_by": await database_sync_to_async(person)(Role.SECRET_MANAGER, "manager"),
        "callers_key_digest": DIGEST,
    }
    return await made(user, Inspector.Answer.PASS_ON, **given | fields)


async def call(inspector: Inspector, key: str, scheme: str = "Bearer") -> Asked:
    headers = (
        (b"Authorization", f"{scheme} {key}".encode()),
        (b"Content-Length", b"%d" % len(HELLO)),
        (b"conversation_id", b"c1"),
    )
    return await ask(inspector, headers=headers)


def sent_on(server: LLMServerHandle) -> str:
    (request,) = server.requests()
    return str(dict(request["headers"])["Authorization"])


async def test_the_callers_own_key_goes_on_and_is_kept_nowhere(
    user: User, llm_server: LLMServerHandle
) -> None:
    inspector = await inspector_with_secret(user, llm_server)
    asked = await call(inspector, OWN)
    assert (asked.status, asked.is_complete) == (200, True)
    assert sent_on(llm_server) == f"Bearer {OWN}"
    request = await newest(inspector)
    assert (request.answer, request.ended, bytes(request.answer_body)) == ("pass_on", "complete", asked.body)
    assert OWN not in repr([getattr(request, field.attname) for field in request._meta.concrete_fields])


@pytest.mark.parametrize("scheme", ["Bearer", "Api-Key"])
async def test_the_secret_stands_where_the_inspectors_key_stood(
    user: User, llm_server: LLMServerHandle, scheme: str
) -> None:
    inspector = await inspector_with_secret(user, llm_server)
    asked = await call(inspector, KEY, scheme)
    assert asked.status == 200
    assert sent_on(llm_server) == f"{scheme} {SECRET}"


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-Api-Key", "Bearer {}"), ("Authorization", "Bearer\t{}"), ("Authorization", 'Token token="{}", a=b')],
)
async def test_the_secret_stands_there_in_any_spelling(
    user: User, llm_server: LLMServerHandle, name: str, value: str
) -> None:
    inspector = await inspector_with_secret(user, llm_server)
    await ask(inspector, headers=[(name.encode(), value.format(KEY).encode()), CONTENT_LENGTH])
    (request,) = llm_server.requests()
    assert dict(request["headers"])[name] == value.format(SECRET)


@pytest.mark.parametrize(
    ("path", "header", "body"),
    [
        ("/a", f"Cookie: key={KEY}", ""),
        ("/a", f"X-Note: {KEY}", ""),
        ("/a", "Authorization: Basic " + base64.b64encode(f"user:{KEY}".encode()).decode(), ""),
        (f"/a?key={KEY}", "", ""),
        (f"/a?key=%67i_{KEY[3:]}", "", ""),
        ("/a", "", f'{{"key": "{KEY}"}}'),
    ],
    ids=["cookie", "another_header", "basic", "query", "percent_encoded", "body"],
)
async def test_the_inspectors_key_goes_nowhere_in_clear(
    user: User, llm_server: LLMServerHandle, path: str, header: str, body: str
) -> None:
    inspector = await inspector_with_secret(user, llm_server)
    name, _, value = (header or "A: b").partition(": ")
    length = (b"Content-Length", b"%d" % len(body))
    parts = (body[:30].encode(), body[30:].encode())
    asked = await ask(inspector, path, body=parts, headers=[(name.encode(), value.encode()), length])
    assert asked.status == 502
    assert KEY not in repr(llm_server.requests())
    assert (await newest(inspector)).error["code"] == "secret_not_allowed"


async def test_the_inspectors_key_goes_nowhere_compressed(user: User, llm_server: LLMServerHandle) -> None:
    inspector = await inspector_with_secret(user, llm_server)
    body = gzip.compress(b'{"a": 1, ') + gzip.compress(f'"key": "{KEY}"}}'.encode())
    headers = [(b"Content-Encoding", b"gzip"), (b"Content-Length", b"%d" % len(body))]
    asked = await ask(inspector, body=(body[:9], body[9:]), headers=headers)
    assert (asked.status, llm_server.requests()) == (502, [])
    request = await newest(inspector)
    assert (request.error["code"], KEY.encode() in bytes(request.body)) == ("secret_not_allowed", False)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"forward_secret_by": None}, "secret_not_allowed"),
        ({"forward_secret": None}, "secret_not_allowed"),
        ({"forward_secret_by": "a former manager"}, "secret_not_allowed"),
        ({"forward_url": "http://127.0.0.2:9/v1"}, "secret_not_allowed"),
        ({"forward_url": "https://no way"}, "bad_request"),
    ],
)
async def test_no_secret_goes_where_it_may_not(
    user: User, llm_server: LLMServerHandle, fields: dict[str, object], code: str
) -> None:
    if fields.get("forward_secret_by"):
        fields = {"forward_secret_by": user}
    inspector = await inspector_with_secret(user, llm_server, **fields)
    asked = await call(inspector, KEY)
    assert (asked.status, llm_server.requests()) == (502, [])
    request = await newest(inspector)
    assert (request.ended, request.error["code"]) == ("refused", code)
    assert bytes(request.body) == HELLO


async def test_whoever_manages_secrets_may_have_them_passed_on(
    user: User, llm_server: LLMServerHandle
) -> None:
    inspector = await inspector_with_secret(user, llm_server)
    await TokenSecret.objects.aupdate(allowed_hosts=["/"])
    inspector.maker = await User.objects.aget(username="manager")
    await inspector.asave()
    assert (await call(inspector, SECRET)).status == 200


@pytest.mark.parametrize(("hosts", "status"), [(["/"], 502), ([], 502), (None, 200)])
async def test_a_token_secret_that_a_caller_presents_goes_only_to_its_allowed_hosts(
    user: User, llm_server: LLMServerHandle, hosts: list[str] | None, status: int
) -> None:
    """Such as a persona's, whose address is the inspector's."""
    inspector = await inspector_with_secret(user, llm_server)
    if hosts is not None:
        await TokenSecret.objects.aupdate(allowed_hosts=hosts)
    asked = await call(inspector, SECRET)
    assert (asked.status, len(llm_server.requests())) == (status, status == 200)


async def test_the_key_of_the_demo_llm_leaves_this_site_through_no_inspector(
    user: User, llm_server: LLMServerHandle
) -> None:
    inspector = await inspector_with_secret(user, llm_server)
    asked = await call(inspector, settings.DEMO_LLM_KEY)
    assert (asked.status, llm_server.requests()) == (502, [])


async def test_the_host_that_was_allowed_is_the_one_that_is_called(
    user: User, llm_server: LLMServerHandle
) -> None:
    """Another process has changed the address within the second for which this one takes it for true."""
    inspector = await inspector_with_secret(user, llm_server, forward_url="http://127.0.0.2:9/v1")
    await ask(inspector)
    await Inspector.objects.filter(pk=inspector.pk).aupdate(forward_url=llm_server.base_url("ok"))
    asked = await call(inspector, KEY)
    assert (asked.status, (await newest(inspector)).error["code"]) == (502, "secret_not_allowed")


async def test_a_server_that_cannot_be_reached_is_said(user: User, llm_server: LLMServerHandle) -> None:
    inspector = await made(
        user, Inspector.Answer.PASS_ON, forward_url=f"http://127.0.0.1:{llm_server.ports['refused']}/v1"
    )
    asked = await ask(inspector)
    assert asked.status == 502
    assert json.loads(asked.body)["error"].keys() == {"message", "type", "param", "code"}
    request = await newest(inspector)
    assert (request.ended, request.error["code"], bytes(request.body)) == (
        "upstream",
        "connect_refused",
        HELLO,
    )


async def test_a_server_that_dies_midway_leaves_a_broken_answer(
    user: User, llm_server: LLMServerHandle
) -> None:
    inspector = await made(user, Inspector.Answer.PASS_ON, forward_url=llm_server.base_url("dies"))
    asked = await ask(inspector)
    assert (asked.status, asked.is_complete, asked.is_broken_off) == (200, False, True)
    request = await newest(inspector)
    assert (request.ended, bytes(request.answer_body)) == ("upstream", asked.body)


async def test_a_client_that_leaves_ends_the_servers_answer(user: User, llm_server: LLMServerHandle) -> None:
    inspector = await made(user, Inspector.Answer.PASS_ON, forward_url=llm_server.base_url("stall"))
    await ask(inspector, leaves_after=1)
    await llm_server.until_left()
    assert (await newest(inspector)).ended == "client_left"


@pytest.mark.parametrize("where", ["itself", "another", "persona"])
async def test_it_passes_on_to_no_page_of_this_site(user: User, where: str) -> None:
    another = await made(user)
    urls = {"another": another.path, "persona": "/v2/conversations"}
    inspector = await made(user, Inspector.Answer.PASS_ON, forward_url=urls.get(where, ""))
    if where == "itself":
        inspector.forward_url = inspector.path
        await inspector.asave()
    asked = await ask(inspector)
    assert asked.status == 502
    request = await newest(inspector)
    assert request.error["code"] == "blocked_address"
    assert await another.requests.acount() == 0


async def test_what_another_inspector_passed_on_is_refused(user: User, inspectors: Inspecting) -> None:
    """However this one was reached: a tunnel's name is known to nobody here."""
    inspector = await made(user)
    asked = await ask(inspector, headers=[(b"Via", f"1.1 {VIA_PSEUDONYM}".encode())])
    assert asked.status == 508
    assert (await newest(inspector)).ended == "refused"
