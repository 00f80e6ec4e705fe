"""A conversation on stage: the real runner, the real client, a server that misbehaves, and a search for what leaked.

Each case of the fault matrix is heard on it. When its test has ended, whatever the case was: the server has seen its
client leave, the frames were of the closed set, the next turn of the same conversation is fine, and the key that was
sent stands in no frame, row, log or record. The other pages show stored rows; `test_secrets` looks at all of them.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async
from django.contrib.auth.models import User

from personas.models import PersonaVersion, TokenSecret
from playground.engine.addresses.address import parse_address
from playground.engine.answer.answer_messages import held_up
from playground.engine.errors.codes import Code
from playground.engine.json_types import Json
from playground.engine.limits import DEFAULT_LIMITS, Limits
from playground.models import Completion, Conversation, Turn
from playground.runner import Runner
from tests.engine.errors.sentence import assert_for_a_person
from tests.llm_server.fixture import LLMServerHandle
from tests.llm_server.openai_wire import SENTENCES, TEXT, TOOL
from tests.personas.making import make_secret
from tests.playground.frames import assert_closed_set
from tests.playground.leaks import answer_pages, every_row, frames_text, leaks_in, other_pages, record_pages
from tests.playground.rehearsals import DEADLINE_S, Watcher

CANARY = "sk-canary/0123+456789=abcdef"
TOKEN = "STAGE_TOKEN"
HELD_UP = held_up(0).partition(" for ")[0]
SAID = "Tell me about the girl in the red hood."
WEATHER: Json = {
    "type": "function",
    "function": {"name": TOOL, "parameters": {"type": "object", "properties": {}}},
}
WAITS = (
    "connect_ms", "dns_ms", "first_content_ms", "content_gap_ms", "reasoning_gap_ms", "turn_ms", "after_finish_ms",
    "error_body_ms", "retry_wait_ms",
)  # fmt: skip
LOUD = ("httpx", "httpcore", "aiohttp", "asyncio", "playground", "personas", "django.request")
TAKE_S = 30.0
"""How long a take may be waited for on a busy machine; none waits, each ends by its own limit."""
LEAVING_S = 1.0
"""How soon after its end a turn's server has seen its client leave."""


