"""What an inspector answers, as the decoder of answers reads it."""

import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User

from playground.engine.answer.decoder import AnswerDecoder
from playground.inspectors.answer_settings import Fault, read_settings
from playground.inspectors.answers.canned import say_text
from playground.inspectors.chat_request import ChatRequest
from playground.inspectors.sent_answer import SentAnswer
from playground.models import Inspector
from tests.playground.inspectors.asking import HELLO, Asked, ask, made, newest

pytestmark = pytest.mark.usefixtures("inspectors")

Answer = Inspector.Answer
TEXT = "Sure. It rains in Oslo. Take a coat."
WHOLE = HELLO.replace(b'"stream":true', b'"stream":false')


def decoded(asked: Asked) -> AnswerDecoder:
    decoder = AnswerDecoder()
    for part in asked.parts:
        decoder.feed(part)
    decoder.close()
    return decoder


async def test_a_text_is_streamed_word_by_word(user: User) -> None:
    asked = await ask(await made(user, answer_settings={"text": TEXT}))
    answer = decoded(asked)
    assert (answer.text, answer.finish_reason, answer.ended) == (TEXT, "stop", True)
    assert answer.verdict() is None
    assert answer.content_deltas == len(TEXT.split())


async def test_a_text_comes_at_the_chosen_pace() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def send(_message: Any) -> None:
        pass

    settings = read_settings({"text": "One two three.", "first_delta_ms": 700, "delta_ms": 40})
    await say_text(SentAnswer(send, elapsed_ms=lambda: 0), ChatRequest({"stream": True}), settings, sleep)
    assert waits == [0.7, 0.04, 0.04]


async def test_a_text_comes_whole_to_a_request_that_streams_nothing(user: User) -> None:
    asked = await ask(await made(user, answer_settings={"text": TEXT}), body=WHOLE)
    completion = json.loads(asked.body)
    assert completion["choices"][0]["message"]["content"] == TEXT
    assert completion["model"] == "gpt-4o"


@pytest.mark.parametrize("body", [HELLO, WHOLE])
async def test_a_tool_is_called(user: User, body: bytes) -> None:
    call = {"function": "book", "arguments": '{"table": 7, "name": "Ann"}'}
    answer = decoded(await ask(await made(user, Answer.TOOL_CALL, answer_settings=call), body=body))
    assert [(each.name, each.arguments) for each in answer.tool_calls] == [("book", call["arguments"])]
    assert answer.finish_reason == "tool_calls"


@pytest.mark.parametrize(
    ("body", "model"),
    [
        (HELLO, "demo"),
        (HELLO.replace(b"gpt-4o", b"demo-echo"), "demo-echo"),
        (
            HELLO.replace(b'"stream"', b'"tools":[{"type":"function","function":{"name":"f"}}],"stream"'),
            "demo-tools",
        ),
    ],
)
async def test_the_demo_llm_answers_whatever_model_is_asked_for(
    user: User, settings: LazySettings, body: bytes, model: str
) -> None:
    settings.DEMO_LLM_TIME_SCALE = 0
    inspector = await made(user, Answer.DEMO)
    asked = await ask(inspector, body=body)
    answer = decoded(asked)
    assert answer.verdict() is None
    assert answer.text
    assert f'"model":"{model}"' in asked.body.decode()
    assert [name.lower() for name, _ in (await newest(inspector)).answer_headers] == [
        "content-type",
        "cache-control",
        "x-accel-buffering",
    ]


@pytest.mark.parametrize("answer", [Answer.TEXT, Answer.FAULT])
async def test_models_are_listed(user: User, answer: Answer) -> None:
    asked = await ask(await made(user, answer), "/v1/models", method="GET", body=b"")
    assert [each["object"] for each in json.loads(asked.body)["data"]] == ["model"]


async def test_anything_else_is_recorded_and_answered(user: User) -> None:
    inspector = await made(user)
    asked = await ask(inspector, "", body=b'{"event_type": "system.shutdown"}')
    assert (asked.status, asked.is_complete) == (200, True)
    assert (await newest(inspector)).path == ""


@pytest.mark.parametrize(("purpose", "status"), [(b"script", 403), (b"document", 200), (b"empty", 200)])
async def test_no_page_loads_a_part_of_itself_from_it(user: User, purpose: bytes, status: int) -> None:
    inspector = await made(user)
    asked = await ask(inspector, "/x.js", method="GET", body=b"", headers=[(b"Sec-Fetch-Dest", purpose)])
    assert asked.status == status
    assert dict(asked.headers)[b"content-security-policy"] == b"sandbox; default-src 'none'"


