"""What tests of the playground share: a stage, and an LLM server in another process."""

from tests.llm_server.fixture import (
    every_connection_has_an_end,
    llm_server,
    llm_server_process,
    loopback_is_open,
    outgoing_is_closed,
    tests_authority_is_trusted,
)
from tests.playground.front_door import door, front_door, listener
from tests.playground.own_sockets import alice, conversation, cookie, key
from tests.playground.stage import stage

__all__ = [
    "alice",
    "conversation",
    "cookie",
    "door",
    "every_connection_has_an_end",
    "front_door",
    "key",
    "listener",
    "llm_server",
    "llm_server_process",
    "loopback_is_open",
    "outgoing_is_closed",
    "stage",
    "tests_authority_is_trusted",
]
