"""Answers that fail as servers in the field do."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import accumulate

from playground.inspectors.answer_settings import AnswerSettings, Fault
from playground.inspectors.answers.canned import Sleep, write_paced
from playground.inspectors.answers.wire import DONE, STREAM_HEADERS, chunk, event, text_deltas, words_of
from playground.inspectors.chat_request import ChatRequest
from playground.inspectors.sent_answer import SentAnswer

_HTML = b"""<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>
"""


class BreakOffError(Exception):
    """The connection is to be closed in the middle of the answer."""


async def fail(
    answer: SentAnswer, request: ChatRequest, settings: AnswerSettings, sleep: Sleep = asyncio.sleep
) -> None:
    """Answer with the chosen fault. Raises BreakOffError."""
    if settings.fault in _STATUSES or settings.fault is Fault.NEVER_ANSWERS:
        await refuse(answer, settings)
        return
    if settings.fault is Fault.HTML:
        await answer.send_whole(200, [(b"content-type", b"text/html; charset=utf-8")], _HTML)
        return
    await answer.start(200, STREAM_HEADERS)
    await _STREAMS[settings.fault](answer, request.model, settings, sleep)
    await answer.end()


async def refuse(answer: SentAnswer, settings: AnswerSettings) -> bool:
    """Answer with a fault that no stream is needed for; return whether the chosen one is such."""
    if settings.fault is Fault.NEVER_ANSWERS:
        await asyncio.get_running_loop().create_future()
    if settings.fault not in _STATUSES:
        return False
    status, message, code = _STATUSES[settings.fault]
    is_rate = settings.fault is Fault.RATE_LIMITED
    headers = [(b"retry-after", b"%d" % settings.retry_after_s)] if is_rate else []
    error = {"message": message, "type": code, "param": None, "code": code}
    await answer.send_json(status, {"error": error}, headers)
    return True


_STATUSES = {
    Fault.WRONG_KEY: (401, "Incorrect API key provided.", "invalid_api_key"),
    Fault.NOT_FOUND: (404, "The model does not exist or you do not have access to it.", "model_not_found"),
    Fault.RATE_LIMITED: (429, "Rate limit reached. Please try again later.", "rate_limit_exceeded"),
    Fault.SERVER_ERROR: (500, "The server had an error while processing your request.", "server_error"),
}
"""Status, message and code, in the words of OpenAI's API."""

_Stream = Callable[[SentAnswer, str, AnswerSettings, Sleep], Awaitable[None]]


async def _die_midway(answer: SentAnswer, model: str, settings: AnswerSettings, sleep: Sleep) -> None:
    events = _events(settings.text, model)
    await write_paced(answer, events[: (len(events) + 1) // 2], settings, sleep)
    raise BreakOffError


async def _leave_out_done(answer: SentAnswer, model: str, settings: AnswerSettings, sleep: Sleep) -> None:
    await write_paced(answer, _events(settings.text, model), settings, sleep)


async def _burst(answer: SentAnswer, model: str, settings: AnswerSettings, sleep: Sleep) -> None:
    """Hold all deltas back for as long as they take, as a proxy that buffers does."""
    events = _events(settings.text, model)
    await sleep((settings.first_delta_ms + len(events) * settings.delta_ms) / 1000)
    await answer.write(b"".join([*events, _end(model), DONE]))


async def _repeat_all(answer: SentAnswer, model: str, settings: AnswerSettings, sleep: Sleep) -> None:
    texts = accumulate(words_of(settings.text))
    await write_paced(answer, (event(chunk({"content": text}, model)) for text in texts), settings, sleep)
    await answer.write(_end(model) + DONE)


async def _finish_everywhere(answer: SentAnswer, model: str, settings: AnswerSettings, sleep: Sleep) -> None:
    events = [event(chunk(delta, model, "stop")) for delta in text_deltas(settings.text)]
    await write_paced(answer, events, settings, sleep)
    await answer.write(DONE)


async def _err_midway(answer: SentAnswer, model: str, settings: AnswerSettings, sleep: Sleep) -> None:
    events = _events(settings.text, model)
    await write_paced(answer, events[: (len(events) + 1) // 2], settings, sleep)
    message = "The server had an error while processing your request."
    await answer.write(event({"error": {"message": message, "type": "server_error", "code": None}}))


async def _call_as_text(answer: SentAnswer, model: str, settings: AnswerSettings, sleep: Sleep) -> None:
    call = f'{{"name": "{settings.function}", "arguments": {settings.arguments}}}'
    text = f"<tool_call>\n{call}\n</tool_call>"
    await write_paced(answer, _events(text, model), settings, sleep)
    await answer.write(_end(model) + DONE)


async def _prefix_twice(answer: SentAnswer, model: str, settings: AnswerSettings, sleep: Sleep) -> None:
    events = [b"data: " + each for each in _events(settings.text, model)]
    await write_paced(answer, events, settings, sleep)
    await answer.write(b"data: " + _end(model) + b"data: " + DONE)


_STREAMS: dict[Fault, _Stream] = {
    Fault.DIES_MIDWAY: _die_midway,
    Fault.NO_DONE: _leave_out_done,
    Fault.BUFFERED_BURST: _burst,
    Fault.CUMULATIVE_DELTAS: _repeat_all,
    Fault.FINISH_ON_EVERY_CHUNK: _finish_everywhere,
    Fault.ERROR_MIDWAY: _err_midway,
    Fault.CALL_AS_TEXT: _call_as_text,
    Fault.DATA_PREFIX_TWICE: _prefix_twice,
}


def _events(text: str, model: str) -> list[bytes]:
    return [event(chunk(delta, model)) for delta in text_deltas(text)]


def _end(model: str) -> bytes:
    return event(chunk({}, model, "stop"))
