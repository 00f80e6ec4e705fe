"""The workers: who gets what when, in which order, and how often; over real sockets where that matters.

The clock is the test's: what has to wait for a day is due when the test moves it there.
"""

import asyncio
import threading
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from playground.callbacks import workers as workers_module
from playground.callbacks.delivery import deliver
from playground.callbacks.workers import OF_ONE_OWNER, CallbackWorkers
from playground.engine.callback_events import NotDelivered
from playground.engine.callback_schedule import ATTEMPTS, LONGEST_WAIT_S, OVERTAKEN_AFTER, Attempt
from playground.models import Callback, Conversation
from playground.storage.callback_keys import make_key
from playground.storage.conversation_edits import end_conversation
from playground.storage.due_callbacks import DueCallback
from playground.storage.sending_again import send_again
from tests.personas.making import CANARY, make_secret
from tests.playground.callbacks.outboxes import (
    JOINED,
    SHUTDOWN,
    TRANSCRIPT,
    Clock,
    Scripted,
    begun,
    deliver_all,
    ended,
    in_thread,
    only_row,
    rows_of,
    states,
    working,
)
from tests.playground.callbacks.receiver import HANGS, OK, Receiver, receiving, status
from tests.playground.rehearsals import running, watch
from tests.playground.scripted_llm import END, text

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("loopback_is_open", "callbacks_are_on"),
]

BUSY = status("500 Busy")


async def test_a_conversation_is_told_in_order_and_once(user: User) -> None:
    """W1."""
    async with receiving() as receiver, working(Clock()) as workers:
        conversation = await in_thread(ended, user, receiver.url)
        assert await deliver_all(workers) == 3
        assert await deliver_all(workers) == 0
    assert receiver.types() == [JOINED, SHUTDOWN, TRANSCRIPT]
    assert {state for _, state in await in_thread(states, [conversation])} == {"delivered"}


async def test_a_failed_one_is_sent_again_under_its_id_before_the_next(user: User) -> None:
    """W2: two failures, the waits between them, and nothing else of the conversation meanwhile."""
    clock = Clock()
    async with receiving(BUSY, BUSY, OK) as receiver, working(clock) as workers:
        await in_thread(ended, user, receiver.url)
        assert await deliver_all(workers) == 1
        clock.move(seconds=5)
        assert await deliver_all(workers) == 1
        clock.move(seconds=5)
        assert await deliver_all(workers) == 0
        clock.move(seconds=25)
        await deliver_all(workers)
    first, second, third, *_ = receiver.received
    assert first.webhook_id == second.webhook_id == third.webhook_id
    assert first.body == second.body == third.body
    assert int(first.headers["webhook-timestamp"]) < int(third.headers["webhook-timestamp"])
    assert receiver.types() == [JOINED] * 3 + [SHUTDOWN, TRANSCRIPT]


async def test_after_five_failures_it_is_overtaken_and_marked(user: User) -> None:
    deliver = Scripted(lambda callback: NotDelivered.REFUSED if b"replica_joined" in callback.body else 200)
    clock = Clock()
    async with working(clock, deliver) as workers:
        conversation = await in_thread(ended, user)
        for _attempt in range(OVERTAKEN_AFTER):
            assert await in_thread(states, [conversation]) == [
                (JOINED, "waiting"),
                (SHUTDOWN, "waiting"),
                (TRANSCRIPT, "waiting"),
            ]
            await deliver_all(workers)
            clock.move(days=1)
        joined, *others = await rows_of(conversation)
    assert (joined.is_overtaken, joined.state, joined.attempts) == (True, "waiting", OVERTAKEN_AFTER)
    assert [row.state for row in others] == ["delivered", "delivered"]


async def test_a_receiver_dead_for_days_is_given_up_and_sent_to_by_hand(user: User) -> None:
    """W5 and W10: every status has the same schedule, and a person may begin it anew."""
    answers: list[int | NotDelivered] = [NotDelivered.REFUSED]
    deliver, clock = Scripted(lambda _callback: answers[0]), Clock()
    async with working(clock, deliver) as workers:
        conversation = await in_thread(begun, user)
        for _attempt in range(ATTEMPTS + 3):
            await deliver_all(workers)
            clock.move(seconds=LONGEST_WAIT_S)
        row = await only_row(conversation)
        assert (row.state, row.attempts, len(deliver.delivered)) == ("failed", ATTEMPTS, ATTEMPTS)
        answers[0] = 200
        assert await in_thread(send_again, row.pk, timezone.now())
        assert await deliver_all(workers) == 1
    assert (await only_row(conversation)).state == "delivered"
    assert set(deliver.ids()) == {row.webhook_id}


