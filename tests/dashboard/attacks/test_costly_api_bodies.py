"""Costly bodies sent to the served API are refused in time. On a served site: other clients mustn't wait."""

import pytest

from personas.api.limits import BODY_BYTES
from personas.formats.tolerant import MAX_VALUES
from tests.browser.site import Site
from tests.dashboard.attacks.attacking import Bystander, at_once, bystander, exchange, request
from tests.playground.served_api import answer, new_conversation

pytestmark = pytest.mark.quiet  # Measures how long others wait: tests beside it would be measured too.

AT_ONCE = 3
MERT = "Mert the Storyteller"
PERSONA = '{"system_prompt": "", "k": [%s]}'
PATCH = '[{"op": "add", "path": "/k", "value": [%s]}]'
TURN = '{"text": "", "k": [%s]}'
ROOM = 1024
"""For what a persona has besides."""


def send(site: Site, key: str, method: str, path: str, body: str) -> bytes:
    return exchange(site, request(method, path, body.encode(), b"x-api-key: " + key.encode()))


def sent_at_once(site: Site, key: str, method: str, path: str, body: str) -> tuple[list[bytes], Bystander]:
    """The answers, and who asked for /health/ meanwhile."""
    with bystander(site) as watching:
        answers = at_once(AT_ONCE, lambda: send(site, key, method, path, body))
    return answers, watching


@pytest.mark.parametrize("body", [PERSONA, PATCH], ids=["post", "patch"])
@pytest.mark.parametrize("item", ["1", "[]"])
def test_a_mebibyte_of_values_stops_nobody(site: Site, key: str, body: str, item: str) -> None:
    """A body cost the process up to 2.8 s of its processor time before it was read elsewhere."""
    path = "/v2/personas"
    if body is PATCH:
        path += "/" + answer(site, key, "POST", path, PERSONA % "")["persona_id"]
    items = ",".join([item] * ((BODY_BYTES - ROOM) // (len(item) + 1)))
    answers, watching = sent_at_once(site, key, "POST" if body is PERSONA else "PATCH", path, body % items)
    assert [response.split(b" ", 2)[1] for response in answers] == [b"400"] * AT_ONCE
    watching.assert_served_in_time()


@pytest.mark.parametrize("path", ["/v2/conversations", "/v2/greenroom/conversations/{}/respond"])
def test_a_mebibyte_of_values_for_a_conversation_stops_nobody(site: Site, key: str, path: str) -> None:
    """That for a turn was read on the event loop."""
    path = path.format(new_conversation(site, key, MERT))
    items = ",".join(["[]"] * ((BODY_BYTES - ROOM) // len("[],")))
    answers, watching = sent_at_once(site, key, "POST", path, TURN % items)
    assert [response.split(b" ", 2)[1] for response in answers] == [b"400"] * AT_ONCE
    watching.assert_served_in_time()


def test_as_many_values_as_are_taken_stop_nobody(site: Site, key: str) -> None:
    items = ",".join(["[]"] * (MAX_VALUES - 3))
    answers, watching = sent_at_once(site, key, "POST", "/v2/personas", PERSONA % items)
    assert [response.split(b" ", 2)[1] for response in answers] == [b"200"] * AT_ONCE
    watching.assert_served_in_time()
