"""Opaque ids with a prefix letter like Tavus': ``p…`` for personas, ``c…`` for conversations."""

import secrets


def new_id(prefix: str) -> str:
    """Return the prefix and 12 random hex digits."""
    return prefix + secrets.token_hex(6)


def new_persona_id() -> str:
    return new_id("p")


def new_conversation_id() -> str:
    return new_id("c")


def new_turn_id() -> str:
    return new_id("t")