async def test_a_410_ends_it_for_the_conversation(user: User) -> None:
    """W4: nothing that waits is sent, and nothing more is stored."""
    async with receiving(status("410 Gone")) as receiver, working(Clock()) as workers:
        conversation = await in_thread(begun, user, receiver.url)
        await deliver_all(workers)
        await in_thread(end_conversation, conversation.pk)
        await deliver_all(workers)
        other = await in_thread(begun, user, receiver.url)
        await in_thread(end_conversation, other.pk)
        await deliver_all(workers)
    assert [(row.state, row.problem) for row in await rows_of(conversation)] == [
        ("failed", NotDelivered.GONE)
    ]
    assert [(row.state, row.problem) for row in await rows_of(other)] == [("failed", NotDelivered.GONE)] * 3
    assert len(receiver.received) == 2


async def test_retry_after_is_waited_for(user: User) -> None:
    """W6."""
    clock = Clock()
    async with receiving(status("429 Slow", "Retry-After: 600"), OK) as receiver, working(clock) as workers:
        await in_thread(begun, user, receiver.url)
        await deliver_all(workers)
        clock.move(seconds=590)
        assert await deliver_all(workers) == 0
        clock.move(seconds=15)
        assert await deliver_all(workers) == 1
    assert len(receiver.taken) == 1


async def test_a_blocked_address_is_not_tried_again(user: User, settings: Any) -> None:
    """S13."""
    settings.OUTBOUND_PRIVATE_HOSTS = []
    clock = Clock()
    async with receiving() as receiver, working(clock) as workers:
        conversation = await in_thread(begun, user, receiver.url)
        await deliver_all(workers)
        clock.move(days=2)
        assert await deliver_all(workers) == 0
    row = await only_row(conversation)
    assert (row.state, row.problem, row.attempts, receiver.received) == ("failed", "blocked_address", 1, [])


async def test_of_an_answer_a_kibibyte_is_kept_without_secrets(user: User) -> None:
    """W11."""
    await in_thread(make_secret, "MY_TOKEN", value=CANARY)
    page = f"<html>\x00{CANARY} \x1b[31m".encode() + b"y" * 900 + CANARY.encode() + b"z" * 100_000
    async with receiving(status("500 Oops", body=page)) as receiver, working(Clock()) as workers:
        conversation = await in_thread(begun, user, receiver.url)
        key = await in_thread(make_key, user, f"http://127.0.0.1:{receiver.port}")
        receiver.answers = (status("500 Oops", body=page.replace(b"yyyy", key.written.encode(), 1)),)
        await deliver_all(workers)
    (answer,) = (await only_row(conversation)).answers
    assert (answer["status"], len(answer["text"])) == (500, 1_024)
    assert answer["text"].startswith("<html>[secret]")
    assert CANARY[:12] not in answer["text"]
    assert key.written[:12] not in answer["text"]


async def test_a_url_is_that_of_the_time_when_it_happened(user: User) -> None:
    """W13: an older delivery goes where its conversation said then."""
    deliver = Scripted()
    async with working(Clock(), deliver) as workers:
        conversation = await in_thread(begun, user, "https://first.example/")
        await Conversation.objects.filter(pk=conversation.pk).aupdate(callback_url="https://second.example/")
        await in_thread(end_conversation, conversation.pk)
        await deliver_all(workers)
    assert [callback.url for callback in deliver.delivered] == [
        "https://first.example/",
        "https://second.example/",
        "https://second.example/",
    ]


async def test_one_persons_receivers_keep_few_workers_waiting(user: User, other_user: User) -> None:
    """W14 and W7: however many wait, someone else's are sent at once."""
    async with receiving(HANGS) as dead, receiving() as alive, working(Clock()) as workers:
        for _conversation in range(OF_ONE_OWNER * 3):
            await in_thread(begun, user, dead.url)
        assert await workers.look() == OF_ONE_OWNER
        await in_thread(begun, other_user, alive.url)
        assert await workers.look() == 1
        await dead.until_hanging(OF_ONE_OWNER)
        await alive.until_taken(1)
        dead.is_back.set()
        await workers.until_idle()


