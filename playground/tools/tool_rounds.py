"""Answers tool calls without a person, by mocks and the persona's tool endpoint, each call once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from playground.engine.answer.redaction import redact
from playground.engine.answer.text_channel import storable
from playground.engine.errors.codes import Code, CommandError, GreenroomError, UpstreamError
from playground.engine.limits import Limits
from playground.failures import log_failure
from playground.lag_free_timeout import LagFreeTimeout
from playground.outgoing.completion import OpenCompletion
from playground.storage.database_thread import in_database_thread
from playground.tasks import start_task
from playground.tools import load_calls
from playground.tools.argument_checks import CheckArguments, check_arguments
from playground.tools.load_calls import AutomaticCall, ToolRequest

logger = logging.getLogger(__name__)

SUCCESS = "success"
ERROR = "error"
FAILED = "Greenroom itself failed to answer a tool call. Answer it by hand."
OUTRUN = frozenset({Code.BAD_MESSAGE, Code.BUSY})
"""A person was faster: the call has been answered, or something new was said."""


class GiveResult(Protocol):
    """Delivers a result to its turn: `Runner.tool_result`."""

    def __call__(
        self, conversation_id: str, call_id: str, output: str, status: str, *, source: str
    ) -> Awaitable[str | None]: ...


class ToolRounds:
    """The calls being answered, by conversation. A new turn in the meantime cancels them."""

    def __init__(
        self,
        *,
        limits: Limits,
        open_completion: OpenCompletion,
        give: GiveResult,
        check_arguments: CheckArguments = check_arguments,
        tell: Callable[[str, GreenroomError], None],
    ) -> None:
        self._limits = limits
        self._open_completion = open_completion
        self._give = give
        self._check_arguments = check_arguments
        self._tell = tell
        self._running: dict[str, asyncio.Task[None]] = {}

    def begin(self, conversation_id: str, turn_id: str) -> None:
        """Answer the calls of a closed turn that a mock or the endpoint answers."""
        task = start_task(self._answer(conversation_id, turn_id), name=f"tools of {turn_id}")
        self._running[conversation_id] = task
        task.add_done_callback(lambda ended: self._forget(conversation_id, ended))

    def leave(self, conversation_id: str) -> None:
        """Cancel the pending results: the conversation goes on without them."""
        task = self._running.get(conversation_id)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    async def stop(self) -> None:
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, conversation_id: str, ended: "asyncio.Task[None]") -> None:
        if self._running.get(conversation_id) is ended:
            del self._running[conversation_id]

    async def _answer(self, conversation_id: str, turn_id: str) -> None:
        try:
            faults = await self._argument_faults(turn_id)
            calls = await in_database_thread(load_calls.automatic_calls)(turn_id, faults)
            async with asyncio.TaskGroup() as asking:
                for call in calls:
                    asking.create_task(self._answer_one(conversation_id, call))
        except CommandError as refusal:
            self._tell(conversation_id, refusal)
        except Exception as error:
            log_failure(logger, error, turn_id=turn_id)
            self._tell(conversation_id, CommandError(Code.INTERNAL, FAILED))

    async def _argument_faults(self, turn_id: str) -> dict[str, tuple[str, ...]]:
        """Return the faults in each call's arguments by call id. What can't be checked counts as valid."""
        unanswered = await in_database_thread(load_calls.unanswered_calls)(turn_id)
        checks = await self._check_arguments(unanswered.calls, unanswered.tools, limits=self._limits)
        return {call.id: check.faults for call, check in zip(unanswered.calls, checks, strict=True)}

    async def _answer_one(self, conversation_id: str, call: AutomaticCall) -> None:
        output, status = await self._result(conversation_id, call)
        try:
            await self._give(conversation_id, call.call_id, output, status, source=str(call.source))
        except CommandError as refusal:
            if refusal.code not in OUTRUN:
                self._tell(conversation_id, refusal)

    async def _result(self, conversation_id: str, call: AutomaticCall) -> tuple[str, str]:
        if call.request is None:
            return call.output, call.status
        try:
            return await self._ask(call.request), SUCCESS
        except GreenroomError as error:
            self._tell(conversation_id, replace(error, message=f"The tool endpoint: {error.message}"))
            return f"The tool could not be used ({error.code}).", ERROR

    async def _ask(self, request: ToolRequest) -> str:
        """Return the endpoint's answer. Raises UpstreamError."""
        limits, output = self._limits, bytearray()
        late = UpstreamError(
            Code.FIRST_CONTENT_TIMEOUT,
            f"It did not answer within {limits.tool_endpoint_ms / 1000:g} s. Look at its log, or save a mock.",
        )
        try:
            async with LagFreeTimeout(limits.tool_endpoint_ms / 1000):
                opened = self._open_completion(request.wire, limits=limits, secrets=request.secrets)
                async with opened as response:
                    async for data in response.aiter_bytes():
                        output += data
                        if len(output) > limits.tool_output_bytes:
                            raise _too_large(limits)
        except TimeoutError:
            raise late from None
        text = storable(output.decode("utf-8", errors="replace"))
        return redact(text, request.secrets)


def _too_large(limits: Limits) -> UpstreamError:
    size = limits.tool_output_bytes // 1024
    return UpstreamError(Code.TOO_LARGE, f"It answered with more than {size} KiB. Let it answer with less.")
