"""Canned answers at a chosen pace: a text, or a tool call."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from playground.inspectors.answer_settings import AnswerSettings
from playground.inspectors.answers.wire import (
    DONE,
    STREAM_HEADERS,
    call_deltas,
    called,
    chunk,
    completion,
    event,
    text_deltas,
)
from playground.inspectors.chat_request import ChatRequest
from playground.inspectors.sent_answer import SentAnswer

Sleep = Callable[[float], Awaitable[object]]


async def say_text(
    answer: SentAnswer, request: ChatRequest, settings: AnswerSettings, sleep: Sleep = asyncio.sleep
) -> None:
    """Answer with the text."""
    deltas = text_deltas(settings.text)
    if request.is_streamed:
        await _stream(answer, request, settings, deltas, "stop", sleep)
    else:
        await _wait_for_all(settings, len(deltas), sleep)
        await answer.send_json(200, completion({"content": settings.text}, request.model, "stop"))


async def call_tool(
    answer: SentAnswer, request: ChatRequest, settings: AnswerSettings, sleep: Sleep = asyncio.sleep
) -> None:
    """Answer with one tool call."""
    deltas = call_deltas(settings)
    if request.is_streamed:
        await _stream(answer, request, settings, deltas, "tool_calls", sleep)
    else:
        await _wait_for_all(settings, len(deltas), sleep)
        await answer.send_json(200, completion(called(settings), request.model, "tool_calls"))


async def _stream(
    answer: SentAnswer,
    request: ChatRequest,
    settings: AnswerSettings,
    deltas: list[dict[str, Any]],
    finish_reason: str,
    sleep: Sleep,
) -> None:
    await answer.start(200, STREAM_HEADERS)
    payloads = [event(chunk(delta, request.model)) for delta in deltas]
    if payloads:
        payloads[0] = event(chunk({"role": "assistant", "content": ""}, request.model)) + payloads[0]
    await write_paced(answer, payloads, settings, sleep)
    await answer.write(event(chunk({}, request.model, finish_reason)) + DONE)
    await answer.end()


async def write_paced(
    answer: SentAnswer, parts: Iterable[bytes], settings: AnswerSettings, sleep: Sleep
) -> None:
    """Write the parts at the chosen pace."""
    wait_ms = settings.first_delta_ms
    for part in parts:
        await sleep(wait_ms / 1000)
        await answer.write(part)
        wait_ms = settings.delta_ms


async def _wait_for_all(settings: AnswerSettings, deltas: int, sleep: Sleep) -> None:
    """Wait for as long as the stream would take."""
    await sleep((settings.first_delta_ms + max(deltas - 1, 0) * settings.delta_ms) / 1000)
