"""What a process can't do at the moment is told to all its viewers, once, and to those that come meanwhile."""

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User

from playground.engine.json_types import Json
from playground.realtime.hub import Hub, Viewer
from playground.realtime.notices import Kind, Notices
from playground.realtime.snapshot_sender import SnapshotSender
from tests.playground.rehearsals import make_conversation, running


async def told(viewer: Viewer) -> list[tuple[str, str, bool]]:
    """Return (the conversation, the kind, whether it is on) of each notice."""
    return [_of(event) for event in await viewer.take()]


def _of(event: Json) -> tuple[str, str, bool]:
    assert event["event_type"] == "playground.notice"
    assert event["properties"]["message"]
    return event["conversation_id"], event["properties"]["kind"], event["properties"]["is_on"]


async def test_the_viewers_of_every_conversation_are_told_once_that_it_began_and_that_it_ended() -> None:
    hub = Hub()
    viewers = {name: hub.attach(name) for name in ("c1", "c2")}
    notices = Notices(hub)
    for change in (notices.begin, notices.begin, notices.end, notices.end):
        change(Kind.FOLLOWERS_LOST)
    for name, viewer in viewers.items():
        assert await told(viewer) == [(name, "followers_lost", True), (name, "followers_lost", False)]


@pytest.mark.django_db(transaction=True)
async def test_a_viewer_that_comes_meanwhile_is_told_by_its_snapshot(admin_user: User) -> None:
    stored = await database_sync_to_async(make_conversation)(admin_user)
    async with running() as runner:
        for kind in (Kind.FOLLOWERS_LOST, Kind.NOT_STORED):
            runner.notices.begin(kind)
        runner.notices.end(Kind.FOLLOWERS_LOST)
        viewer = await runner.attach(stored.pk)
        shown = SnapshotSender(runner, stored.pk, viewer, on_failure=viewer.until_taken)
        await shown.show()
        (snapshot,) = await viewer.take()
        await shown.stop()
        await runner.detach(stored.pk, viewer)
    (on,) = snapshot["properties"]["notices"]
    assert (on["kind"], on["is_on"]) == ("not_stored", True)
