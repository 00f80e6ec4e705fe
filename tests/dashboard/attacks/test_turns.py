"""Many turns of one key at once are refused beyond their limit, and keep nobody waiting."""

import json
import threading
import time
import urllib.error
from collections import Counter
from statistics import median

import pytest

from playground.engine.turn_limits import DEFAULT_OPEN_TURNS
from tests.browser.site import Site, rows
from tests.dashboard.attacks.attacking import bystander
from tests.playground.served_api import answer, ask, persona_id, start_conversation

pytestmark = pytest.mark.quiet  # Measures how long others wait: tests beside it would be measured too.

MERT = "Mert the Storyteller"
TURNS = 150
OTHERS_TURNS = 12
OTHERS_DELAY_MS = 250
"""How much later than without the attack the median turn of someone else may begin."""


def test_150_turns_of_one_key_at_once_stop_nobody(site: Site, key: str, bobs: str) -> None:
    """/health/ took 17.9 s (by sockets; 1,399 ms over HTTP) before open turns were bounded.

    The median turn of someone else begins about as soon as without the attack.
    """
    mert = persona_id(site, key, MERT)
    conversations = copies(site, start_conversation(site, key, mert, speech="realtime"), TURNS)
    before_ms = median(turns_ms(site, bobs))
    statuses: dict[str, int] = {}

    def begin(conversation: str) -> None:
        statuses[conversation] = begin_turn(site, key, conversation)

    threads = [threading.Thread(target=begin, args=[conversation]) for conversation in conversations]
    with bystander(site) as watching:
        for thread in threads:
            thread.start()
        during_ms = median(turns_ms(site, bobs))
        for thread in threads:
            thread.join()
    assert Counter(statuses.values()) == {
        200: DEFAULT_OPEN_TURNS.of_key,
        409: TURNS - DEFAULT_OPEN_TURNS.of_key,
    }
    for conversation in [begun for begun, status in statuses.items() if status == 200]:
        answer(site, key, "POST", f"/v2/conversations/{conversation}/end")
    assert during_ms <= max(2 * before_ms, before_ms + OTHERS_DELAY_MS)
    watching.assert_served_in_time()


def copies(site: Site, conversation: str, count: int) -> list[str]:
    """Store so many copies of the conversation, which has no turn yet; their ids."""
    ids = [f"c{number:012x}" for number in range(count)]
    named = rows(
        site.data, "SELECT name FROM pragma_table_info('playground_conversation') WHERE name <> 'id'"
    )
    columns = ", ".join(str(name) for (name,) in named)
    copy = (
        f"INSERT INTO playground_conversation (id, {columns}) SELECT value, {columns} "
        "FROM playground_conversation, (SELECT value FROM json_each(?)) WHERE id = ?"
    )
    rows(site.data, copy, json.dumps(ids), conversation)
    return ids


def begin_turn(site: Site, key: str, conversation: str) -> int:
    """The status; the client leaves with the first event, and the turn goes on."""
    path = f"/v2/greenroom/conversations/{conversation}/respond"
    try:
        with ask(site, key, "POST", path, '{"text": "Tell me a story."}') as answer:
            answer.readline()
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def turns_ms(site: Site, key: str) -> list[float]:
    """How long the first event of each of a client's turns takes, one turn after the other."""
    mert = persona_id(site, key, MERT)
    waits = []
    for _ in range(OTHERS_TURNS):
        conversation = start_conversation(site, key, mert, speech="realtime")
        began = time.perf_counter()
        assert begin_turn(site, key, conversation) == 200
        waits.append((time.perf_counter() - began) * 1000)
        answer(site, key, "POST", f"/v2/conversations/{conversation}/end")
    return waits