async def test_they_look_by_themselves_until_they_are_stopped(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers_module, "LOOK_EVERY_S", 0.01)
    async with receiving() as receiver:
        workers = CallbackWorkers(now=Clock())
        await workers.start(is_only_process=True)
        conversation = await in_thread(ended, user, receiver.url)
        await receiver.until_taken(3)
        await workers.until_idle()
        await workers.stop()
    assert receiver.types() == [JOINED, SHUTDOWN, TRANSCRIPT]
    assert {state for _, state in await in_thread(states, [conversation])} == {"delivered"}


async def test_what_is_older_than_the_operator_keeps_is_deleted(user: User, settings: Any) -> None:
    settings.CALLBACKS_KEPT_DAYS = 3
    clock = Clock()
    async with working(clock, Scripted()) as workers:
        await in_thread(begun, user)
        await deliver_all(workers)
        waiting = await in_thread(begun, user)
        await workers._prune_sometimes()
        assert await Callback.objects.acount() == 2
        clock.move(days=4)
        await workers._prune_sometimes()
    assert [row.conversation_id async for row in Callback.objects.all()] == [waiting.pk]


async def test_a_turn_waits_for_no_callback(user: User) -> None:
    """W7: while receivers hang, and even the thread of the outbox does, someone talks and is answered."""
    hangs = threading.Event()
    async with (
        receiving(HANGS) as receiver,
        working(Clock()) as workers,
        running([text("Once."), END]) as runner,
    ):
        for _conversation in range(OF_ONE_OWNER * 2):
            await in_thread(ended, user, receiver.url)
        conversation = await in_thread(begun, user, receiver.url)
        await workers.look()
        await receiver.until_hanging(OF_ONE_OWNER)
        stuck = asyncio.create_task(workers._thread.do(hangs.wait, 20))
        watcher = watch(runner, conversation)
        await runner.respond(conversation.pk, "Tell me a story.")
        closed = await watcher.until_closed()
        await runner.end(conversation.pk)
        assert (closed["properties"]["text"], receiver.hanging, stuck.done()) == (
            "Once.",
            OF_ONE_OWNER,
            False,
        )
        hangs.set()
        await stuck
        receiver.is_back.set()
        await workers.until_idle()
    assert len(await rows_of(conversation)) == 3


@pytest.mark.slow  # three hundred deliveries, more than may be under way
async def test_100_conversations_and_a_receiver_that_comes_back(user: User) -> None:
    """Every callback arrives once it is back; one that was sent twice has the same id."""
    clock = Clock()
    owners = await in_thread(lambda: [user, *(User.objects.create_user(f"owner-{n}") for n in range(9))])
    async with receiving(HANGS) as receiver:

        async def impatient(callback: DueCallback, *, at: datetime) -> Attempt:
            return await deliver(callback, at=at, answer_s=0.02 if not receiver.is_back.is_set() else 5)

        async with working(clock, impatient) as workers:
            conversations = await in_thread(
                lambda: [ended(owner, receiver.url) for owner in owners for _ in range(10)]
            )
            await workers.look()
            await workers.until_idle()
            assert receiver.taken == []
            receiver.is_back.set()
            receiver.answers = (OK,)
            clock.move(seconds=10)
            await deliver_all(workers)
            assert {state for _, state in await in_thread(states, conversations)} == {"delivered"}
    assert len(set(receiver.taken)) == 300
    assert _orders_of(receiver) == {(JOINED, SHUTDOWN, TRANSCRIPT)}


def _orders_of(receiver: Receiver) -> set[tuple[str, ...]]:
    """Return in which orders conversations were told, each type's last time."""
    told: dict[str, dict[str, None]] = {}
    for received in receiver.received:
        of_conversation = told.setdefault(received.envelope["conversation_id"], {})
        of_conversation.pop(received.envelope["event_type"], None)
        of_conversation[received.envelope["event_type"]] = None
    return {tuple(types) for types in told.values()}
