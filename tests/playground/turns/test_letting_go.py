"""What belongs to a conversation goes with its last viewer and turn, and its ``seq`` goes on all the same."""

import asyncio
import gc
import weakref
from collections import Counter
from collections.abc import Iterator
from itertools import chain

import pytest
from channels.layers import InMemoryChannelLayer
from django.contrib.auth.models import User
from django.db import OperationalError

from playground.engine.errors.codes import CommandError
from playground.engine.turn_plan import TurnPlan
from playground.engine.turn_record import TurnRecord
from playground.models import Conversation
from playground.realtime import layer_link
from playground.realtime.group_messages import group_of
from playground.realtime.hub import Viewer
from playground.runner import Runner
from playground.storage import past_turns
from playground.storage.prepared import PreparedUpdate
from playground.turns import turn_tasks
from playground.turns.running_turn import LiveTurn
from tests.conftest import make_user
from tests.playground.rehearsals import Watcher, make_conversation, running
from tests.playground.scripted_llm import END, Step, text

ANSWER: list[Step] = [text("Hello. "), END]
OF_A_TURN = (LiveTurn, TurnPlan, TurnRecord, Viewer)
BOUNDED = past_turns._kept._kept
LETS_GO_S = 5.0
"""Less than the limits of an answer, whose timers the event loop keeps until they would have fired."""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(transactional_db: None) -> User:
    return make_user("alice")


@pytest.fixture(scope="module", autouse=True)
def all_is_listed() -> Iterator[None]:
    """Have the collector list what was there before the first test too, such as a module's caches."""
    gc.unfreeze()
    yield
    gc.collect()
    gc.freeze()
    gc.collect()  # as at the beginning of the run


def kept(*conversation_ids: str) -> list[object]:
    """Return whatever in this process is kept by the id of one of these conversations, but for a bounded cache."""
    gc.collect()
    wanted = frozenset(conversation_ids)
    # What they refer to as well: the collector itself doesn't list a dict of numbers.
    holders = chain.from_iterable((held, *gc.get_referents(held)) for held in gc.get_objects())
    return [
        holder
        for holder in holders
        if isinstance(holder, dict | set) and holder is not BOUNDED and not wanted.isdisjoint(holder)
    ]


def alive(*kinds: type) -> Counter[str]:
    """Count the objects of these classes."""
    gc.collect()
    return Counter(type(each).__name__ for each in gc.get_objects() if isinstance(each, kinds))


async def viewing(runner: Runner, conversation: Conversation) -> tuple[Viewer, Watcher]:
    viewer = await runner.attach(conversation.pk)
    return viewer, Watcher(viewer)


async def settled(runner: Runner) -> None:
    """Wait for the ends of turns, and for what the runner still has to store."""
    for live in list(runner._turns.all()):
        await runner._turns.until_ended(live.plan.conversation_id)
    while runner._commands:
        await asyncio.wait(set(runner._commands))


async def test_nothing_is_kept_of_conversations_that_nobody_has_open(owner: User) -> None:
    before = alive(*OF_A_TURN)
    conversations = [await asyncio.to_thread(make_conversation, owner) for _ in range(5)]
    async with running(*[ANSWER] * 5) as runner:
        for conversation in conversations:
            viewer, watcher = await viewing(runner, conversation)
            await runner.respond(conversation.pk, "Hi")
            await watcher.until_closed()
            await runner.append_context(conversation.pk, "It rains.")
            await runner.detach(conversation.pk, viewer)
        await settled(runner)
        assert kept(*(conversation.pk for conversation in conversations)) == []
        del viewer, watcher
        left = alive(*OF_A_TURN) - before
        async with asyncio.timeout(LETS_GO_S):
            while left:  # the recorder's thread lets go of its rows
                await asyncio.sleep(0.1)
                left = alive(*OF_A_TURN) - before


async def test_nothing_is_kept_of_conversations_that_ended_while_others_may_run_their_turns(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_tasks, "ENDING_S", 0.0)
    monkeypatch.setattr(layer_link, "PROBE_S", 0.02)
    conversations = [await asyncio.to_thread(make_conversation, owner) for _ in range(5)]
    async with running(layer=InMemoryChannelLayer()) as runner:
        for conversation in conversations:
            await runner.end(conversation.pk)
        *ended, _newest = [conversation.pk for conversation in conversations]
        holders = kept(*ended)
        async with asyncio.timeout(LETS_GO_S):
            while holders:  # other processes are reminded of the newest seq
                await asyncio.sleep(0.1)
                holders = kept(*ended)


class SlowLayer(InMemoryChannelLayer):
    """Takes its time to enter a conversation's group."""

    def __init__(self) -> None:
        super().__init__()
        self.is_entering = asyncio.Event()

    async def group_add(self, group: str, channel: str) -> None:
        await super().group_add(group, channel)
        if group.startswith("conversation."):
            self.is_entering.set()
            await asyncio.sleep(0.5)


async def test_nothing_is_kept_of_a_viewer_who_leaves_before_the_conversation_is_joined(owner: User) -> None:
    conversation = await asyncio.to_thread(make_conversation, owner)
    layer = SlowLayer()
    async with running(layer=layer) as runner:
        joining = asyncio.create_task(runner.attach(conversation.pk))
        await layer.is_entering.wait()
        joining.cancel()
        await asyncio.gather(joining, return_exceptions=True)
        assert kept(conversation.pk, group_of(conversation.pk)) == []


async def test_no_timer_of_the_event_loop_keeps_a_turn_that_is_over(owner: User) -> None:
    conversation = await asyncio.to_thread(make_conversation, owner)
    async with running(ANSWER) as runner:
        viewer, watcher = await viewing(runner, conversation)
        await runner.respond(conversation.pk, "Hi")
        (turn,) = map(weakref.ref, runner._turns.all())
        await watcher.until_closed()
        await runner.detach(conversation.pk, viewer)
        await settled(runner)
        async with asyncio.timeout(LETS_GO_S):
            while turn() is not None:  # the recorder's thread lets go of its row
                await asyncio.sleep(0.01)
                gc.collect()


async def test_seq_goes_on_after_a_conversation_was_let_go(owner: User) -> None:
    conversation = await asyncio.to_thread(make_conversation, owner)
    async with running(ANSWER) as runner:
        viewer, watcher = await viewing(runner, conversation)
        await runner.append_context(conversation.pk, "It rains.")
        told = await watcher.until(lambda event: event["event_type"] == "playground.context")
        await runner.detach(conversation.pk, viewer)
        await settled(runner)
        assert runner.hub.seq(conversation.pk) == 0
        viewer, watcher = await viewing(runner, conversation)
        await runner.respond(conversation.pk, "Hi")
        await watcher.until_closed()
    assert watcher.events[0]["seq"] == told["seq"] + 1


async def test_no_seq_is_told_that_cannot_be_stored(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = await asyncio.to_thread(make_conversation, owner)

    def refuse(*_: object, **__: object) -> int:
        raise OperationalError

    async with running() as runner:
        viewer, watcher = await viewing(runner, conversation)
        with monkeypatch.context() as away:
            away.setattr(PreparedUpdate, "__call__", refuse)
            with pytest.raises(CommandError):
                await runner.append_context(conversation.pk, "It rains.")
        await runner.append_context(conversation.pk, "It pours.")
        told = await watcher.until(lambda event: event["event_type"] == "playground.context")
        assert (told["seq"], len(watcher.events)) == (1, 1)
        await runner.detach(conversation.pk, viewer)
    assert (await Conversation.objects.aget()).last_seq == 1
