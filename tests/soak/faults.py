"""Kills what a site needs, one thing after the other, and measures how long until two people can talk again."""

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from tests.soak.callers import Log, begin_conversation
from tests.soak.screen import Witness
from tests.soak.services import Killable, Server, Services
from tests.soak.viewers import Viewer, watching

SERVER_KILLED, SERVER_STOPPED = "server killed", "server stopped"
POSTGRES_KILLED, REDIS_KILLED = "PostgreSQL killed", "Redis killed"
KINDS = (SERVER_KILLED, POSTGRES_KILLED, REDIS_KILLED, SERVER_STOPPED)
LONGEST_AWAY_S = 2.0
CALM_S = (0.5, 2.0)
"""How long nothing is killed after all works again."""
USABLE_WITHIN_S = 30.0
ASK_AGAIN_S = 0.25
PROBE = "Probe {} words=3 pause_ms=1 rest_ms=0"


@dataclass(frozen=True, slots=True)
class Fault:
    """What was killed, and when, in s of this machine's monotonic clock."""

    kind: str
    at_s: float
    back_s: float
    """When it had been started again."""
    talked_meanwhile_s: float | None
    """How long after it a turn at a surviving server was over, with what was killed still away; None if none was."""
    usable_s: float
    """How long after ``back_s`` a turn said at each server was over on a screen at the other one."""
    process_id: int = 0
    """Of a server."""


class Faults:
    """Inflicts them. ``inflicted`` are those so far."""

    def __init__(
        self,
        services: Services,
        persona_id: str,
        witness: Witness,
        log: Log,
        kinds: Sequence[str],
        chance: random.Random,
    ) -> None:
        self._chosen = kinds
        self.inflicted: list[Fault] = []
        self._services, self._persona_id = services, persona_id
        self._witness, self._log, self._chance = witness, log, chance
        self._probes = itertools.count(1)

    @property
    def kinds(self) -> set[str]:
        return {fault.kind for fault in self.inflicted}

    async def go_on(self, is_over: Callable[[], bool]) -> None:
        """Inflict each chosen kind once, in any order, and again, until it is over."""
        while self._chosen and not is_over():
            for kind in self._chance.sample(self._chosen, len(self._chosen)):
                await asyncio.sleep(self._chance.uniform(*CALM_S))
                if not is_over():
                    self.inflicted.append(await self._inflict(kind))

    async def _inflict(self, kind: str) -> Fault:
        server = self._chance.choice(self._services.servers)
        process_id = server.process_ids[-1]
        end, start = self._ways(kind, server)
        away_s = self._chance.uniform(0.0, LONGEST_AWAY_S)
        at_s = time.monotonic()
        await asyncio.to_thread(end)
        meanwhile_s = None
        if kind != POSTGRES_KILLED:
            survivors = [one for one in self._services.servers if one.site is not None]
            meanwhile_s = await self._until_usable([(one, one) for one in survivors], since_s=at_s)
        await asyncio.sleep(away_s)
        await asyncio.to_thread(start)
        back_s = time.monotonic()
        one, other = self._services.servers
        usable_s = await self._until_usable([(one, other), (other, one)], since_s=back_s)
        is_server = kind in (SERVER_KILLED, SERVER_STOPPED)
        return Fault(kind, at_s, back_s, meanwhile_s, usable_s, process_id if is_server else 0)

    def _ways(self, kind: str, server: Server) -> tuple[Callable[[], None], Callable[[], None]]:
        """Return how to end it, and how to start it."""
        if kind == SERVER_STOPPED:
            return server.stop, server.start
        killed: dict[str, Killable] = {
            SERVER_KILLED: server,
            POSTGRES_KILLED: self._services.postgres,
            REDIS_KILLED: self._services.redis,
        }
        return killed[kind].kill, killed[kind].start

    async def _until_usable(self, pairs: list[tuple[Server, Server]], *, since_s: float) -> float:
        """Return how long it took until of each pair the second showed a whole turn that was said at the first."""
        await asyncio.gather(*(self._talk_once(*pair) for pair in pairs))
        return time.monotonic() - since_s

    async def _talk_once(self, speaks_at: Server, listens_at: Server) -> None:
        number = next(self._probes)
        message_id = f"probe-{number}"
        self._log.messages[message_id] = text = PROBE.format(number)
        conversation_id = await begin_conversation(self._services, self._persona_id, "instant")
        async with AsyncExitStack() as tabs:
            speaker, listener = [
                await tabs.enter_async_context(self._tab(conversation_id, server))
                for server in (speaks_at, listens_at)
            ]
            deadline_s = time.monotonic() + USABLE_WITHIN_S
            while time.monotonic() < deadline_s:
                await speaker.send("conversation.respond", text=text, client_msg_id=message_id)
                if await listener.until(lambda screen: screen.has_ended(message_id), ASK_AGAIN_S):
                    return
        self._log.findings.append(f"{message_id} was not over within {USABLE_WITHIN_S} s.")

    @asynccontextmanager
    async def _tab(self, conversation_id: str, server: Server) -> AsyncIterator[Viewer]:
        name = f"probe at {conversation_id}, {server.kind}"
        async with watching(Viewer(name, conversation_id, self._services, self._witness, server)) as viewer:
            yield viewer


def of_kind(faults: list[Fault], kind: str) -> Iterator[Fault]:
    return (fault for fault in faults if fault.kind == kind)
