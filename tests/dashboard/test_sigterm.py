"""A supervisor stops the site in the middle of a turn. With real processes: the signal is theirs to handle."""

import asyncio
import os
import signal
from pathlib import Path
from time import monotonic

import pytest

from tests.browser.site import rows, serve_site
from tests.playground.served_api import new_conversation, prepared_key
from tests.playground.socket_client import sign_in, viewing

SUPERVISORS_S = 10.0
"""After this time supervisors send SIGKILL."""


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_a_stopped_server_tells_every_viewer_how_its_turn_ended_and_stores_it(
    server_processes: None, tmp_path: Path, server: str
) -> None:
    with serve_site(tmp_path, server=server, STOPPING_MS="300") as site:
        key, cookies = prepared_key(site), await asyncio.to_thread(sign_in, site)
        conversation = await asyncio.to_thread(
            new_conversation, site, key, "Mert the Storyteller", speech="realtime"
        )
        async with (
            viewing(site, conversation, cookies) as speaker,
            viewing(site, conversation, cookies) as listener,
        ):
            await listener.until("playground.snapshot")
            await speaker.send("conversation.respond", text="Tell me a story.")
            await listener.until("playground.delta")
            os.kill(site.process_id, signal.SIGTERM)
            stopped_s = monotonic()
            closed = await listener.until_closed()
            assert await speaker.until_closed() == closed
            with pytest.raises(OSError):
                async with viewing(site, conversation, cookies):
                    pass
    assert monotonic() - stopped_s < SUPERVISORS_S
    assert listener.events[-1]["event_type"] == "playground.turn.interrupted"
    notices = [each for each in listener.events if each["event_type"] == "playground.notice"]
    assert [notice["properties"]["kind"] for notice in notices] == ["stopping"]
    ((status, text),) = rows(tmp_path, "SELECT status, text FROM playground_turn")
    assert status == "interrupted"
    assert text == closed["text"] != ""
