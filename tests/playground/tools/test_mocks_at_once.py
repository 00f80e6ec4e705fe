"""Two results that are saved as mocks at the same time. On PostgreSQL: SQLite has one writer at a time."""

import threading
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from personas.models import Persona
from personas.saving import save_persona
from playground.engine.events import ToolCall
from playground.models import Conversation, Turn
from playground.storage.start_conversation import ConversationOptions, start_conversation
from playground.tools import save_mock as saving
from tests.own_postgres import database_on_postgres
from tests.personas.making import make_persona
from tests.playground.rehearsals import DEADLINE_S


@pytest.fixture
def turn(postgres_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Turn]:
    """A closed turn that called two functions."""
    with django_db_blocker.unblock(), database_on_postgres(postgres_url):
        user = User.objects.create_user("alice")
        persona = make_persona()
        save_persona(persona, by=None)
        conversation = start_conversation(persona, ConversationOptions(), owner=user)
        calls = [{"id": name, "name": name, "arguments": "{}", "valid": True} for name in ("look", "listen")]
        yield Turn.objects.create(
            conversation=conversation,
            position=0,
            status=Turn.Status.COMPLETED,
            timeline={"tool_calls": calls},
        )


def test_the_conversation_goes_on_with_both(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second save has read its turn and waits for the persona while the first is saved."""
    is_waiting, saved = threading.Event(), []
    read_call = saving._call

    def call_of(turn: Turn, call_id: str) -> ToolCall:
        if call_id == "listen":
            is_waiting.set()
        return read_call(turn, call_id)

    monkeypatch.setattr(saving, "_call", call_of)

    def second() -> None:
        try:
            own = Turn.objects.select_related("conversation__persona_version").get(pk=turn.pk)
            saved.append(saving.save_mock(own, "listen", "rain", (), by=turn.conversation.owner))
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        saving.save_mock(turn, "look", "fog", (), by=turn.conversation.owner)
        thread.start()
        assert is_waiting.wait(DEADLINE_S)
    thread.join(DEADLINE_S)
    assert saved == [saving.SavedMock(3, True)]
    assert Conversation.objects.get().persona_version.number == 3
    assert Persona.objects.get().tool_mocks == {"look": "fog", "listen": "rain"}
