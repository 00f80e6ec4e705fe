"""Whether a document's persona has a script's handler asked about interrupts (Just AI, ``bargeInIf``)."""

from typing import Any

import pytest

from playground.engine.persona_document import read_persona


@pytest.mark.parametrize(
    ("barge_in", "is_asked"),
    [
        ({}, False),
        ({"bargeInReply": {}}, False),
        ({"bargeInReply": {"bargeInIntent": {"type": "intent"}}}, True),
        ({"bargeInReply": {"$expression": "$response.replies[0].bargeInReply"}}, True),
        ({"bargeInReply": {"bargeInIntent": {"type": "ignoreBargeIn"}}}, False),
        ({"bargeIn": "disabled", "bargeInReply": {"bargeInIntent": {"type": "intent"}}}, False),
    ],
)
def test_the_handler_is_asked_where_the_reply_has_a_condition(
    barge_in: dict[str, Any], is_asked: bool
) -> None:
    document = {"persona_name": "Ada", "llm": {"platform": "jaicp"}, "barge_in": barge_in}
    assert read_persona("p1", document).barge_in.asks_handler is is_asked
