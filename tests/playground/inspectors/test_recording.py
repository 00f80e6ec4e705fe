"""What an inspector keeps of a request and its answer, and what it must never keep."""

import asyncio
import gzip
import json
import zlib
from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from django.conf import settings as site
from django.contrib.auth.models import User
from django.utils import timezone

from personas.models import TokenSecret
from personas.secrets import set_value
from playground.engine.answer.redaction import MASK
from playground.inspectors.application import inspecting
from playground.inspectors.callers_key import new_callers_key
from playground.inspectors.front_door import BODY_BYTES, BodyRefusal, FrontDoor
from playground.inspectors.retention import close_left_open, delete_expired
from playground.models import InspectedRequest, Inspector
from tests.playground.inspectors.asking import DEADLINE_S, HELLO, Caller, ask, made, newest, scope_of

pytestmark = pytest.mark.usefixtures("inspectors")

Kept = InspectedRequest.Kept
KEY = "sk-canary-0123456789abcdef"
BROTLI = bytes.fromhex(
    "1b3b00f88dd463ad305bc96873a9729f119bd1dac42c404a9295e280f3a2cd6f38ac2d4be3215e6e269536d6f383308a9334cb0b500ce396c3a1ca"
    "bb6e24f003"
)
"""``{"key": "sk-canary-0123456789abcdef", "note": "hello hello"}``"""
ODD_HEADERS = (
    (b"Host", b"inspector.example"),
    (b"conversation_id", b"c123456"),
    (b"X-Twice", b"one"),
    (b"Content-Type", b"application/json"),
    (b"x-twice", b"caf\xe9"),
)


def _deflated(text: str) -> bytes:
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflate.compress(text.encode()) + deflate.flush()


@pytest.fixture
def known_key(db: None) -> str:
    secret = TokenSecret.objects.create(name="OPENAI_KEY")
    set_value(secret, KEY, by=None)
    return KEY


async def test_a_request_is_recorded_as_it_was_sent(user: User) -> None:
    inspector = await made(user)
    parts = HELLO[:10], b"", HELLO[10:]
    await ask(inspector, "/v1/chat/completions?version=2&q=%20", body=parts, headers=ODD_HEADERS)
    request = await newest(inspector)
    assert (request.number, request.method, request.http_version) == (1, "POST", "1.1")
    assert (request.path, request.query) == ("/v1/chat/completions", "version=2&q=%20")
    assert request.headers == [
        [name.decode("latin-1"), value.decode("latin-1")] for name, value in ODD_HEADERS
    ]
    assert bytes(request.body) == HELLO
    assert (request.body_bytes, request.body_kept) == (len(HELLO), Kept.WHOLE)
    assert request.body_parts is not None
    assert [size for _, size in request.body_parts] == [10, len(HELLO) - 10]
    assert (request.client_address, request.conversation_id) == ("203.0.113.7", "c123456")
    assert request.authentication == InspectedRequest.Authentication.NONE


async def test_an_answer_is_recorded_part_by_part(user: User) -> None:
    inspector = await made(user, answer_settings={"text": "One two."})
    asked = await ask(inspector)
    request = await newest(inspector)
    assert (request.answer, request.answer_status, request.ended) == ("text", 200, "complete")
    assert bytes(request.answer_body) == asked.body
    assert [size for _, size in request.answer_parts] == [len(part) for part in asked.parts]
    assert request.answer_bytes == len(asked.body)
    assert request.answer_headers[0] == ["content-type", "text/event-stream; charset=utf-8"]
    assert list(request.timings) == ["body_ms", "status_ms", "first_byte_ms", "total_ms"]


