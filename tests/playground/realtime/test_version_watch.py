"""Viewers are told once that the persona was saved since; those that come later, by their snapshot."""

from collections.abc import Callable

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User

from personas.models import Persona
from personas.saving import save_persona
from playground.models import Conversation
from playground.realtime import version_watch
from playground.realtime.snapshot_sender import SnapshotSender
from playground.realtime.version_watch import VersionWatch
from playground.storage.start_conversation import ConversationOptions, start_conversation
from tests.personas.making import make_persona
from tests.playground.rehearsals import running, watch

pytestmark = pytest.mark.django_db(transaction=True)

Save = Callable[[], object]


@pytest.fixture
def stored(transactional_db: None, admin_user: User) -> Conversation:
    persona = make_persona()
    save_persona(persona, by=None)
    return start_conversation(persona, ConversationOptions(), owner=admin_user)


async def save_again() -> None:
    await database_sync_to_async(lambda: save_persona(Persona.objects.get(), by=None))()


async def test_an_open_page_is_told_once_of_each_newer_version(stored: Conversation) -> None:
    async with running() as runner:
        viewer, versions = watch(runner, stored), VersionWatch(runner.hub)
        for _ in range(2):
            await versions.look()
            await save_again()
            await versions.look()
            await versions.look()
        runner.hub.notify(stored.pk, {"event_type": "the end"})
        await viewer.until(lambda event: event["event_type"] == "the end")
    told = [event["properties"]["message"] for event in viewer.events[:-1]]
    assert ["Version 2 " in told[0], "Version 3 " in told[1], len(told)] == [True, True, 2]


async def test_the_watch_looks_while_there_is_a_viewer_and_ends_with_the_last(
    stored: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version_watch, "LOOK_EVERY_S", 0.01)
    await save_again()
    async with running() as runner:
        viewers = [await runner.attach(stored.pk) for _ in range(2)]
        (event,) = await viewers[1].take()
        for viewer in viewers:
            await runner.detach(stored.pk, viewer)
        assert runner._versions._watching is None
    assert event["properties"]["kind"] == "newer_version"


async def test_a_page_that_loads_later_has_it_in_its_snapshot(stored: Conversation) -> None:
    await save_again()
    async with running() as runner:
        viewer = await runner.attach(stored.pk)
        shown = SnapshotSender(runner, stored.pk, viewer, on_failure=viewer.until_taken)
        await shown.show()
        (snapshot,) = await viewer.take()
        await shown.stop()
        await runner.detach(stored.pk, viewer)
    (notice,) = snapshot["properties"]["notices"]
    assert (notice["kind"], notice["is_on"]) == ("newer_version", True)
