"""One exchange: receives a request, answers it as its inspector is set to, and says how it ended."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from playground.engine.errors.codes import Code, GreenroomError, UpstreamError
from playground.failures import log_failure
from playground.inspectors.answers.canned import call_tool, say_text
from playground.inspectors.answers.demo import ask_demo
from playground.inspectors.answers.faults import BreakOffError, fail, refuse
from playground.inspectors.answers.passed import pass_on_to_server
from playground.inspectors.answers.wire import models
from playground.inspectors.bounds import ANSWER_S
from playground.inspectors.chat_request import ChatRequest, asks_for_models, chat_request
from playground.inspectors.exchange_record import End, ExchangeRecord
from playground.inspectors.forwarding import VIA_PSEUDONYM, ClientLeftError
from playground.inspectors.request_body import BodyRefusedError
from playground.inspectors.sent_answer import TooLongError
from playground.models import Inspector

logger = logging.getLogger(__name__)

LEAVING_S = 2.0
"""How long closing a connection may take: the client's after a break, the server's after its whole answer."""
LOOP_MESSAGE = (
    "This request was passed on by an inspector already: it would go round in a circle. Let the inspector pass on to "
    "the server itself."
)
RECORDED_ANSWER = {
    "object": "greenroom.inspected_request",
    "message": "Recorded: see this inspector in Greenroom.",
}

Answer = Inspector.Answer


class Exchange:
    """Runs one exchange. ``stop`` ends it from outside."""

    def __init__(
        self,
        record: ExchangeRecord,
        *,
        elapsed_ms: Callable[[], int],
        body_ended: asyncio.Event,
        break_off: Callable[[], object] | None,
    ) -> None:
        self._record = record
        self._elapsed_ms = elapsed_ms
        self._body_ended = body_ended
        self._break_off = break_off
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Break it off: this process stops."""
        self._stopping.set()

    async def run(self) -> None:
        answering = asyncio.create_task(self._answer())
        leaving = asyncio.create_task(self._until_client_left())
        stopping = asyncio.create_task(self._stopping.wait())
        racing: set[asyncio.Task[Any]] = {answering, leaving, stopping}
        try:
            await asyncio.wait(racing, timeout=ANSWER_S, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                self._end(answering.result())
            elif leaving.done():  # with the end of an answer a server reports its client as gone
                is_over = self._record.answer.is_complete or self._record.answer.has_sent_done
                self._end(End.COMPLETE if is_over else End.CLIENT_LEFT)
            else:
                self._end(End.STOPPED if stopping.done() else End.TOO_LONG)
            if self._record.answer.is_complete:  # what closes a server's connection must not be cut short
                await asyncio.wait({answering}, timeout=LEAVING_S)
            elif not leaving.done():
                answering.cancel()
                await self._leave(leaving)
        finally:
            self._end(End.STOPPED)
            for each in racing:
                if not each.cancelling():  # a second time would cut short what closes a server's connection
                    each.cancel()
            await asyncio.gather(*racing, return_exceptions=True)

    def _end(self, ended: End) -> None:
        self._record.end(ended, self._elapsed_ms())

    async def _leave(self, leaving: "asyncio.Task[None]") -> None:
        """Close the connection, so that the client sees that the answer is incomplete."""
        if self._break_off is None:
            return
        self._break_off()
        await asyncio.wait({leaving}, timeout=LEAVING_S)

    async def _until_client_left(self) -> None:
        await self._body_ended.wait()
        await self._record.body.until_client_left()

    async def _answer(self) -> End:
        """Answer, and return how it ended. Raises nothing but CancelledError."""
        try:
            if self._is_passed_on_already():
                await self._refuse_loop()
                return End.REFUSED
            await self._answer_as_chosen()
            return End.COMPLETE
        except ClientLeftError:
            return End.COMPLETE if self._record.answer.has_sent_done else End.CLIENT_LEFT
        except BreakOffError:
            return End.FAULT
        except TooLongError:
            return End.TOO_LONG
        except BodyRefusedError as error:
            await self._record.answer.send_error(error.refusal.status, error.refusal.message, "body_refused")
            return End.REFUSED
        except GreenroomError as error:
            return await self._answer_error(error)
        except Exception as error:
            log_failure(logger, error, doing="the answer of an inspector")
            return await self._answer_error(GreenroomError(Code.INTERNAL, "Greenroom itself failed."))

    async def _answer_error(self, error: GreenroomError) -> End:
        """Tell the client what went wrong, unless an answer has begun, which is broken off."""
        self._record.error = error
        with suppress(ClientLeftError, BodyRefusedError):
            await self._record.body.read()
        if not self._record.answer.has_started:
            status = 504 if error.code in _TIMEOUTS else 502
            await self._record.answer.send_error(status, error.message, str(error.code))
        return End.UPSTREAM if isinstance(error, UpstreamError) else End.REFUSED

    async def _answer_as_chosen(self) -> None:
        record = self._record
        record.answered_by = record.inspector.answer
        if record.inspector.answer is Answer.PASS_ON:
            await pass_on_to_server(record)
            return
        body = await record.body.read()
        path = record.head.path.decode("latin-1")
        if asks_for_models(record.head.method, path):
            await record.answer.send_json(200, models())
            return
        request = chat_request(record.head.method, path, body)
        if request is None:
            await self._answer_other()
            return
        await self._complete(request, body)

    async def _complete(self, request: ChatRequest, body: bytes) -> None:
        answer, settings = self._record.answer, self._record.inspector.settings
        match self._record.inspector.answer:
            case Answer.TEXT:
                await say_text(answer, request, settings)
            case Answer.TOOL_CALL:
                await call_tool(answer, request, settings)
            case Answer.FAULT:
                await fail(answer, request, settings)
            case _:
                await ask_demo(answer, request, settings, body)

    async def _answer_other(self) -> None:
        """Answer a request that asks for no completion, such as a callback."""
        is_fault = self._record.inspector.answer is Answer.FAULT
        if is_fault and await refuse(self._record.answer, self._record.inspector.settings):
            return
        await self._record.answer.send_json(200, RECORDED_ANSWER)

    def _is_passed_on_already(self) -> bool:
        vias = [value for name, value in self._record.head.headers if name.lower() == b"via"]
        return any(VIA_PSEUDONYM.encode() in via for via in vias)

    async def _refuse_loop(self) -> None:
        await self._record.body.read()
        self._record.error = GreenroomError(Code.BLOCKED_ADDRESS, LOOP_MESSAGE)
        await self._record.answer.send_error(508, LOOP_MESSAGE, "loop")


_TIMEOUTS = frozenset({Code.CONNECT_TIMEOUT, Code.FIRST_CONTENT_TIMEOUT, Code.STALLED, Code.TURN_TIMEOUT})
