"""The shape of the demo LLM's answers, piece by piece, on a clock that never really runs."""

from typing import Any

import orjson
import pytest

from playground.demo_llm.answer import Answer, FunctionCall, limited, usage, word_pieces
from playground.demo_llm.catalogue import MODELS
from playground.demo_llm.completion import Completion
from playground.demo_llm.echo import ReceivedRequest, echo
from playground.demo_llm.pace import Pace, paced_chunks, paced_whole
from tests.playground.demo_llm_requests import chat


class Clock:
    """Counts the milliseconds that were slept."""

    def __init__(self) -> None:
        self.now_ms = 0

    async def sleep(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)


def completion(answer: Answer, **more: Any) -> Completion:
    return Completion(id="chatcmpl-1", created=7, request=chat("Hi", **more), answer=answer)


def test_the_pieces_are_the_text() -> None:
    text = "Once  upon a time,\nсказочница said: “Extraordinary!”  "
    assert "".join(word_pieces(text)) == text
    assert max(len(piece.strip()) for piece in word_pieces(text)) <= 6


def test_a_stream_is_a_role_then_deltas_then_the_end() -> None:
    chunks = list(completion(Answer("Hello there")).chunks())
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas == [{"role": "assistant", "content": ""}, {"content": "Hello"}, {"content": " there"}, {}]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None, None, None, "stop"]
    assert {(chunk["id"], chunk["object"], chunk["created"], chunk["model"]) for chunk in chunks} == {
        ("chatcmpl-1", "chat.completion.chunk", 7, "demo")
    }
    assert all("usage" not in chunk for chunk in chunks)


def test_usage_comes_last_when_it_was_asked_for() -> None:
    chunks = list(completion(Answer("Hello"), stream_options={"include_usage": True}).chunks())
    assert [chunk["usage"] for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def test_calls_are_streamed_in_fragments_by_index() -> None:
    calls = (FunctionCall("first", '{"location":"Paris"}'), FunctionCall("second", "{}"))
    chunks = list(completion(Answer(calls=calls, finish_reason="tool_calls")).chunks())
    fragments = [
        chunk["choices"][0]["delta"]["tool_calls"][0]
        for chunk in chunks
        if "tool_calls" in chunk["choices"][0]["delta"]
    ]
    assert [fragment.get("id") for fragment in fragments if "id" in fragment] == ["call_1_0", "call_1_1"]
    for index, call in enumerate(calls):
        mine = [fragment["function"] for fragment in fragments if fragment["index"] == index]
        assert mine[0]["name"] == call.name
        assert "".join(fragment["arguments"] for fragment in mine) == call.arguments
        assert len(mine) > 1
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_the_whole_answer_holds_the_same_words_and_calls() -> None:
    assert completion(Answer("Hello")).whole()["choices"][0]["message"]["content"] == "Hello"
    called = completion(Answer(calls=(FunctionCall("f", "{}"),), finish_reason="tool_calls")).whole()[
        "choices"
    ][0]
    assert called["message"]["content"] is None
    assert called["message"]["tool_calls"] == [
        {"id": "call_1_0", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    ]
    assert called["finish_reason"] == "tool_calls"


async def test_the_first_delta_comes_after_its_wait_and_each_further_one_after_the_pace() -> None:
    clock = Clock()
    times = []
    async for chunk in paced_chunks(completion(Answer("One two three")), Pace(300, 25), clock.sleep):
        times.append((clock.now_ms, chunk["choices"][0]["delta"].get("content")))
    assert times == [(300, ""), (300, "One"), (325, " two"), (350, " three"), (350, None)]


async def test_an_answer_that_is_not_streamed_comes_when_its_stream_would_have_ended() -> None:
    clock = Clock()
    await paced_whole(completion(Answer("One two three")), Pace(300, 25), clock.sleep)
    assert clock.now_ms == 350


def test_the_models_differ_in_their_first_delta() -> None:
    assert {name: model.pace.first_delta_ms for name, model in MODELS.items()} == {
        "demo": 300,
        "demo-slow": 4_000,
        "demo-tools": 300,
        "demo-echo": 300,
    }


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_token_limit_cuts_the_answer_and_says_so(name: str) -> None:
    limit: dict[str, Any] = {name: 2}
    cut = limited(Answer("One two three"), chat("Hi", **limit))
    assert (cut.text, cut.finish_reason) == ("One two", "length")


def test_a_stop_sequence_ends_the_answer() -> None:
    cut = limited(Answer("One joke ### two"), chat("Hi", stop=["joke", "###"]))
    assert (cut.text, cut.finish_reason) == ("One ", "stop")


def test_usage_grows_with_the_prompt_and_the_answer() -> None:
    small, large = usage(chat("Hi"), Answer("Hi")), usage(chat("Hi " * 100), Answer("Hi " * 50))
    assert large["prompt_tokens"] > small["prompt_tokens"]
    assert large["completion_tokens"] == 51
    assert large["total_tokens"] == large["prompt_tokens"] + large["completion_tokens"]


def echoed(*headers: tuple[str, str], body: bytes = b'{"model":"demo-echo"}', secret: str = "") -> str:
    return echo(ReceivedRequest("POST", "/demo/v1/chat/completions", headers, body, (secret,)))


def shown(text: str) -> dict[str, Any]:
    request = orjson.loads(text.partition("```json\n")[2].rpartition("\n```")[0])
    assert isinstance(request, dict)
    return request


def test_the_echo_shows_method_path_headers_and_body() -> None:
    assert shown(echoed(("x-one", "1"), ("conversation_id", "c1"))) == {
        "method": "POST",
        "path": "/demo/v1/chat/completions",
        "headers": [["x-one", "1"], ["conversation_id", "c1"]],
        "body": {"model": "demo-echo"},
    }


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        ("authorization", "Bearer sk-canary-1", "Bearer ***"),
        ("Authorization", "Api-Key sk-canary-1", "Api-Key ***"),
        ("authorization", "sk-canary-1", "***"),
        ("cookie", "a=sk-canary-1; b=2", "***"),
        ("x-api-key", "sk-canary-1", "***"),
    ],
)
def test_the_echo_masks_credentials(name: str, value: str, masked: str) -> None:
    text = echoed((name, value))
    assert shown(text)["headers"] == [[name, masked]]
    assert "canary" not in text


def test_the_echo_masks_the_key_wherever_it_stands() -> None:
    text = echoed(("x-mine", "sk-canary-1"), body=b'{"user":"sk-canary-1"}', secret="sk-canary-1")
    assert "canary" not in text


def test_the_echo_says_whether_the_conversation_id_arrived() -> None:
    assert "Its header conversation_id is c1." in echoed(("conversation_id", "c1"))
    assert "No header named conversation_id arrived" in echoed(("x-one", "1"))
