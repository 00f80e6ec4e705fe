"""The rules for a request's messages, and that built histories obey them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.engine.events import ToolCall, TurnKind, TurnStatus
from playground.engine.history import PastTurn, build_history
from playground.engine.message_rules import broken_rule
from playground.engine.persona import HistoryMode, InterruptHistory, LLMSettings, PersonaSettings
from playground.engine.platforms.registry import platform_named, platforms

Message = dict[str, Any]

USER: Message = {"role": "user", "content": "Hi"}
SAID: Message = {"role": "assistant", "content": "Hello."}


def calling(*ids: str) -> Message:
    calls = [
        {"id": call_id, "type": "function", "function": {"name": "look", "arguments": "{}"}}
        for call_id in ids
    ]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def result(call_id: str) -> Message:
    return {"role": "tool", "tool_call_id": call_id, "content": "{}"}


@pytest.mark.parametrize(
    "messages",
    [
        [USER],
        [{"role": "system", "content": "Be kind."}, USER, SAID, USER],
        [USER, calling("a", "b"), result("b"), result("a"), SAID],
        [USER, calling("a"), result("a"), calling("a"), result("a")],
        [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
        [{"role": "user", "content": ""}],
    ],
)
def test_valid_messages_may_be_sent(messages: list[Message]) -> None:
    assert broken_rule(messages) is None


@pytest.mark.parametrize(
    ("messages", "start"),
    [
        ([], "There is no message"),
        ([{"role": "bot", "content": "Hi"}], "Message 1 has no role"),
        ([USER, {"role": "user"}], "Message 2 has no content"),
        ([USER, {"role": "assistant", "content": None}], "Message 2 is an assistant message with neither"),
        ([USER, {**SAID, "tool_calls": []}], "Message 2 has tool_calls that are no list"),
        ([USER, result("a")], "Message 2 is the result of a call that"),
        ([USER, calling("a"), result("a"), result("a")], "Message 4 is the result of a call that"),
        ([USER, calling("a"), USER], "Message 3 comes before the result of the call a"),
        ([USER, calling("a", "b"), result("a")], "The call b has no result"),
        ([USER, calling("a", "a"), result("a")], "Message 2 makes two calls with the same id"),
        ([USER, calling(""), result("")], "Message 2 makes a call without an id"),
        ([USER, {**SAID, "tool_calls": [{"id": "a"}]}], "Message 2 makes a call without a function name"),
        ([USER, calling("a"), {"role": "tool", "tool_call_id": "a"}], "Message 3 is a tool result without"),
    ],
)
def test_a_broken_rule_is_named_with_its_message(messages: list[Message], start: str) -> None:
    problem = broken_rule(messages)
    assert problem is not None
    assert problem.startswith(start)


CALLS = st.lists(
    st.builds(ToolCall, st.sampled_from("abc"), st.just("look"), st.sampled_from(["{}", "", "{"])),
    max_size=3,
    unique_by=lambda call: call.id,
)
TURNS = st.builds(
    PastTurn,
    st.sampled_from(TurnKind),
    st.sampled_from([TurnStatus.COMPLETED, TurnStatus.INTERRUPTED, TurnStatus.FAILED]),
    st.sampled_from(["", "Go on."]),
    st.sampled_from(["", "Once upon a time."]),
    st.sampled_from(["", "Once upon"]),
    CALLS.map(tuple),
    st.dictionaries(st.sampled_from("abc"), st.just("{}"), max_size=3),
)


@given(
    st.lists(TURNS, max_size=6),
    st.sampled_from([each.name for each in platforms()]),
    st.sampled_from(HistoryMode),
    st.sampled_from(InterruptHistory),
    st.sampled_from([None, 1, 2, 3, 5]),
)
@settings(max_examples=300, deadline=None)
def test_a_history_keeps_the_rules_whatever_was_said_called_answered_and_cut(
    past: list[PastTurn],
    platform: str,
    mode: HistoryMode,
    policy: InterruptHistory,
    last: int | None,
) -> None:
    llm = LLMSettings(platform, "https://llm.example.com", "m", history_mode=mode, history_last=last)
    persona = PersonaSettings("p1", "Mert", llm, system_prompt="Be kind.", interrupt_history=policy)
    history = build_history(
        persona,
        platform=platform_named(platform),
        conversational_context="",
        initial=[],
        past=past,
        user_text="Now?",
    )
    assert broken_rule(history.messages) is None
    assert history.messages[-1] == {"role": "user", "content": "Now?"}


@given(
    st.lists(TURNS, max_size=4),
    st.lists(CALLS.filter(bool), min_size=1, max_size=3),
    st.sampled_from([each.name for each in platforms()]),
    st.sampled_from(HistoryMode),
    st.sampled_from([None, 1, 2, 5]),
)
@settings(max_examples=200, deadline=None)
def test_a_continuation_ends_with_the_results_of_the_calls_that_it_goes_on_with(
    before: list[PastTurn],
    rounds: list[list[ToolCall]],
    platform: str,
    mode: HistoryMode,
    last: int | None,
) -> None:
    llm = LLMSettings(platform, "https://llm.example.com", "m", history_mode=mode, history_last=last)
    persona = PersonaSettings("p1", "Mert", llm, system_prompt="Be kind.")
    chain = [_answered(calls, is_first=place == 0) for place, calls in enumerate(rounds)]
    history = build_history(
        persona,
        platform=platform_named(platform),
        conversational_context="",
        initial=[],
        past=[*before, *chain],
        user_text=None,
    )
    assert broken_rule(history.messages) is None
    assert history.messages[-1]["role"] == "tool"


def _answered(calls: list[ToolCall], *, is_first: bool) -> PastTurn:
    return PastTurn(
        TurnKind.USER if is_first else TurnKind.CONTINUATION,
        TurnStatus.COMPLETED,
        "Look up" if is_first else "",
        tool_calls=tuple(calls),
        tool_results={call.id: "{}" for call in calls},
    )


def test_the_arguments_of_a_half_call_are_sent_as_an_empty_object() -> None:
    call = ToolCall("a", "look", '{"where', valid=False)
    history = build_history(
        PersonaSettings("p1", "Mert", LLMSettings("tavus", "https://llm.example.com", "m")),
        platform=platform_named("tavus"),
        conversational_context="",
        initial=[],
        past=[_answered([call], is_first=True)],
        user_text=None,
    )
    assert history.messages[1]["tool_calls"][0]["function"]["arguments"] == "{}"
