"""Past turns are read once; what may still change is read again, and all of it after another process's turn."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from playground.engine.history import PastTurn
from playground.models import Conversation, Turn
from playground.storage import past_turns as module
from playground.storage.frozen_personas import frozen_persona
from playground.storage.past_turns import KEPT_CHARS, left_at, moved_on, past_turns
from tests.playground.rehearsals import make_conversation


@pytest.fixture
def conversation(user: User) -> Conversation:
    made = make_conversation(user)
    for position in range(3):
        close(made, position)
    return made


def close(conversation: Conversation, position: int, text: str = "") -> None:
    Turn.objects.create(
        conversation=conversation,
        position=position,
        parent=conversation.turns.last(),
        text=text or f"turn {position}",
        status=Turn.Status.COMPLETED,
    )


def texts(conversation: Conversation, before: int) -> list[str]:
    return [turn.text for turn in past_turns(conversation, before=before)]


def rewrite(conversation: Conversation, position: int) -> None:
    conversation.turns.filter(position=position).update(text="rewritten")


def test_superseded_turns_are_not_read_again_while_this_process_wrote_last(
    conversation: Conversation,
) -> None:
    assert texts(conversation, before=3) == ["turn 0", "turn 1", "turn 2"]
    rewrite(conversation, 1)
    close(conversation, 3)
    conversation.last_seq = 17
    left_at(conversation.pk, 17)
    assert texts(conversation, before=4) == ["turn 0", "turn 1", "turn 2", "turn 3"]


def test_one_that_was_closed_for_its_owner_is_read_again_once_the_owner_has_had_the_last_word(
    conversation: Conversation,
) -> None:
    orphan = conversation.turns.filter(position=1)
    orphan.update(owner_process="taken for dead")
    assert texts(conversation, before=3) == ["turn 0", "turn 1", "turn 2"]
    rewrite(conversation, 2)
    close(conversation, 3)
    assert texts(conversation, before=4) == ["turn 0", "turn 1", "turn 2", "turn 3"]
    orphan.update(text="the last word", owner_process="")
    close(conversation, 4)
    assert texts(conversation, before=5) == ["turn 0", "the last word", "rewritten", "turn 3", "turn 4"]


def test_all_are_read_again_after_a_turn_of_another_process(conversation: Conversation) -> None:
    texts(conversation, before=3)
    rewrite(conversation, 1)
    close(conversation, 3)
    conversation.last_seq = 17
    assert texts(conversation, before=4) == ["turn 0", "rewritten", "turn 2", "turn 3"]


@pytest.mark.parametrize("others", [3, 4])
def test_all_are_read_again_if_other_turns_led_a_restored_database_to_the_same_seq(
    conversation: Conversation, others: int
) -> None:
    texts(conversation, before=3)
    conversation.turns.filter(position__gte=1).delete()
    told = [f"another {position}" for position in range(1, others)]
    for position, text in enumerate(told, start=1):
        close(conversation, position, text)
    assert texts(conversation, before=others) == ["turn 0", *told]


def test_each_is_measured_once_however_often_a_turn_is_stored(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[PastTurn] = []
    measure = module._chars

    def counted(turn: PastTurn) -> int:
        measured.append(turn)
        return measure(turn)

    monkeypatch.setattr(module, "_chars", counted)
    texts(conversation, before=3)
    for last_seq in range(1, 9):
        left_at(conversation.pk, last_seq)
        moved_on(conversation.pk, last_seq + 1)
    conversation.last_seq = 9
    close(conversation, 3)
    texts(conversation, before=4)
    assert len(measured) == 4


def test_a_result_given_to_the_newest_turn_is_in_the_next_history(conversation: Conversation) -> None:
    texts(conversation, before=3)
    close(conversation, 3)
    conversation.turns.filter(position=3).update(
        timeline={"tool_calls": [{"id": "call_1", "name": "look", "arguments": "{}", "valid": True}]},
        tool_results={"call_1": {"output": "rain", "status": "success"}},
    )
    newest = past_turns(conversation, before=4)[-1]
    assert newest.tool_results == {"call_1": "rain"}


def test_a_start_that_failed_before_its_turn_was_stored_leaves_nothing_behind(
    conversation: Conversation,
) -> None:
    texts(conversation, before=3)
    rewrite(conversation, 2)
    assert texts(conversation, before=2) == ["turn 0", "turn 1"]


def test_what_was_heard_whole_is_kept_once(conversation: Conversation) -> None:
    long = "long " * (KEPT_CHARS // 8)
    conversation.turns.filter(position=0).update(text=long, heard_text=long)
    texts(conversation, before=3)
    rewrite(conversation, 0)
    assert texts_after_another(conversation)[0] == long


def test_what_is_too_long_to_be_kept_is_read_again(conversation: Conversation) -> None:
    conversation.turns.filter(position=0).update(
        text="x" * (KEPT_CHARS // 2), heard_text="y" * (KEPT_CHARS // 2)
    )
    texts(conversation, before=3)
    rewrite(conversation, 0)
    assert texts_after_another(conversation)[0] == "rewritten"


def texts_after_another(conversation: Conversation) -> list[str]:
    close(conversation, 3)
    return texts(conversation, before=4)


def test_a_persona_version_is_read_once(conversation: Conversation) -> None:
    fresh = Conversation.objects.select_related("persona_version").defer("persona_version__document")
    first = frozen_persona(fresh.get(pk=conversation.pk).persona_version)
    version = fresh.get(pk=conversation.pk).persona_version
    with CaptureQueriesContext(connection) as queries:
        assert frozen_persona(version) is first
    assert not queries.captured_queries
