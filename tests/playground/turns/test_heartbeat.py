"""Interrupts that another process left in the rows, which the heartbeat carries out."""

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User

from playground.models import Conversation
from playground.storage import leases
from tests.playground.rehearsals import DOCUMENT, make_conversation, running, watch
from tests.playground.scripted_llm import Step, text

pytestmark = pytest.mark.django_db(transaction=True)

ENDLESS: list[Step] = [text("Once upon a time. "), 60.0]
NEVER_CUT = DOCUMENT | {"barge_in": {"bargeIn": "disabled"}}


@pytest.fixture(autouse=True)
def quick_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.storage.leases.HEARTBEAT_S", 0.05)


@pytest.fixture
def conversation(transactional_db: None, admin_user: User) -> Conversation:
    return make_conversation(admin_user)


@pytest.fixture
def never_cut(transactional_db: None, admin_user: User) -> Conversation:
    """Of a persona that no caller can interrupt."""
    return make_conversation(admin_user, NEVER_CUT)


async def ask(conversation: Conversation, *, is_final: bool = False) -> None:
    await database_sync_to_async(leases.request_interrupt)(is_final=is_final, conversation_id=conversation.pk)


async def test_an_interrupt_that_the_persona_forbids_keeps_no_other_back(
    conversation: Conversation, never_cut: Conversation
) -> None:
    async with running(ENDLESS, ENDLESS) as runner:
        watcher = watch(runner, conversation)
        await runner.respond(never_cut.pk, "Hi")
        await runner.respond(conversation.pk, "Hi")
        await ask(never_cut)
        await ask(conversation)
        closed = await watcher.until_closed()
        assert runner.live_state(never_cut.pk) is not None
    assert closed["event_type"] == "playground.turn.interrupted"


@pytest.mark.parametrize("is_asked_again", [False, True])
async def test_a_final_interrupt_stops_the_turn_whatever_the_persona_says(
    never_cut: Conversation, is_asked_again: bool
) -> None:
    async with running(ENDLESS) as runner:
        watcher = watch(runner, never_cut)
        await runner.respond(never_cut.pk, "Hi")
        await ask(never_cut, is_final=True)
        if is_asked_again:
            await ask(never_cut)
        closed = await watcher.until_closed()
    assert closed["event_type"] == "playground.turn.interrupted"
