"""Turns whose lease has run out: another process closes them, and an owner that lives has the last word."""

import asyncio
from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.utils import timezone

from playground.models import Completion, Conversation, Turn
from playground.storage.leases import close_orphaned_turns
from tests.playground.rehearsals import make_conversation
from tests.playground.scripted_llm import Step, text
from tests.playground.two_processes import two_processes, watch

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

STORY: list[Step] = [text(f"Sentence number {n} is said. ") for n in range(200)]


@pytest.fixture
def conversation(transactional_db: None, admin_user: User) -> Conversation:
    return make_conversation(admin_user)


@pytest.fixture
def no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.storage.leases.HEARTBEAT_S", 3_600)


def close_as_orphan(turn_id: str) -> None:
    """What another process does once the lease has run out; half of the text had been stored by then."""
    long_ago = timezone.now() - timedelta(minutes=1)
    Turn.objects.filter(pk=turn_id).update(lease_until=long_ago, text="Sentence number 0 is said. ")
    close_orphaned_turns()
    assert Turn.objects.get(pk=turn_id).status == "interrupted"


async def test_the_end_of_an_owner_that_lives_wins_over_the_closing_of_its_turn_as_an_orphan(
    conversation: Conversation, no_heartbeat: None
) -> None:
    script = [*STORY, 0.3, text("The last word. "), 60.0]
    async with two_processes([script], []) as (one, other):
        here, elsewhere = await watch(one, conversation), await watch(other, conversation)
        turn_id = await one.respond(conversation.pk, "Hi")
        await elsewhere.until(lambda event: event["event_type"] == "playground.sentence")
        await database_sync_to_async(close_as_orphan)(turn_id)
        await here.until(lambda event: "The last word" in event["properties"].get("text", ""))
        await one.interrupt(conversation.pk)
        closed, told = await asyncio.gather(here.until_closed(), elsewhere.until_closed())
    turn = await Turn.objects.aget(pk=turn_id)
    whole = "".join(f"Sentence number {n} is said. " for n in range(200)) + "The last word. "
    assert closed["properties"] == told["properties"]
    assert (turn.text, turn.status, turn.error) == (whole, "interrupted", None)
    assert turn.timings == closed["properties"]["timings_ms"]
    assert len(turn.timeline["sentences"]) >= 200
    assert await Completion.objects.filter(turn=turn).acount() == 1