def lowered(by: int, **changed: int) -> Limits:
    """Return the default limits, every wait of them a ``by``-th."""
    waits = {name: getattr(DEFAULT_LIMITS, name) // by for name in WAITS}
    return replace(DEFAULT_LIMITS, **(waits | changed))


QUICK = lowered(100)


@dataclass(frozen=True)
class Take:
    """One turn: all its frames, and what was stored of it."""

    events: list[Json]
    turn: Turn
    completions: list[Completion]

    def of(self, event_type: str) -> list[Json]:
        return [event["properties"] for event in self.events if event["event_type"] == event_type]

    @property
    def closed(self) -> Json:
        properties: Json = self.events[-1]["properties"]
        return properties

    @property
    def text(self) -> str:
        return "".join(delta["text"] for delta in self.of("playground.delta"))

    @property
    def reasoning(self) -> str:
        return "".join(delta["text"] for delta in self.of("playground.reasoning"))

    @property
    def spoken(self) -> str:
        return " ".join(sentence["spoken"] for sentence in self.of("playground.sentence"))

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(sentence["text"].strip() for sentence in self.of("playground.sentence"))

    @property
    def calls(self) -> list[Json]:
        return self.of("conversation.tool_call")

    @property
    def notes(self) -> list[str]:
        """The notes on the answer: one that this process was held up is of the machine, which other tests keep busy."""
        notes = (note["note"] for note in self.of("playground.note"))
        return [note for note in notes if not note.startswith(HELD_UP)]

    @property
    def attempts(self) -> int:
        return len(self.of("playground.request"))

    @property
    def message(self) -> str:
        return str(self.closed["error"]["message"])

    @property
    def excerpt(self) -> str:
        return str(self.closed["error"].get("excerpt", ""))

    def fails(self, code: Code, saying: str = "", *, text: str = "", attempts: int = 1) -> None:
        """The turn failed with this code, in one clear sentence, and kept the text that had come."""
        error = self.closed["error"]
        assert self.events[-1]["event_type"] == "playground.turn.failed"
        assert (error["code"], saying in error["message"]) == (code, True), error
        assert_for_a_person(error["message"])
        assert (self.turn.status, self.turn.error) == (Turn.Status.FAILED, error)
        assert self.closed["tool_calls"] == []
        self._holds(text, attempts)

    def completes(self, text: str = TEXT, *, reason: str = "stop", attempts: int = 1) -> None:
        """The turn completed with this text, all of it heard."""
        assert self.events[-1]["event_type"] == "playground.turn.completed", self.closed
        assert (self.closed["error"], self.turn.error, self.turn.status) == (
            None,
            None,
            Turn.Status.COMPLETED,
        )
        assert (self.closed["finish_reason"], self.closed["heard_text"]) == (reason, text)
        if text == TEXT:
            assert self.sentences == SENTENCES
        self._holds(text, attempts)

    def says(self, text: str) -> None:
        """The turn completed with this text; nobody said anything before."""
        assert (self.turn.status, self.turn.error, self.turn.text) == (Turn.Status.COMPLETED, None, text)

    def _holds(self, text: str, attempts: int) -> None:
        assert (self.text, self.closed["text"], self.turn.text) == (text, text, text)
        assert (self.turn.user_text, self.attempts) == (SAID, attempts)
        assert [completion.attempt for completion in self.completions] == [*range(1, attempts + 1)]


class Stage:
    """Turns with one server, each in a conversation of its own."""

    def __init__(self, owner: User, server: LLMServerHandle) -> None:
        self.owner = owner
        self.server = server
        self.takes: list[Take] = []
        self.filler: Json | None = None

    async def hear(
        self, behaviour: str, query: str = "", *, limits: Limits = DEFAULT_LIMITS, **llm: Any
    ) -> Take:
        """Run a turn against the server with this behaviour; ``llm`` changes the persona's LLM settings."""
        return await self.hear_from(self.server.completions_url(behaviour, query), limits=limits, **llm)

    async def hear_from(self, address: str, *, limits: Limits = DEFAULT_LIMITS, **llm: Any) -> Take:
        conversation = await database_sync_to_async(self._conversation)(address, llm)
        return await self.say(conversation, limits=limits)

    async def say(self, conversation: Conversation, *, limits: Limits = DEFAULT_LIMITS) -> Take:
        """Run one turn of this conversation with a runner of its own."""
        async with self._runner(limits) as runner:
            return await self._watch(runner, conversation.pk, runner.respond(conversation.pk, SAID))

    async def answer_call(self, take: Take, output: str) -> Take:
        """Return the turn that continues with the output of the take's only call."""
        conversation_id = take.turn.conversation_id
        (call,) = take.closed["tool_calls"]
        async with self._runner(DEFAULT_LIMITS) as runner:
            result = runner.tool_result(conversation_id, call["id"], output, "success")
            return await self._watch(runner, conversation_id, result)

    @asynccontextmanager
    async def _runner(self, limits: Limits) -> AsyncIterator[Runner]:
        runner = Runner(limits=limits, pick=lambda _: 0)
        try:
            yield runner
        finally:
            await runner.shutdown(DEADLINE_S)

    async def _watch(
        self, runner: Runner, conversation_id: str, command: Coroutine[Any, Any, str | None]
    ) -> Take:
        watcher = Watcher(runner.hub.attach(conversation_id), deadline_s=TAKE_S)
        turn_id = await command
        await watcher.until_closed()
        turn = await Turn.objects.select_related("conversation").aget(pk=turn_id)
        completions = [completion async for completion in turn.completions.order_by("attempt")]
        events = [event for event in watcher.events if event["properties"].get("turn_id") == turn_id]
        self.takes.append(Take(events, turn, completions))
        return self.takes[-1]

    async def until_left(self) -> None:
        """Once the server has no answer under way: whoever asked has left."""
        await asyncio.to_thread(self.server.wait_until_at_rest, LEAVING_S)

    async def next_turn_is_fine(self) -> None:
        """The same conversation goes on, once its LLM is a good one."""
        conversation = self.takes[-1].turn.conversation
        await database_sync_to_async(self._be_good)(conversation)
        (await self.say(await Conversation.objects.aget(pk=conversation.pk))).completes()

    async def record(self) -> str:
        """Return the pages and the snapshot that tell what was heard."""
        return await self._shown(record_pages)

    async def answer_pages(self) -> str:
        """Return those of the record that an answer changes; `test_secrets` looks at those of the request."""
        return await self._shown(answer_pages)

    async def other_pages(self) -> str:
        """Return every other page that shows something of it: they show stored rows as these stand."""
        return await self._shown(other_pages)

    async def _shown(self, pages: Callable[[User, str], str]) -> str:
        ids = {take.turn.conversation_id for take in self.takes}
        return "".join([await database_sync_to_async(pages)(self.owner, each) for each in ids])

    async def assert_nothing_leaks(self, logged: str) -> None:
        for take in self.takes:
            assert_closed_set(take.events)
            assert leaks_in(frames_text(take.events), CANARY) == []
        assert leaks_in(await database_sync_to_async(every_row)(), CANARY) == []
        assert leaks_in(logged, CANARY) == []

    def _conversation(self, address: str, llm: Json) -> Conversation:
        return Conversation.objects.create(
            owner=self.owner,
            persona_version=self._version(address, llm),
            properties={"simulated_speech": "instant"},
        )

    def _be_good(self, conversation: Conversation) -> None:
        version = self._version(self.server.completions_url("ok"), {})
        Conversation.objects.filter(pk=conversation.pk).update(persona_version=version)

    def _version(self, address: str, llm: Json) -> PersonaVersion:
        self._allow(address)
        return PersonaVersion.objects.create(
            persona_ref="p000000000001",
            number=PersonaVersion.objects.count() + 1,
            document={
                "persona_name": "Mert the Storyteller",
                "llm": _llm(address) | llm,
                "filler": self.filler,
            },
        )

    def _allow(self, address: str) -> None:
        secret = TokenSecret.objects.filter(name=TOKEN).first() or make_secret(TOKEN, value=CANARY)
        self.bind(*secret.allowed_hosts, parse_address(address).entry)

    def bind(self, *entries: str) -> None:
        """Let the key go to these hosts and to no other, as whoever manages secrets would."""
        TokenSecret.objects.filter(name=TOKEN).update(allowed_hosts=sorted(set(entries)))


def _llm(address: str) -> Json:
    return {
        "platform": "jaicp",
        "provider": "CUSTOM_LLM",
        "address": address,
        "model": "gpt-4o",
        "token_secret": TOKEN,
        "tools": [WEATHER],
        "event_name": "function_called",
    }


@pytest_asyncio.fixture
async def stage(
    transactional_db: None,
    admin_user: User,
    llm_server: LLMServerHandle,
    loopback_is_open: None,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[Stage]:
    """A stage, and after the test the search for what it left behind."""
    caplog.set_level(logging.DEBUG)
    for name in LOUD:
        caplog.set_level(logging.DEBUG, logger=name)
    made = Stage(admin_user, llm_server)
    yield made
    if made.takes:
        await made.until_left()
        assert leaks_in(await made.answer_pages(), CANARY) == []
        await made.next_turn_is_fine()
    await made.assert_nothing_leaks(caplog.text)
