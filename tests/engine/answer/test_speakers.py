"""Deltas of roles other than the assistant's are left out, and nothing else."""

import pytest

from tests.engine.answer.streams import chunk, decode, stream

WAIT = chunk(role="assistant", content="Let me look. ")
REST = chunk(content="It is fine.")
STOP = chunk("stop")
SAID = "Let me look. It is fine."


def tool(content: str, **parts: str) -> dict[str, object]:
    return chunk(None, role="tool", content=content, **parts)


@pytest.mark.parametrize(
    "deltas",
    [
        [tool('{"degrees": 21}', tool_call_id="a")],
        [tool("21 degrees")],
        [tool('{"degr'), chunk(content='ees"'), chunk(content=": 21}")],
        [tool(""), chunk(content='{"degrees": 21}')],
        [tool('{"degrees": 21}'), tool('{"wind": 3}')],
        [chunk(role="Function", content="21")],
        [chunk(role="system", content="Be brief.")],
        [chunk(role="user", content="What is the weather?")],
        [tool("21", reasoning="hm")],
    ],
)
@pytest.mark.parametrize(
    "rest", [REST, chunk(role="assistant", content="It is fine.")], ids=["no role", "its role"]
)
def test_text_of_another_role_is_left_out_and_later_text_is_kept(
    deltas: list[dict[str, object]], rest: dict[str, object]
) -> None:
    decoded = decode(stream(WAIT, *deltas, rest, STOP))

    assert (decoded.text, decoded.reasoning, decoded.code) == (SAID, "", "")
    assert len(decoded.notes) == 1 and "not the assistant's text" in decoded.notes[0]


@pytest.mark.parametrize(
    "role", ["assistant", "ASSISTANT", "model", "chatbot", "AIMessageChunk", "agent", None, "", 7]
)
def test_the_assistant_by_any_name_is_heard(role: object) -> None:
    decoded = decode(stream(chunk(role=role, content="Let me look. "), REST, STOP))

    assert (decoded.text, decoded.notes) == (SAID, [])


@pytest.mark.parametrize("role", ["system", "user", "developer"])
def test_an_answer_that_opens_under_a_wrong_name_is_heard(role: str) -> None:
    decoded = decode(stream(chunk(role=role, content=""), chunk(content="Let me look. "), REST, STOP))

    assert (decoded.text, decoded.notes) == (SAID, [])


def test_a_role_that_is_a_secret_is_shown_nowhere() -> None:
    secret = "sk-CANARY-0123456789-and-more-than-32-characters"
    decoded = decode(stream(WAIT, chunk(role=secret, content="Hi."), STOP), secrets=[secret])

    assert "canary" not in repr(decoded.pieces).lower()


def test_a_role_without_text_is_nothing_to_note() -> None:
    assert decode(stream(WAIT, tool("", tool_call_id="a"), chunk(role="assistant"), REST, STOP)).notes == []


def test_a_secret_that_a_tools_result_cuts_in_two_is_kept_nowhere() -> None:
    secret = "sk-canary-0123456789"
    decoded = decode(
        stream(WAIT, tool(f'{{"key": "{secret[:9]}'), chunk(content=f'{secret[9:]}"}}'), STOP),
        secrets=[secret],
    )

    assert not any(secret[:9] in payload or secret[9:] in payload for payload in decoded.payloads)
