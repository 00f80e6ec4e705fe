"""The messages of a request: what each platform sends of what was said."""

from dataclasses import replace

import pytest

from playground.engine.events import ToolCall, TurnKind, TurnStatus
from playground.engine.history import History, Message, PastTurn, build_history
from playground.engine.persona import HistoryMode, InterruptHistory, PersonaSettings
from playground.engine.platforms.registry import platform_named
from tests.engine.personas import WEATHER_ASSISTANT, YANDEX_REPLY

SYSTEM = {
    "role": "system",
    "content": "You are a helpful assistant.\n\n"
    "Help users get the weather for a given location.\n\nMaya is from Dallas.",
}
ANSWERED = PastTurn(TurnKind.USER, TurnStatus.COMPLETED, "Hello", "Hi there.", "Hi there.")
CUT = PastTurn(TurnKind.USER, TurnStatus.INTERRUPTED, "Go on", "Once upon a time.", "Once upon")
CALL = ToolCall("call_1", "get_current_weather", '{"location":"Dallas"}')


def history(
    persona: PersonaSettings, *past: PastTurn, text: str | None = "Now?", initial: list[Message] | None = None
) -> History:
    return build_history(
        persona,
        platform=platform_named(persona.llm.platform),
        conversational_context="Maya is from Dallas.",
        initial=initial or [],
        past=past,
        user_text=text,
    )


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def assistant(text: str) -> Message:
    return {"role": "assistant", "content": text}


def with_mode(mode: HistoryMode, last: int | None = None) -> PersonaSettings:
    llm = replace(YANDEX_REPLY.llm, history_mode=mode, history_last=last)
    return replace(YANDEX_REPLY, llm=llm, system_prompt="Keep answers short.")


def test_tavus_sends_one_system_message_and_the_whole_history() -> None:
    built = history(WEATHER_ASSISTANT, ANSWERED)
    assert built.messages == [SYSTEM, user("Hello"), assistant("Hi there."), user("Now?")]


def test_the_system_message_names_the_origin_of_each_part() -> None:
    origins = history(WEATHER_ASSISTANT).origins
    parts = {part.origin: SYSTEM["content"][part.start : part.end] for part in origins}
    assert parts == {
        "system_prompt": "You are a helpful assistant.",
        "context": "Help users get the weather for a given location.",
        "conversational_context": "Maya is from Dallas.",
    }


def test_without_a_prompt_there_is_no_system_message() -> None:
    persona = replace(WEATHER_ASSISTANT, system_prompt="", context=" \n")
    built = build_history(
        persona,
        platform=platform_named("tavus"),
        conversational_context="",
        initial=[],
        past=[],
        user_text="Now?",
    )
    assert built == History([user("Now?")], ())


@pytest.mark.parametrize(
    ("policy", "answer"),
    [
        (InterruptHistory.HEARD, [assistant("Once upon")]),
        (InterruptHistory.FULL, [assistant("Once upon a time.")]),
        (InterruptHistory.MARKED, [assistant("Once upon [interrupted by the user]")]),
        (InterruptHistory.DROP, []),
    ],
)
def test_the_policy_decides_what_stays_of_an_interrupted_answer(
    policy: InterruptHistory, answer: list[Message]
) -> None:
    built = history(replace(WEATHER_ASSISTANT, interrupt_history=policy), CUT)
    assert built.messages == [SYSTEM, user("Go on"), *answer, user("Now?")]


def test_an_answer_that_was_too_long_is_not_marked_as_interrupted_by_the_user() -> None:
    marked = replace(WEATHER_ASSISTANT, interrupt_history=InterruptHistory.MARKED)
    assert history(marked, replace(CUT, is_too_long=True)).messages[2] == assistant("Once upon [cut off]")


def test_an_answer_that_was_cut_before_its_first_word_leaves_only_the_question() -> None:
    unheard = replace(CUT, heard_text="")
    assert history(WEATHER_ASSISTANT, unheard).messages == [SYSTEM, user("Go on"), user("Now?")]


def test_of_a_failed_answer_the_heard_part_stays() -> None:
    failed = replace(CUT, status=TurnStatus.FAILED)
    assert history(WEATHER_ASSISTANT, failed).messages[2] == assistant("Once upon")


def test_a_greeting_opens_the_history_with_the_voice() -> None:
    greeting = PastTurn(TurnKind.GREETING, TurnStatus.COMPLETED, "", "Welcome!", "Welcome!")
    assert history(WEATHER_ASSISTANT, greeting).messages == [SYSTEM, assistant("Welcome!"), user("Now?")]


