"""A backup made while a turn is open, restored elsewhere: the secrets decrypt, and the conversation goes on there.

Over served sites: one writes while it is copied, the other continues from the copy.
"""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.data_lock import DataInUseError, alone
from tests.browser.site import ROOT, STARTING_S, Site, environment, rows, run_site
from tests.playground.served_api import answer, new_conversation
from tests.playground.socket_client import sign_in, viewing

MERT = "Mert the Storyteller"
FIRST, THIRD = "Tell me about a lighthouse.", "What happened next?"
SECOND = "A word and another one. " * 1_000
"""Is spoken for twenty minutes: the turn is open however long the machine takes for a backup."""
IN_REAL_TIME = (
    """UPDATE playground_conversation SET properties = '{"simulated_speech": "realtime"}' WHERE id = ?"""
)
TURNS = "SELECT status, text <> '' FROM playground_turn WHERE conversation_id = ? ORDER BY position"
HEARD = "SELECT heard_text FROM playground_turn WHERE conversation_id = ? AND position = 1"


async def test_a_conversation_goes_on_from_a_backup_that_was_made_in_the_middle_of_a_turn(
    served_site: Site, key: str, cookies: str, tmp_path: Path
) -> None:
    backup, keys, target = str(tmp_path / "backup.tar.gz"), str(tmp_path / "keys.env"), tmp_path / "target"
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT)
    async with viewing(served_site, conversation, cookies) as client:
        await client.send("conversation.respond", text=FIRST)
        first = await client.until_closed()
        # The next turn is open for as long as it is heard.
        rows(served_site.data, IN_REAL_TIME, conversation)
        await client.send("conversation.echo", text=SECOND)
        await client.until("playground.delta")
        await asyncio.to_thread(served_site.manage, "backup", backup, "--keys", keys)
        assert rows(served_site.data, TURNS, conversation)[1] == ("pending", 1)

    with pytest.raises(DataInUseError), alone(served_site.data):
        pass  # No restore can begin.
    await asyncio.to_thread(answer, served_site, key, "POST", f"/v2/conversations/{conversation}/end")
    restored = await asyncio.to_thread(restore, target, backup, "--keys", keys)
    assert restored.returncode == 0, restored.stderr
    assert "1 turn went on while the backup was made" in restored.stdout
    assert "can't be decrypted" not in restored.stdout

    with run_site(target, "--debug") as site:
        async with viewing(site, conversation, await asyncio.to_thread(sign_in, site)) as client:
            await client.until("playground.snapshot")
            await client.send("conversation.respond", text=THIRD)
            sent = (await client.until("playground.request"))["request"]["body"]["messages"]
            await client.until("playground.delta")
            assert "All of it holds." in await asyncio.to_thread(site.manage, "verify")
    assert rows(target, TURNS, conversation)[1] == ("interrupted", 1)
    history = [(message["role"], message["content"]) for message in sent[1:]]
    ((heard,),) = rows(target, HEARD, conversation)
    told = [("assistant", heard)] if heard else []
    assert SECOND.startswith(str(heard))
    assert history == [("user", FIRST), ("assistant", first["text"]), *told, ("user", THIRD)]


def restore(data: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    data.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "manage.py", "restore", *arguments],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=STARTING_S,
        check=False,
    )
