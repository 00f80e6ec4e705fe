"""Run the conductor on a virtual clock against a scripted LLM, and read what happened."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from playground.engine.events import (
    ContentDelta,
    Event,
    PlayoutEnded,
    PlayoutStarted,
    Segment,
    SentenceCompleted,
    ToolCall,
    TurnClosed,
    TurnKind,
)
from playground.engine.json_types import Json
from playground.engine.limits import DEFAULT_LIMITS, Limits
from playground.engine.persona import FillerSettings, LLMSettings, PersonaSettings
from playground.engine.tools.arguments import argument_faults, schema_of
from playground.engine.turn_plan import Call, TurnPlan
from playground.engine.wire_request import WireRequest
from playground.loop_lag import LoopLag
from playground.tools.argument_checks import ArgumentCheck, CheckArguments
from playground.turns.conductor import conduct
from playground.turns.interrupt import Interrupt, InterruptSignal
from tests.playground.scripted_llm import ScriptedLLM, Step
from tests.virtual_time import VirtualLoop, run_virtually

E = TypeVar("E", bound=Event)

PERSONA = PersonaSettings(
    persona_id="p1",
    name="Mert the Storyteller",
    llm=LLMSettings(platform="tavus", address="https://llm.example.com/v1", model="m"),
)
FILLER = FillerSettings(phrases=("Great question!", "Just a moment"), activation_delay_ms=1_000)


def plan(persona: PersonaSettings = PERSONA, **changed: Any) -> TurnPlan:
    made = TurnPlan(
        turn_id="t1",
        turn_idx=0,
        conversation_id="c1",
        inference_id="i1",
        kind=TurnKind.USER,
        text="Tell me about the wolf.",
        persona=persona,
        call=Call(shown={"url": "shown"}, origins=[], wire=WireRequest("POST", "https://x/", (), b"{}")),
    )
    return replace(made, **changed)


@dataclass
class TurnResult:
    """A turn's events, and how it closed."""

    events: list[Event]
    closed: TurnClosed
    llm: ScriptedLLM
    sentences: list[str] = field(init=False)
    played: list[Segment] = field(init=False)

    def __post_init__(self) -> None:
        self.sentences = [event.sentence.text for event in self.of(SentenceCompleted)]
        self.played = [event.segment for event in self.of(PlayoutEnded)]

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def at(self, kind: type[E]) -> list[int]:
        return [event.t_ms for event in self.of(kind)]

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.of(ContentDelta))


When = Callable[[Event], bool]


def run_turn(
    *scripts: list[Step],
    plan: TurnPlan,
    limits: Limits = DEFAULT_LIMITS,
    pick: int = 0,
    interrupt_at_s: float | None = None,
    interrupt_when: When | None = None,
    interrupt: Interrupt | None = None,
    connects_after_s: float = 0.0,
    end_at_s: float | None = None,
    checks_after_s: float = 0.0,
    emitting_takes_s: float = 0.0,
    held_up_at_s: float | None = None,
    held_up_for_s: float = 0.0,
) -> TurnResult:
    """Run one turn on virtual time. Interrupt it at a time, or at the first event for which ``interrupt_when`` is true.

    The conversation ends at ``end_at_s``. Checking the arguments of calls takes ``checks_after_s``, and each event
    ``emitting_takes_s`` of the loop's time. The loop stands still at ``held_up_at_s`` for ``held_up_for_s``.
    """
    llm = ScriptedLLM(*scripts, connects_after_s=connects_after_s)
    events: list[Event] = []

    async def main() -> TurnClosed:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        signal = InterruptSignal()
        timers = []

        def cut() -> None:
            signal.ask(interrupt or Interrupt())

        def emit(event: Event) -> None:
            events.append(event)
            loop.pass_time(emitting_takes_s)
            if interrupt_when is not None and interrupt_when(event):
                cut()

        if interrupt_at_s is not None:
            timers.append(loop.call_later(interrupt_at_s, cut))
        if end_at_s is not None:
            timers.append(loop.call_later(end_at_s, signal.ask, Interrupt(is_final=True)))
        lag = LoopLag()
        with ExitStack() as stack:
            if held_up_at_s is not None:
                stack.enter_context(lag.watched())
                timers.append(loop.call_later(held_up_at_s, loop.pass_time, held_up_for_s))
            closed = await conduct(
                plan,
                open_completion=llm,
                emit=emit,
                interrupt=signal,
                pick=lambda _: pick,
                limits=limits,
                lag=lag,
                check_arguments=checks_after(checks_after_s),
            )
        for timer in timers:
            timer.cancel()
        return closed

    return TurnResult(events, run_virtually(main()), llm)


def checks_after(seconds: float) -> CheckArguments:
    """Checks as the product does, in this process: another one would not live on the virtual clock."""

    async def check(
        calls: Sequence[ToolCall], tools: Sequence[Json], *, limits: Limits
    ) -> list[ArgumentCheck]:
        if calls:
            await asyncio.sleep(seconds)
        schemas = [schema_of(call.name, tools) or {} for call in calls]
        return [
            ArgumentCheck(argument_faults(call.name, call.arguments, schema))
            for call, schema in zip(calls, schemas, strict=True)
        ]

    return check


def starts(text: str) -> When:
    """Return when the playout of a segment with this text begins."""
    return lambda event: isinstance(event, PlayoutStarted) and text in event.segment.text