def test_a_call_that_nobody_answered_is_left_out() -> None:
    called = PastTurn(TurnKind.USER, TurnStatus.COMPLETED, "Weather?", "Let me look.", tool_calls=(CALL,))
    built = history(WEATHER_ASSISTANT, called)
    assert built.messages == [SYSTEM, user("Weather?"), assistant("Let me look."), user("Now?")]


def test_a_continuation_sends_the_call_with_its_result() -> None:
    called = PastTurn(
        TurnKind.USER, TurnStatus.COMPLETED, "Weather?", tool_calls=(CALL,), tool_results={"call_1": "Sunny"}
    )
    assert history(WEATHER_ASSISTANT, called, text=None).messages == [
        SYSTEM,
        user("Weather?"),
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "get_current_weather", "arguments": '{"location":"Dallas"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "Sunny"},
    ]


def test_of_parallel_calls_only_those_with_a_result_are_sent() -> None:
    other = ToolCall("call_2", "get_current_weather", "{}")
    called = PastTurn(
        TurnKind.USER,
        TurnStatus.COMPLETED,
        "Weather?",
        tool_calls=(CALL, other),
        tool_results={"call_2": "Rain"},
    )
    messages = history(WEATHER_ASSISTANT, called).messages
    assert [call["id"] for call in messages[2]["tool_calls"]] == ["call_2"]
    assert [message["tool_call_id"] for message in messages if message["role"] == "tool"] == ["call_2"]


def test_arguments_that_are_no_json_go_back_as_an_empty_object() -> None:
    broken = replace(CALL, arguments='{"location":', valid=False)
    called = PastTurn(
        TurnKind.USER, TurnStatus.COMPLETED, "Weather?", tool_calls=(broken,), tool_results={"call_1": "?"}
    )
    assert history(WEATHER_ASSISTANT, called).messages[2]["tool_calls"][0]["function"]["arguments"] == "{}"


class TestJaicpHistoryModes:
    def test_the_last_request_alone(self) -> None:
        assert history(with_mode(HistoryMode.LAST_REQUEST), ANSWERED).messages == [user("Now?")]

    def test_the_session_has_no_system_message(self) -> None:
        built = history(with_mode(HistoryMode.SESSION), ANSWERED)
        assert built == History([user("Hello"), assistant("Hi there."), user("Now?")], ())

    def test_the_prompt_and_the_session(self) -> None:
        built = history(with_mode(HistoryMode.PROMPT_AND_SESSION), ANSWERED)
        assert built.messages[0]["content"] == "Keep answers short.\n\nMaya is from Dallas."
        assert built.messages[1:] == [user("Hello"), assistant("Hi there."), user("Now?")]

    def test_the_last_messages_only(self) -> None:
        built = history(with_mode(HistoryMode.SESSION, last=2), ANSWERED)
        assert built.messages == [assistant("Hi there."), user("Now?")]

    def test_past_tool_calls_are_no_part_of_a_session(self) -> None:
        called = PastTurn(
            TurnKind.USER,
            TurnStatus.COMPLETED,
            "Weather?",
            tool_calls=(CALL,),
            tool_results={"call_1": "Sunny"},
        )
        continuation = PastTurn(
            TurnKind.CONTINUATION, TurnStatus.COMPLETED, "", "It is sunny.", "It is sunny."
        )
        built = history(with_mode(HistoryMode.SESSION), called, continuation)
        assert built.messages == [user("Weather?"), assistant("It is sunny."), user("Now?")]

    def test_a_continuation_never_sends_a_result_without_its_call(self) -> None:
        called = PastTurn(
            TurnKind.USER,
            TurnStatus.COMPLETED,
            "Weather?",
            tool_calls=(CALL,),
            tool_results={"call_1": "Sunny"},
        )
        built = history(with_mode(HistoryMode.SESSION, last=1), ANSWERED, called, text=None)
        assert [message["role"] for message in built.messages] == ["user", "assistant", "tool"]

    def test_initial_messages_come_first(self) -> None:
        initial = [user("Recommend a movie"), assistant("What genre?")]
        built = history(with_mode(HistoryMode.SESSION), text="Comedy", initial=initial)
        assert built.messages == [*initial, user("Comedy")]


def test_the_servers_own_fields_of_a_call_go_back_with_it() -> None:
    signed = replace(CALL, extra='{"extra_content":{"google":{"thought_signature":"CiQ"}},"id":"other"}')
    answered = PastTurn(
        TurnKind.USER,
        TurnStatus.COMPLETED,
        "Weather?",
        tool_calls=(signed,),
        tool_results={"call_1": "Sunny"},
    )
    (sent,) = history(WEATHER_ASSISTANT, answered).messages[2]["tool_calls"]
    assert sent["extra_content"] == {"google": {"thought_signature": "CiQ"}}
    assert sent["id"] == "call_1"