async def test_no_secret_is_kept(user: User, known_key: str) -> None:
    """Neither a known one nor the caller's own, wherever it stands, and whatever the answer repeats of it."""
    own = "sk-of-the-caller-alone-123456"
    inspector = await made(user, answer_settings={"text": f"Your keys are {known_key} and {own} here."})
    headers = (
        (b"Authorization", f"Bearer {own}".encode()),
        (b"X-Api-Key", own.encode()),
        (b"Cookie", f"session={own}; theme=dark".encode()),
        (b"X-Note", f"it is {known_key}!".encode()),
    )
    body = json.dumps({"messages": [{"role": "user", "content": f"{known_key} {own}"}], "stream": True})
    path = f"/chat/completions?api_key={own}&note={known_key}"
    await ask(inspector, path, body=(body[:60].encode(), body[60:].encode()), headers=headers)
    request = await newest(inspector)
    assert request.headers == [
        ["Authorization", f"Bearer {MASK}"],
        ["X-Api-Key", MASK],
        ["Cookie", f"session={MASK}; theme={MASK}"],
        ["X-Note", f"it is {MASK}!"],
    ]
    assert request.query == f"api_key={MASK}&note={MASK}"
    kept = repr([getattr(request, field.attname) for field in request._meta.concrete_fields])
    assert known_key not in kept
    assert own not in kept
    assert bytes(request.body) == body.replace(known_key, MASK).replace(own, MASK).encode()
    assert request.authentication == InspectedRequest.Authentication.UNKNOWN


@pytest.mark.parametrize("header", ["Bearer {}", "Api-Key {}", "{}"])
async def test_a_key_is_told_by_the_secret_that_it_matches(user: User, known_key: str, header: str) -> None:
    inspector = await made(user)
    await ask(inspector, headers=[(b"authorization", header.format(known_key).encode())])
    request = await newest(inspector)
    assert (request.authentication, request.secret_name) == ("secret", "OPENAI_KEY")


async def test_the_keys_of_the_inspector_and_of_the_demo_llm_are_told_apart(user: User) -> None:
    key, digest = new_callers_key()
    inspector = await made(user, callers_key_digest=digest)
    verdicts = []
    for presented in (key, site.DEMO_LLM_KEY, "sk-another"):
        await ask(inspector, headers=[(b"authorization", f"Bearer {presented}".encode())])
        verdicts.append((await newest(inspector)).authentication)
    assert verdicts == ["callers_key", "demo_key", "unknown"]


async def test_a_compressed_body_is_kept_as_plain_text(user: User, known_key: str) -> None:
    inspector = await made(user)
    plain = b'{"messages": [], "note": "' + known_key.encode() + b'"}'
    await ask(inspector, body=gzip.compress(plain), headers=[(b"content-encoding", b"gzip")])
    request = await newest(inspector)
    assert bytes(request.body) == plain.replace(known_key.encode(), MASK.encode())
    assert (request.body_encoding, request.body_kept) == ("gzip", Kept.WHOLE)


async def test_all_members_of_a_compressed_body_that_nobody_declared_are_kept(
    user: User, known_key: str
) -> None:
    inspector = await made(user)
    await ask(inspector, body=gzip.compress(b"one ") + gzip.compress(f"and {known_key}".encode()))
    request = await newest(inspector)
    assert bytes(request.body) == b"one and " + MASK.encode()
    assert (request.body_encoding, request.body_kept) == ("gzip, undeclared", Kept.WHOLE)


