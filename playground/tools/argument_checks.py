"""Checks the arguments of a turn's calls against their functions' schemas, off the event loop and with a timeout."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from personas.schema_checks import checkers
from playground.engine.events import ToolCall
from playground.engine.json_types import Json
from playground.engine.limits import Limits
from playground.engine.tools.arguments import schema_of


@dataclass(frozen=True, slots=True)
class ArgumentCheck:
    """``faults``: one sentence per fault in a call's arguments; empty if they are valid."""

    faults: tuple[str, ...] = ()
    left_out: str = ""
    """Why they weren't checked, for a person; they then count as valid."""

    @property
    def notes(self) -> tuple[str, ...]:
        return (self.left_out,) if self.left_out else self.faults


class CheckArguments(Protocol):
    """How a turn's calls are checked: `check_arguments`, or a test's own."""

    def __call__(
        self, calls: Sequence[ToolCall], tools: Sequence[Json], *, limits: Limits
    ) -> Awaitable[list[ArgumentCheck]]: ...


async def check_arguments(
    calls: Sequence[ToolCall], tools: Sequence[Json], *, limits: Limits
) -> list[ArgumentCheck]:
    """Return one check per call, in order. Arguments without a schema are valid."""
    schemas = {call.id: schema_of(call.name, tools) for call in calls if call.valid}
    checkable = [call for call in calls if schemas.get(call.id) is not None]
    questions = [
        {"name": call.name, "arguments": call.arguments, "schema": schemas[call.id]} for call in checkable
    ]
    answers = dict(zip((call.id for call in checkable), await _answers(questions, limits), strict=True))
    return [_check(call, answers.get(call.id, []), limits) for call in calls]


async def _answers(questions: list[dict[str, Any]], limits: Limits) -> list[list[str] | None]:
    if not questions:
        return []
    within_ms, wait_ms = limits.argument_check_ms, limits.argument_check_wait_ms
    ask = partial(checkers.ask_all, questions, within_ms=within_ms, wait_ms=wait_ms)
    try:
        async with asyncio.timeout((within_ms + wait_ms) / 1000):
            return await asyncio.get_running_loop().run_in_executor(checkers.threads, ask)
    except TimeoutError:
        return [None] * len(questions)


def _check(call: ToolCall, answer: list[str] | None, limits: Limits) -> ArgumentCheck:
    if not call.valid:
        return ArgumentCheck((f"The arguments of {call.name} are not a JSON object.",))
    if answer is not None:
        return ArgumentCheck(tuple(answer))
    return ArgumentCheck(
        left_out=f"The arguments of {call.name} could not be checked within {limits.argument_check_ms} ms: "
        "checking its schema takes too long. They count as right; a simpler schema is checked."
    )
