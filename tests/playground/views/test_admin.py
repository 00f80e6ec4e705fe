"""What ran, in the admin: everything can be read, nothing can be changed."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from playground.models import Completion, Conversation, Turn
from tests.playground.rehearsals import make_conversation


@pytest.fixture
def completion(user: User) -> Completion:
    turn = Turn.objects.create(
        conversation=make_conversation(user),
        position=0,
        status=Turn.Status.FAILED,
        error={"code": "stalled", "message": "The server went silent."},
    )
    request = {"method": "POST", "url": "https://llm.example.com/v1", "headers": [], "body": "<b>"}
    return Completion.objects.create(turn=turn, request=request, response_status=200)


@pytest.mark.parametrize("model", ["conversation", "turn", "completion"])
def test_lists_and_pages_can_be_read(admin_client: Client, completion: Completion, model: str) -> None:
    rows = {"conversation": completion.turn.conversation, "turn": completion.turn, "completion": completion}
    listed = admin_client.get(reverse(f"admin:playground_{model}_changelist"))
    assert listed.status_code == HTTPStatus.OK
    assert str(rows[model].pk) in listed.content.decode()
    opened = admin_client.get(reverse(f"admin:playground_{model}_change", args=[rows[model].pk]))
    assert opened.status_code == HTTPStatus.OK


def test_an_error_and_a_request_are_shown_as_text(admin_client: Client, completion: Completion) -> None:
    turn = admin_client.get(reverse("admin:playground_turn_change", args=[completion.turn_id]))
    assert "The server went silent." in turn.content.decode()
    request = admin_client.get(reverse("admin:playground_completion_change", args=[completion.pk]))
    assert "&lt;b&gt;" in request.content.decode()


@pytest.mark.parametrize("model", ["conversation", "turn", "completion"])
def test_nothing_is_added_changed_or_deleted(
    admin_client: Client, completion: Completion, model: str
) -> None:
    rows = {"conversation": completion.turn.conversation, "turn": completion.turn, "completion": completion}
    pk = rows[model].pk
    for action, arguments in (("add", []), ("change", [pk]), ("delete", [pk])):
        path = reverse(f"admin:playground_{model}_{action}", args=arguments)
        assert admin_client.post(path, {"post": "yes"}).status_code == HTTPStatus.FORBIDDEN
    assert Conversation.objects.exists()
