"""The next request's history after an interrupt: one for each policy, as the platform's window leaves it."""

from dataclasses import replace

from playground.engine.events import TurnKind, TurnStatus
from playground.engine.history import PastTurn
from playground.engine.interrupt_histories import PolicyHistory, policy_histories
from playground.engine.persona import HistoryMode, PersonaSettings
from playground.engine.platforms.registry import platform_named
from tests.engine.personas import WEATHER_ASSISTANT, YANDEX_REPLY

BEFORE = PastTurn(TurnKind.USER, TurnStatus.COMPLETED, "Hello", "Hi there.", "Hi there.")
CUT = PastTurn(TurnKind.USER, TurnStatus.INTERRUPTED, "Go on", "Once upon a time.", "Once upon")


def histories(persona: PersonaSettings) -> list[PolicyHistory]:
    return policy_histories(
        persona,
        platform=platform_named(persona.llm.platform),
        conversational_context="",
        initial=[],
        past=[BEFORE, CUT],
    )


def contents(history: PolicyHistory) -> list[str]:
    return [message["content"] for message in history.messages]


def test_each_policy_has_its_own_messages_of_the_interrupted_turn() -> None:
    made = histories(WEATHER_ASSISTANT)
    assert {str(history.policy): contents(history) for history in made} == {
        "heard": ["Go on", "Once upon"],
        "full": ["Go on", "Once upon a time."],
        "marked": ["Go on", "Once upon [interrupted by the user]"],
        "drop": ["Go on"],
    }
    assert [history.earlier for history in made] == [3, 3, 3, 3]


def test_what_the_platform_passes_no_more_is_not_shown() -> None:
    llm = replace(YANDEX_REPLY.llm, history_mode=HistoryMode.LAST_REQUEST)
    assert [contents(history) for history in histories(replace(YANDEX_REPLY, llm=llm))] == [[], [], [], []]
    llm = replace(llm, history_mode=HistoryMode.PROMPT_AND_SESSION, history_last=2)
    heard, *_, dropped = histories(replace(YANDEX_REPLY, llm=llm, system_prompt="Be short."))
    assert (contents(heard), heard.earlier) == (["Once upon"], 1)
    assert (contents(dropped), dropped.earlier) == (["Go on"], 1)
