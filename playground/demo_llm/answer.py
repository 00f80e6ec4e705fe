"""The demo LLM's answers: text or calls, split into pieces as a model would stream them."""

import re
from dataclasses import dataclass, replace

from playground.demo_llm.chat import ChatRequest

WORD_PIECE = re.compile(r"\s*\S{1,6}|\s+")
ARGUMENT_PIECE_CHARS = 6
CHARS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function call; ``arguments`` is JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Text, or calls in its place. ``finish_reason`` is stop, length or tool_calls."""

    text: str = ""
    calls: tuple[FunctionCall, ...] = ()
    finish_reason: str = "stop"


def word_pieces(text: str) -> list[str]:
    """Split a text into words or parts of words, each with the white space before it."""
    return WORD_PIECE.findall(text)


def argument_pieces(arguments: str) -> list[str]:
    return [
        arguments[start : start + ARGUMENT_PIECE_CHARS]
        for start in range(0, len(arguments), ARGUMENT_PIECE_CHARS)
    ]


def limited(answer: Answer, request: ChatRequest) -> Answer:
    """Apply ``stop`` and ``max_tokens``; one piece counts as one token."""
    if answer.calls:
        return answer
    ends = [at for each in request.stop if (at := answer.text.find(each)) >= 0]
    text = answer.text[: min(ends)] if ends else answer.text
    pieces = word_pieces(text)
    if request.max_tokens is None or len(pieces) <= request.max_tokens:
        return replace(answer, text=text)
    return replace(answer, text="".join(pieces[: request.max_tokens]), finish_reason="length")


def usage(request: ChatRequest, answer: Answer) -> dict[str, int]:
    """Estimate OpenAI's ``usage``: a token is four characters of the prompt, or one piece of the answer."""
    prompt = sum(1 + len(each.text) // CHARS_PER_TOKEN for each in request.messages)
    completion = len(word_pieces(answer.text))
    completion += sum(1 + len(argument_pieces(call.arguments)) for call in answer.calls)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