@pytest.mark.parametrize("level", [2, 6])
async def test_an_undeclared_zlib_body_is_kept_as_plain_text_and_words_that_begin_like_one_are_too(
    user: User, known_key: str, level: int
) -> None:
    inspector = await made(user)
    await ask(inspector, body=zlib.compress(f"the key {known_key}".encode(), level))
    assert bytes((await newest(inspector)).body) == f"the key {MASK}".encode()
    await ask(inspector, body=b"x^2 + y^2 = z^2")
    assert bytes((await newest(inspector)).body) == b"x^2 + y^2 = z^2"


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (f"the key {KEY}".encode("utf-16"), Kept.SPELT),
        (b"the key sk-canary-0123456789%61bcdef", Kept.SPELT),
        (b"\x28\xb5\x2f\xfd anything", Kept.UNSEARCHABLE),
        (_deflated(f"the key {KEY}"), Kept.UNSEARCHABLE),
        (BROTLI, Kept.UNSEARCHABLE),
        (gzip.compress(b"") * 40, Kept.UNSEARCHABLE),
        (gzip.compress(b"a") + b"no member", Kept.UNSEARCHABLE),
    ],
    ids=["UTF-16", "percent-encoded", "zstd", "deflate alone", "Brotli", "many members", "garbage"],
)
async def test_a_body_that_hides_a_secret_or_may_is_not_kept(
    user: User, known_key: str, body: bytes, kept: str
) -> None:
    inspector = await made(user, answer_settings={"text": "Hello."})
    await ask(inspector, body=body)
    request = await newest(inspector)
    assert (bytes(request.body), request.body_kept, request.body_bytes) == (b"", kept, len(body))


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", "caf\u00e9 d\u00e9j\u00e0 vu".encode("latin-1")),
        ("text/plain", "\u043f\u0440\u0438\u0432\u0435\u0442".encode("utf-16")),
        ("application/json", '{"a": "\u00fc'.encode()[:-1]),
        ("audio/wav", bytes(range(256))),
        ("application/msgpack", b"\x81\xa5model\xc4\x02\x00\xff"),
        ("application/x-protobuf", b"\x0a\x06gpt-4o\x25\x33\x33\x33\x3f\x00\x01"),
    ],
)
async def test_a_body_of_another_charset_or_kind_is_kept_as_it_is(
    user: User, content_type: str, body: bytes
) -> None:
    inspector = await made(user)
    await ask(inspector, body=body, headers=[(b"content-type", content_type.encode())])
    assert bytes((await newest(inspector)).body) == body


@pytest.mark.parametrize("encoding", [b"identity", b"UTF-8", b"utf8", b"none"])
async def test_a_charset_that_is_called_an_encoding_compresses_nothing(user: User, encoding: bytes) -> None:
    inspector = await made(user)
    for body in HELLO, BROTLI:
        await ask(inspector, body=body, headers=[(b"content-encoding", encoding)])
        assert bytes((await newest(inspector)).body) == (HELLO if body is HELLO else b"")


@pytest.mark.parametrize("body", [b"\x1b\x02\x00", gzip.compress(b"a" * BODY_BYTES * 2)])
async def test_what_cannot_be_searched_for_secrets_is_not_kept(user: User, body: bytes) -> None:
    inspector = await made(user)
    is_gzip = body.startswith(b"\x1f")
    await ask(inspector, body=body, headers=[(b"content-encoding", b"gzip" if is_gzip else b"br")])
    request = await newest(inspector)
    assert len(request.body) == (BODY_BYTES if is_gzip else 0)
    assert request.body_kept == (Kept.CUT if is_gzip else Kept.UNSEARCHABLE)


async def test_a_secret_is_masked_in_a_body_of_msgpack_and_no_body_of_unknown_bytes_is_kept(
    user: User, known_key: str
) -> None:
    inspector = await made(user)
    body = b"\x81\xa3key\xba" + known_key.encode() + bytes(range(128, 256))
    kept = []
    for content_type in b"application/msgpack", b"application/octet-stream":
        await ask(inspector, body=body, headers=[(b"content-type", content_type)])
        kept.append(bytes((await newest(inspector)).body))
    assert kept == [body.replace(known_key.encode(), MASK.encode()), b""]


async def test_a_body_that_is_not_taken_is_answered_and_recorded(user: User) -> None:
    inspector = await made(user)
    too_large = await ask(inspector, body=(b"a" * BODY_BYTES, b"a"))
    assert too_large.status == 413
    no_room = await ask(inspector, door=FrontDoor("203.0.113.7", BodyRefusal(503, "No room.")))
    assert no_room.status == 503
    request = await newest(inspector)
    assert (request.number, request.body_kept, request.ended) == (2, Kept.REFUSED, "refused")


async def test_a_client_that_leaves_is_told_from_an_end(user: User) -> None:
    inspector = await made(user, answer_settings={"text": "word " * 200, "delta_ms": 5})
    asked = await ask(inspector, leaves_after=2)
    request = await newest(inspector)
    assert request.ended == "client_left"
    assert len(asked.parts) < 200


