"""Two servers, PostgreSQL and Redis are killed again and again under people who talk: nothing of it is lost.

Real ones, since their crashes are what it is about. `make soak` runs it for five minutes (SECONDS=, SEED=), and
`make soak SOAK_KINDS=none SOAK_RECONNECTS=10000` until viewers have come back so often, with nothing killed.
"""

import asyncio
import os
import random
import secrets
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.llm_server import fixture as llm_servers
from tests.llm_server.fixture import LLMServerHandle
from tests.soak import judge
from tests.soak.callers import Caller, Log, new_persona
from tests.soak.faults import KINDS, Faults
from tests.soak.screen import OPEN, Witness
from tests.soak.services import Server, Services, running
from tests.soak.table import table
from tests.soak.viewers import Viewer, watching

pytestmark = (
    pytest.mark.quiet
)  # How soon a dead server is noticed is measured, and everything here takes turns.

SECONDS = float(os.environ.get("SOAK_SECONDS") or 20)
SEED = int(os.environ.get("SOAK_SEED") or secrets.randbelow(1_000_000))
RECONNECTS = int(os.environ.get("SOAK_RECONNECTS") or 200)
"""How many there are at least, however long it takes."""
ASKED_KINDS = os.environ.get("SOAK_KINDS") or ",".join(KINDS)
CHOSEN = tuple(kind for kind in KINDS if kind in ASKED_KINDS.split(","))
CALLERS = int(os.environ.get("SOAK_CALLERS") or 4)
LOOK_S = 0.5
LATE_VIEWERS = 8
"""How many conversations are looked at again at once."""
AT_REST_S = 20.0
"""How long after the last fault a turn may still be open."""
LIMITS = {f"OPEN_TURNS_PER_{whose}": "64" for whose in ("PROCESS", "USER", "KEY")}


def test_nothing_is_lost(server_processes: None, tmp_path: Path) -> None:
    print(f"\nSoak of {SECONDS:g} s with SOAK_SEED={SEED}")  # noqa: T201 - whoever sees it fail needs the seed
    with llm_servers.started() as llm_server, running(tmp_path, **LIMITS) as services:
        evidence = asyncio.run(_soaked(services, llm_server))
        found = list(judge.findings(evidence))
        print(table(evidence))  # noqa: T201 - likewise
        assert not found, "\n".join([f"SOAK_SEED={SEED}", *found[:40]])
        assert {fault.kind for fault in evidence.faults} == set(CHOSEN)
        happened = Counter(turn.status for turn in evidence.turns) + evidence.log.counts
        assert all(happened[what] for what in ("completed", "interrupted", "interrupts", "reconnects")), (
            happened
        )
        services.sites()[0].manage("verify")


async def _soaked(services: Services, llm_server: LLMServerHandle) -> judge.Evidence:
    chance, witness, log = random.Random(SEED), Witness(), Log()
    persona_id = await asyncio.to_thread(new_persona, services, llm_server.base_url("story"))
    faults = Faults(services, persona_id, witness, log, CHOSEN, random.Random(chance.random()))
    callers = [
        Caller(f"m{number}", services, persona_id, witness, log, random.Random(chance.random()))
        for number in range(CALLERS)
    ]
    ends_s = time.monotonic() + SECONDS

    def is_over() -> bool:
        is_late = time.monotonic() > ends_s
        return is_late and faults.kinds == set(CHOSEN) and log.counts["reconnects"] >= RECONNECTS

    async with asyncio.TaskGroup() as at_work:
        at_work.create_task(faults.go_on(is_over))
        for caller in callers:
            at_work.create_task(caller.talk(is_over))
    turns = await _turns_at_rest(services)
    await _look_again(services, witness, log, {turn.conversation_id for turn in turns})
    said = await asyncio.to_thread(llm_server.said)
    contexts = await asyncio.to_thread(judge.stored_contexts, services.postgres.url)
    return judge.Evidence(turns, contexts, said, log, witness, faults.inflicted)


async def _turns_at_rest(services: Services) -> list[judge.StoredTurn]:
    """Return the stored turns, as soon as none is open, or after AT_REST_S."""
    deadline_s = time.monotonic() + AT_REST_S
    while True:
        turns = await asyncio.to_thread(judge.stored_turns, services.postgres.url)
        if time.monotonic() > deadline_s or not any(turn.status in OPEN for turn in turns):
            return turns
        await asyncio.sleep(LOOK_S)


async def _look_again(services: Services, witness: Witness, log: Log, conversation_ids: set[str]) -> None:
    """Log what a new viewer of each conversation sees, at either server."""
    seats = asyncio.Semaphore(LATE_VIEWERS)

    async def look(conversation_id: str, server: Server) -> None:
        viewer = Viewer(f"late viewer of {conversation_id}", conversation_id, services, witness, server)
        async with seats, watching(viewer):
            await viewer.until(lambda screen: screen.is_at_rest, AT_REST_S)
            log.late_screens.append((conversation_id, viewer.screen))

    async with asyncio.TaskGroup() as at_work:
        for place, conversation_id in enumerate(sorted(conversation_ids)):
            at_work.create_task(look(conversation_id, services.servers[place % 2]))
