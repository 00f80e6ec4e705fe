"""A conversation's own history policy: what the next request has, what an earlier turn had, and who may see it."""

from http import HTTPStatus

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from playground.engine.events import TurnKind
from playground.engine.json_types import Json
from playground.engine.persona import InterruptHistory
from playground.engine.platforms.registry import platform_named
from playground.models import Conversation, Turn
from playground.storage.conversation_edits import choose_interrupt_history
from playground.storage.load_plan import load_plan, request_as
from playground.storage.open_turn import NewTurn, open_turn
from playground.storage.request_views import code_of
from playground.storage.snapshot import load_snapshot
from tests.playground.rehearsals import make_conversation


def cut_turn(conversation: Conversation) -> Turn:
    return Turn.objects.create(
        conversation=conversation,
        position=0,
        status=Turn.Status.INTERRUPTED,
        user_text="Go on",
        text="Once upon a time.",
        heard_text="Once upon",
    )


def messages_of(request: Json) -> list[str]:
    return [message["content"] for message in request["body"]["messages"] if message["role"] == "assistant"]


def test_the_policy_counts_from_the_next_turn_on(admin_user: User) -> None:
    conversation = make_conversation(admin_user)
    cut_turn(conversation)
    before = open_turn(conversation.pk, NewTurn(TurnKind.USER, "And then?")).turn
    Turn.objects.filter(pk=before.pk).update(status=Turn.Status.COMPLETED)
    choose_interrupt_history(conversation.pk, InterruptHistory.MARKED)
    opened = open_turn(conversation.pk, NewTurn(TurnKind.USER, "Well?"))
    plan = load_plan(opened)
    assert plan.call is not None
    marked = "Once upon [interrupted by the user]"
    assert messages_of(plan.call.shown)[0] == marked
    tavus = platform_named("tavus")
    assert messages_of(request_as(opened.turn.pk, tavus).request)[0] == marked
    assert messages_of(request_as(before.pk, tavus).request) == ["Once upon"]
    assert "[interrupted" not in code_of(before.pk)["python"]
    shown = load_snapshot(conversation.pk, part_bytes=64 * 1024).conversation
    assert (shown["interrupt_history"], shown["persona"]["interrupt_history"]) == ("marked", "heard")


def test_the_four_histories_are_shown_to_the_owner_alone(
    user_client: Client, user: User, other_user: User
) -> None:
    turn = cut_turn(make_conversation(user))
    response = user_client.get(reverse("playground:turn-histories", args=[turn.pk]))
    told = {history["policy"]: history["messages"][-1]["content"] for history in response.json()["histories"]}
    assert told == {
        "heard": "Once upon",
        "full": "Once upon a time.",
        "marked": "Once upon [interrupted by the user]",
        "drop": "Go on",
    }
    others = cut_turn(make_conversation(other_user))
    Turn.objects.filter(pk=turn.pk).update(status=Turn.Status.COMPLETED)
    for pk in (others.pk, turn.pk):
        path = reverse("playground:turn-histories", args=[pk])
        assert user_client.get(path).status_code == HTTPStatus.NOT_FOUND