async def failing(user: User, fault: Fault, **fields: Any) -> Asked:
    settings = {"fault": str(fault), "text": TEXT} | fields
    return await ask(await made(user, Answer.FAULT, answer_settings=settings))


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Fault.WRONG_KEY, 401), (Fault.NOT_FOUND, 404), (Fault.RATE_LIMITED, 429), (Fault.SERVER_ERROR, 500)],
)
async def test_a_refusal_has_its_status(user: User, fault: Fault, status: int) -> None:
    asked = await failing(user, fault, retry_after_s=7)
    assert asked.status == status
    assert json.loads(asked.body)["error"]["message"]
    assert ((b"retry-after", b"7") in asked.headers) == (fault is Fault.RATE_LIMITED)


async def test_a_callback_meets_the_same_refusal(user: User) -> None:
    inspector = await made(user, Answer.FAULT, answer_settings={"fault": "server_error"})
    assert (await ask(inspector, "", body=b"{}")).status == 500


async def test_an_answer_dies_in_the_middle(user: User) -> None:
    asked = await failing(user, Fault.DIES_MIDWAY)
    assert (asked.is_complete, asked.is_broken_off) == (False, True)
    assert 0 < len(decoded(asked).text) < len(TEXT)


async def test_an_answer_that_never_comes_is_broken_off_in_the_end(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.inspectors.exchange.ANSWER_S", 0.01)
    inspector = await made(user, Answer.FAULT, answer_settings={"fault": "never_answers"})
    asked = await ask(inspector)
    assert (asked.status, asked.is_broken_off) == (0, True)
    request = await newest(inspector)
    assert (request.ended, request.answer_status) == ("too_long", None)


@pytest.mark.parametrize(
    ("fault", "text", "has_ended"),
    [
        (Fault.NO_DONE, TEXT, False),
        (Fault.BUFFERED_BURST, TEXT, True),
        (Fault.FINISH_ON_EVERY_CHUNK, TEXT, True),
    ],
)
async def test_a_stream_that_only_looks_odd_says_all(
    user: User, fault: Fault, text: str, has_ended: bool
) -> None:
    asked = await failing(user, fault)
    answer = decoded(asked)
    assert (answer.text, answer.ended) == (text, has_ended)
    assert (len(asked.parts) == 1) == (fault is Fault.BUFFERED_BURST)


async def test_every_delta_repeats_what_was_said(user: User) -> None:
    asked = await failing(user, Fault.CUMULATIVE_DELTAS)
    assert b'"content":"Sure. It"' in asked.parts[1]


@pytest.mark.parametrize("fault", [Fault.ERROR_MIDWAY, Fault.DATA_PREFIX_TWICE])
async def test_a_stream_that_no_client_reads_fails_the_answer(user: User, fault: Fault) -> None:
    assert decoded(await failing(user, fault)).failure is not None


async def test_a_tool_call_is_written_as_text(user: User) -> None:
    assert "<tool_call>" in (await failing(user, Fault.CALL_AS_TEXT)).body.decode()


async def test_a_page_of_html_comes_in_place_of_a_stream(user: User) -> None:
    asked = await failing(user, Fault.HTML)
    assert dict(asked.headers)[b"content-type"].startswith(b"text/html")
    assert decoded(asked).verdict() is not None


@pytest.mark.parametrize(
    ("answer", "fields"),
    [
        (Answer.TEXT, {}),
        (Answer.FAULT, {"answer_settings": {"fault": "server_error"}}),
        (Answer.PASS_ON, {}),
    ],
)
async def test_head_is_answered_without_a_body(user: User, answer: Answer, fields: dict[str, Any]) -> None:
    """RFC 9110, 9.3.2: Content-Length says how long the body of GET's answer would be."""
    inspector = await made(user, answer, **fields)
    asked = await ask(inspector, "/x", body=b"", method="HEAD")
    assert (asked.body, asked.is_complete) == (b"", True)
    assert int(dict(asked.headers)[b"content-length"]) > 0
    request = await newest(inspector)
    assert (request.answer_status, request.answer_bytes, bytes(request.answer_body)) == (
        asked.status,
        0,
        b"",
    )


@pytest.mark.parametrize("status", [204, 304])
async def test_a_status_without_a_body_has_none(status: int) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    answer = SentAnswer(send, elapsed_ms=lambda: 0)
    await answer.start(status, [])
    await answer.write(b"a part")
    await answer.end()
    assert [message["body"] for message in sent[1:]] == [b"", b""]
    assert (answer.size, answer.parts) == (0, [])
