"""What is told of one conversation in two processes: the same events, each with a ``seq`` that no other has."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from playground.engine.json_types import Json
from playground.engine.persona import InterruptHistory
from playground.models import Conversation
from playground.realtime.hub import Viewer
from tests.playground.rehearsals import make_conversation
from tests.playground.scripted_llm import DONE, END, TOOL_CALLS, Step, call, text
from tests.playground.two_processes import assert_gapless, opened, two_processes

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

ANSWER: list[Step] = [text("Hello."), END]
CALLING: list[Step] = [call(0, id="call_1", name="look", arguments="{}"), TOOL_CALLS, DONE]
ENDLESS: list[Step] = [text("Once upon a time. "), 60.0]


@pytest.fixture
def conversation(transactional_db: None, admin_user: User) -> Conversation:
    return make_conversation(admin_user)


async def test_contexts_reach_the_viewers_of_every_process(conversation: Conversation) -> None:
    async with two_processes([], []) as (one, other):
        here, elsewhere = await opened(one, conversation), await opened(other, conversation)
        for number in range(14):
            await (one, other)[number % 2].append_context(conversation.pk, str(number))
        whole = "\n\n".join(map(str, range(14)))
        for page in (here, elsewhere):
            told = await page.watcher.until(
                lambda event: event["properties"].get("conversational_context") == whole
            )
            assert told["seq"] == 14
        assert_gapless(here, elsewhere)
        assert here.watcher.events[1:] == elsewhere.watcher.events[1:]
        await here.close()
        await elsewhere.close()


async def test_a_turn_after_contexts_and_a_reload_elsewhere_is_told_without_a_gap(
    conversation: Conversation,
) -> None:
    async with two_processes([ANSWER], [ANSWER]) as (one, other):
        here, elsewhere = await opened(one, conversation), await opened(other, conversation)
        for number in range(14):
            await one.append_context(conversation.pk, str(number))
        await here.close()
        here = await opened(one, conversation)
        for runner in (other, one):
            await runner.respond(conversation.pk, "Hi")
            for page in (here, elsewhere):
                await page.watcher.until_closed()
        assert_gapless(here, elsewhere)
        assert here.seqs[-1] == elsewhere.seqs[-1]
        await here.close()
        await elsewhere.close()
    assert (await Conversation.objects.aget()).last_seq == here.seqs[-1]


async def test_a_context_at_one_process_during_a_turn_of_the_other_has_its_seq_from_the_owner(
    conversation: Conversation,
) -> None:
    async with two_processes([ENDLESS], []) as (one, other):
        here, elsewhere = await opened(one, conversation), await opened(other, conversation)
        await one.respond(conversation.pk, "Hi")
        await elsewhere.until("playground.sentence")
        await other.append_context(conversation.pk, "It rains.")
        told = await elsewhere.until("playground.context"), await here.until("playground.context")
        assert told[0] == told[1]
        await other.interrupt(conversation.pk)
        for page in (here, elsewhere):
            await page.watcher.until_closed()
        assert_gapless(here, elsewhere)
        await here.close()
        await elsewhere.close()
    assert (await Conversation.objects.aget()).last_seq == here.seqs[-1]


async def test_a_waiting_interrupt_and_a_chosen_policy_reach_the_viewers_of_every_process(
    conversation: Conversation,
) -> None:
    async with two_processes([ENDLESS], []) as (one, other):
        here, elsewhere = await opened(one, conversation), await opened(other, conversation)
        await one.respond(conversation.pk, "Hi")
        await elsewhere.until("playground.sentence")
        await other.interrupt(conversation.pk, at_offset=60)
        for page in (here, elsewhere):
            await page.until("playground.interrupt_waits", at_offset=60)
        late = await opened(other, conversation)
        shown = late.watcher.events[0]["properties"]["turns"][-1]
        assert (shown["status"], shown["cut_waits"]) == ("streaming", 60)
        await other.withdraw_interrupt(conversation.pk)
        await other.choose_interrupt_history(conversation.pk, InterruptHistory.MARKED)
        for page in (here, elsewhere, late):
            await page.until("playground.interrupt_waits", at_offset=None)
            await page.until("playground.interrupt_history", interrupt_history="marked")
        await other.interrupt(conversation.pk)
        for page in (here, elsewhere, late):
            await page.watcher.until_closed()
        assert_gapless(here, elsewhere, late)
        for page in (here, elsewhere, late):
            await page.close()


async def test_a_tool_result_and_the_end_reach_the_viewers_of_every_process(
    conversation: Conversation,
) -> None:
    async with two_processes([CALLING], [ENDLESS]) as (one, other):
        here, elsewhere = await opened(one, conversation), await opened(other, conversation)
        await one.respond(conversation.pk, "Look")
        for page in (here, elsewhere):
            await page.watcher.until_closed()
        await other.tool_result(conversation.pk, "call_1", "A wolf", "success")
        for page in (here, elsewhere):
            told = await page.until("playground.tool_result")
            assert told["properties"]["output"] == "A wolf"
            await page.until("playground.sentence")
        await one.end(conversation.pk)
        for page in (here, elsewhere):
            await page.until("playground.ended")
        assert_gapless(here, elsewhere)
        await here.close()
        await elsewhere.close()


def event(seq: int, **properties: Any) -> Json:
    return {"event_type": "playground.note", "inference_id": "i", "seq": seq, "properties": properties}


def snapshot(seq: int) -> Json:
    return {"event_type": "playground.snapshot", "seq": seq, "properties": {"seq": seq}}


class TestOrder:
    """A viewer with snapshots gets events in the order of their ``seq``, however they come."""

    def viewer(self) -> tuple[Viewer, list[str]]:
        viewer, asked = Viewer(), []
        viewer.follow(lambda: asked.append("a snapshot"))
        viewer.begin_snapshot()
        return viewer, asked

    async def seqs(self, viewer: Viewer) -> list[int]:
        return [each["seq"] for each in await viewer.take()]

    async def test_one_that_comes_too_early_waits_for_those_before_it(self) -> None:
        viewer, asked = self.viewer()
        viewer.show(snapshot(4))
        for seq in (5, 7, 8, 6):
            viewer.put(event(seq))
        assert await self.seqs(viewer) == [4, 5, 6, 7, 8]
        assert (set(asked), viewer.is_behind) == ({"a snapshot"}, False)

    async def test_those_that_come_while_a_snapshot_is_read_follow_it(self) -> None:
        viewer, asked = self.viewer()
        for seq in (3, 4, 5, 6):
            viewer.put(event(seq))
        viewer.show(snapshot(4))
        assert await self.seqs(viewer) == [4, 5, 6]
        assert not asked

    async def test_a_snapshot_that_has_the_missing_ones_lets_the_others_follow(self) -> None:
        viewer, _ = self.viewer()
        viewer.show(snapshot(4))
        viewer.put(event(7))
        assert viewer.is_behind
        viewer.begin_snapshot()
        viewer.show(snapshot(6))
        assert await self.seqs(viewer) == [6, 7]
        assert not viewer.is_behind

    async def test_missing_ones_that_no_snapshot_has_are_given_up(self) -> None:
        viewer, _ = self.viewer()
        viewer.show(snapshot(4))
        viewer.put(event(7))
        viewer.put(event(9))
        viewer.give_up_missing()
        viewer.put(event(10))
        assert await self.seqs(viewer) == [4, 7, 9, 10]

    async def test_one_that_came_already_is_told_once(self) -> None:
        viewer, _ = self.viewer()
        viewer.show(snapshot(4))
        for seq in (5, 5, 4, 6):
            viewer.put(event(seq))
        assert await self.seqs(viewer) == [4, 5, 6]

    async def test_the_database_knows_less_than_a_killed_owner_had_told(self) -> None:
        viewer, asked = self.viewer()
        viewer.show(snapshot(4))
        for seq in (5, 6, 7):
            viewer.put(event(seq))
        viewer.restart([event(6, closes=True)])
        assert (asked, viewer.is_behind) == (["a snapshot"], True)
        viewer.begin_snapshot()
        viewer.show(snapshot(6))
        viewer.put(event(7))
        assert await self.seqs(viewer) == [6, 7]

    async def test_the_newest_that_others_told_did_not_come(self) -> None:
        viewer, asked = self.viewer()
        viewer.show(snapshot(4))
        viewer.expect(4)
        assert (asked, viewer.is_behind) == ([], False)
        viewer.expect(6)
        assert (asked, viewer.is_behind) == (["a snapshot"], True)
        viewer.put(event(5))
        viewer.put(event(6))
        assert not viewer.is_behind
        viewer.expect(9)
        viewer.give_up_missing()
        assert not viewer.is_behind

    async def test_the_newest_that_was_told_before_the_snapshot_is_not_in_it(self) -> None:
        viewer, asked = self.viewer()
        viewer.expect(6)
        assert asked == []
        viewer.show(snapshot(4))
        assert (asked, viewer.is_behind) == (["a snapshot"], True)

    async def test_a_snapshot_that_is_wanted_stays_wanted_when_missing_events_are_given_up(self) -> None:
        viewer, _ = self.viewer()
        viewer.show(snapshot(4))
        viewer.want_snapshot()
        viewer.give_up_missing()
        assert viewer.is_behind

    async def test_an_error_that_waits_outlives_a_snapshot(self) -> None:
        viewer, _ = self.viewer()
        viewer.show(snapshot(4))
        viewer.tell(event(4) | {"event_type": "playground.error"})
        for seq in range(5, 100):
            viewer.put(event(seq))
        viewer.show(snapshot(99))
        told = [(each["event_type"], each["seq"]) for each in await viewer.take()]
        assert told == [("playground.snapshot", 99), ("playground.error", 99)]
