"""The cost of decoding is linear in the answer's length, whatever its content."""

import time
from collections.abc import Callable

import pytest

from tests.engine.answer.stream_strategies import SECRET
from tests.engine.answer.streams import answer, called, chunk, decode_pieces, event, stream

pytestmark = pytest.mark.slow  # Measures the cost of long answers, several times each.


def _seconds(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


@pytest.mark.parametrize(
    "body",
    [
        lambda size: [answer(*["word. "] * size)],
        lambda size: [answer("word " * size)],
        lambda size: [b"data: ", *[b"x"] * size],
        lambda size: [event(chunk(content="<think>")), answer(*["hm "] * size)],
        lambda size: [stream(*[called(index=0, id="a", function={"name": "f", "arguments": "}"})] * size)],
        lambda size: [b"\n" * size, b": ping\n" * size],
        lambda size: [b'{"a": 1}' * (size // 8)],
    ],
    ids=[
        "deltas",
        "one delta",
        "one line in bytes",
        "reasoning",
        "repeated calls",
        "blank lines",
        "glued JSON",
    ],
)
def test_the_cost_grows_as_the_answer_does(body: Callable[[int], list[bytes]]) -> None:
    assert_linear(body)


def assert_linear(body: Callable[[int], list[bytes]]) -> None:
    small, large = body(1_000), body(4_000)

    def run(pieces: list[bytes]) -> None:
        decode_pieces(pieces, secrets=[SECRET])

    run(small)
    fastest = min(_seconds(lambda: run(small)) for _ in range(3))
    assert any(_seconds(lambda: run(large)) < 4 * 3 * fastest + 0.01 for _ in range(3))


@pytest.mark.parametrize(
    "body",
    [
        lambda size: [stream(*(chunk("stop", content=f"{number}. ") for number in range(size)))],
        lambda size: [answer(*["<tool_call>"] * size)],
        lambda size: [answer(*['{"name": "f", "arguments": '] * size)],
        lambda size: [answer(*["</s> "] * size)],
        lambda size: [answer(*[" same words"] * size)],
        lambda size: [b"no field at all\n" * size],
        lambda size: [b"{\n" + b'"a": 1,\n' * size],
        lambda size: [b"data: {'a': " + b"[" * size + b"\n\n"],
        lambda size: [b"data: " * size + b"\n\n"],
        lambda size: [b'data: {"a": "' + b"x" * size + b"'\n\n"],
        lambda size: [stream(chunk(role="tool", content="{}"), *[chunk(content="{}")] * size)],
    ],
    ids=[
        "finish reasons",
        "tags",
        "calls as JSON",
        "template tokens",
        "equal deltas",
        "no fields",
        "bare JSON",
        "Python's repr",
        "data: again and again",
        "JSON that breaks off",
        "a tool's deltas",
    ],
)
def test_the_cost_of_odd_answers_is_linear(body: Callable[[int], list[bytes]]) -> None:
    assert_linear(body)