async def test_of_a_body_that_the_server_refused_it_is_told_how_much_came(user: User) -> None:
    inspector = await made(user)
    caller = Caller(b"")
    scope = scope_of(inspector, "/x", body_parts=((3, 4_000_000), (9, 200_000)))
    door = FrontDoor("203.0.113.7", BodyRefusal(413, "Too large."))
    async with asyncio.timeout(DEADLINE_S):
        await inspecting().receive(scope, caller.receive, caller.send, door)
        await inspecting().until_stored(DEADLINE_S)
    request = await newest(inspector)
    assert (request.body_bytes, request.body_kept, request.timings["body_ms"]) == (4_200_000, Kept.REFUSED, 9)


@pytest.mark.parametrize("answer", [Inspector.Answer.TEXT, Inspector.Answer.PASS_ON])
async def test_what_came_of_a_broken_off_body_is_recorded(user: User, answer: Inspector.Answer) -> None:
    """Daphne calls the application with all that ever came of it; nothing of it is passed on."""
    inspector = await made(user, answer, forward_url="http://127.0.0.1:9/v1")
    caller = Caller(HELLO[:10], HELLO[10:20])
    caller.leave()
    scope = scope_of(inspector, "/chat/completions", body_parts=((3, 12), (9, 8)), is_body_broken_off=True)
    async with asyncio.timeout(DEADLINE_S):
        await inspecting().receive(scope, caller.receive, caller.send, FrontDoor())
        await inspecting().until_stored(DEADLINE_S)
    request = await newest(inspector)
    assert (bytes(request.body), request.body_bytes) == (HELLO[:20], 20)
    assert (request.body_kept, request.ended, request.answer_status) == (
        Kept.BROKEN_OFF, "client_left", None,
    )  # fmt: skip
    assert (request.body_parts, request.timings["body_ms"]) == ([[3, 12], [9, 8]], 9)


async def test_only_the_newest_requests_are_kept(user: User) -> None:
    inspector = await made(user, most_requests=2)
    for _ in range(4):
        await ask(inspector)
    assert await numbers(inspector) == [4, 3]


async def test_only_so_many_bytes_are_kept(user: User) -> None:
    inspector = await made(user, most_kept_bytes=2_500)
    for _ in range(4):
        await ask(inspector, "/other", body=b"a" * 1_000)
    assert await numbers(inspector) == [4, 3]
    await ask(inspector, "/other", body=b"a" * 5_000)
    assert await numbers(inspector) == [5]


async def numbers(inspector: Inspector) -> list[int]:
    return await database_sync_to_async(lambda: list(inspector.requests.values_list("number", flat=True)))()


async def test_expiry_closes_the_address_and_deletes_what_it_was_sent(user: User) -> None:
    inspector = await made(user)
    await ask(inspector)
    inspector.expires_at = timezone.now()
    await inspector.asave()
    asked = await ask(inspector)
    assert asked.status == 410
    await Inspector.objects.aupdate(is_kept=True)
    assert not await database_sync_to_async(delete_expired)()
    await Inspector.objects.aupdate(is_kept=False)
    assert await database_sync_to_async(delete_expired)()
    assert not await database_sync_to_async(delete_expired)()
    assert await numbers(inspector) == []


async def test_a_request_whose_process_died_is_closed(user: User) -> None:
    inspector = await made(user)
    await ask(inspector)
    hour_ago = timezone.now() - timedelta(hours=1)
    await InspectedRequest.objects.aupdate(ended="", arrived_at=hour_ago)
    await database_sync_to_async(close_left_open)()
    assert (await newest(inspector)).ended == "stopped"


async def test_an_unknown_address_is_not_found(user: User) -> None:
    asked = await ask(Inspector(address_token="a" * 32))
    assert asked.status == 404
    assert json.loads(asked.body)["error"]["code"] == "not_found"
