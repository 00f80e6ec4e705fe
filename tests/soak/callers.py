"""People who talk: each says what the LLM server answers with a story, cuts in, says things twice, leaves, returns."""

import asyncio
import itertools
import json
import random
import time
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException

from playground.engine.json_types import Json
from tests.soak.screen import Screen, Witness
from tests.soak.services import Services
from tests.soak.viewers import WAYS, Viewer, watching

TABS = 3
"""Viewers of a conversation: whoever speaks, and two more."""
TURNS = 6
"""Turns of a conversation; then another one begins."""
STAYS_S = 0.7
"""How long a viewer stays connected, on average."""
LISTENS_S = 1.5
"""How long someone listens at the most before cutting in."""
ANSWER_S = 1.5
"""How long a caller waits for a turn to begin before saying the same again, with the same id."""
PATIENCE_S = 45.0
"""How long a message may take to become a turn, and a turn to end, before that is a finding."""
CAUGHT_UP_S = 5.0
"""How long a viewer may miss what another was told, when Redis lost it unnoticed: it is told again twice, 1 s apart."""
CUTS_IN = 0.4
"""How likely someone cuts in; where speech takes its time, always."""
ADDS_CONTEXT = 0.5
"""How likely a tab adds to the context while a turn goes on."""
SAYS_TWICE = 0.25
"""How likely the same message is sent at every tab at once."""
HTTP_S = 5.0
ASK_AGAIN_S = 0.1


@dataclass(slots=True)
class Log:
    """What callers did, and the conversations whose end they saw."""

    messages: dict[str, str] = field(default_factory=dict)
    """What was said, by ``client_msg_id``."""
    screens: list[tuple[str, Screen]] = field(default_factory=list)
    """What each viewer showed at the end of its conversation, with the conversation's id."""
    late_screens: list[tuple[str, Screen]] = field(default_factory=list)
    """What new viewers showed after the end of everything."""
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


class Caller:
    """Holds one conversation after the other."""

    def __init__(
        self,
        name: str,
        services: Services,
        persona_id: str,
        witness: Witness,
        log: Log,
        chance: random.Random,
    ) -> None:
        self._name, self._services, self._persona_id = name, services, persona_id
        self._witness, self._log, self._chance = witness, log, chance
        self._numbers = itertools.count(1)

    async def talk(self, is_over: Callable[[], bool]) -> None:
        """Begin no conversation and no turn once it is over."""
        while not is_over():
            await self._hold_conversation(is_over)

    async def _hold_conversation(self, is_over: Callable[[], bool]) -> None:
        speech = self._chance.choice(("instant", "instant", "realtime"))
        conversation_id = await begin_conversation(self._services, self._persona_id, speech)
        async with AsyncExitStack() as tabs:
            viewers = [
                await tabs.enter_async_context(self._tab(conversation_id, place)) for place in range(TABS)
            ]
            restless = [asyncio.create_task(self._come_and_go(viewer)) for viewer in viewers]
            try:
                for _ in range(TURNS):
                    if not is_over():
                        await self._take_turn(viewers, is_cut_always=speech == "realtime")
            finally:
                for task in restless:
                    task.cancel()
                await asyncio.gather(*restless, return_exceptions=True)
            told = {turn_id for viewer in viewers for turn_id in viewer.screen.turns}
            for viewer in viewers:
                await self._end_of(viewer, conversation_id, told)

    @asynccontextmanager
    async def _tab(self, conversation_id: str, place: int) -> AsyncIterator[Viewer]:
        server = self._chance.choice(self._services.servers)
        name = f"{self._name} at {conversation_id}, tab {place}"
        viewer = Viewer(name, conversation_id, self._services, self._witness, server)
        async with watching(viewer):
            yield viewer
        self._log.counts.update(viewer.counts)

    async def _come_and_go(self, viewer: Viewer) -> None:
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / STAYS_S))
            await viewer.leave(self._chance.choice(WAYS))

    async def _take_turn(self, viewers: list[Viewer], *, is_cut_always: bool) -> None:
        message_id = f"{self._name}-{next(self._numbers)}"
        if not await say(viewers, message_id, self._story(message_id), self._log, self._chance):
            return
        cuts_in = is_cut_always or self._chance.random() < CUTS_IN
        listens_s, deadline_s = self._chance.uniform(0.05, LISTENS_S), time.monotonic() + PATIENCE_S
        while not await viewers[0].until(lambda screen: screen.has_ended(message_id), listens_s):
            if time.monotonic() > deadline_s:
                self._log.findings.append(f"The turn of {message_id} did not end within {PATIENCE_S} s.")
                return
            if self._chance.random() < ADDS_CONTEXT:
                await self._chance.choice(viewers).send(
                    "conversation.append_llm_context", context=f"Told beside {message_id}."
                )
                self._log.counts["contexts"] += 1
            if cuts_in:
                await self._chance.choice(viewers).send("conversation.interrupt")
                self._log.counts["interrupts"] += 1
            listens_s = LISTENS_S

    async def _end_of(self, viewer: Viewer, conversation_id: str, told: set[str]) -> None:
        """Log what it shows once all has ended, CAUGHT_UP_S after any viewer was told of the last turn."""
        await viewer.until(lambda screen: screen.is_at_rest, PATIENCE_S)
        await viewer.until(lambda screen: screen.is_at_rest and told <= screen.turns.keys(), CAUGHT_UP_S)
        self._log.screens.append((conversation_id, viewer.screen))

    def _story(self, message_id: str) -> str:
        words, pause_ms = self._chance.randint(10, 120), self._chance.randint(2, 25)
        rest_ms = self._chance.choice((0, 0, 0, 1_500))
        return f"Story {message_id} words={words} pause_ms={pause_ms} rest_ms={rest_ms}"


async def say(viewers: Sequence[Viewer], message_id: str, text: str, log: Log, chance: random.Random) -> bool:
    """Say it until the first viewer shows its turn, every now and then at two tabs at once, always with the same id."""
    log.messages[message_id] = text
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        tabs = viewers if chance.random() < SAYS_TWICE else [chance.choice(viewers)]
        log.counts["said again at another tab"] += len(tabs) > 1
        await asyncio.gather(
            *(tab.send("conversation.respond", text=text, client_msg_id=message_id) for tab in tabs)
        )
        if await viewers[0].until(lambda screen: screen.by_message(message_id) is not None, ANSWER_S):
            return True
        await viewers[0].send("playground.resume")
    log.findings.append(f"{message_id} did not become a turn within {PATIENCE_S} s.")
    return False


async def begin_conversation(services: Services, persona_id: str, speech: str) -> str:
    """Return the id of a new conversation, as soon as a server makes one."""
    body = {"persona_id": persona_id, "properties": {"simulated_speech": speech}}
    while True:
        for site in services.sites():
            with suppress(OSError, HTTPException):
                made = await asyncio.to_thread(_post, f"{site.url}/v2/conversations", services.key, body)
                return str(made["conversation_id"])
        await asyncio.sleep(ASK_AGAIN_S)


def _post(url: str, key: str, body: Json) -> Json:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"x-api-key": key})
    with urllib.request.urlopen(request, timeout=HTTP_S) as response:
        answer: Json = json.load(response)
    return answer


def new_persona(services: Services, llm_base_url: str) -> str:
    """Return the id of a persona whose LLM tells stories."""
    layers = {"llm": {"model": "story", "base_url": llm_base_url, "api_key": "sk-of-the-soak"}}
    body = {"persona_name": "A storyteller", "system_prompt": "Tell stories.", "layers": layers}
    return str(_post(f"{services.sites()[0].url}/v2/personas", services.key, body)["persona_id"])
