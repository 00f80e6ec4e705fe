"""Changes of a conversation's context: where they stand between the turns, and how many are kept."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from playground.engine.errors.codes import Code, CommandError
from playground.models import Turn
from playground.storage import conversation_edits
from playground.storage.context_changes import KEPT_CHANGES, KEPT_CHARS, context_changes
from playground.storage.conversation_edits import append_context, overwrite_context
from playground.storage.snapshot import load_snapshot
from tests.playground.rehearsals import make_conversation


def test_a_change_stands_before_the_first_turn_that_uses_it(admin_user: User) -> None:
    conversation = make_conversation(admin_user)
    first = append_context(conversation.pk, "Maya is from Dallas.").change
    Turn.objects.create(conversation=conversation, position=0, status=Turn.Status.COMPLETED)
    Turn.objects.create(conversation=conversation, position=1, status=Turn.Status.STREAMING)
    second = overwrite_context(conversation.pk, "").change
    assert [(change["how"], change["position"], change["text"]) for change in (first, second)] == [
        ("append", 0, "Maya is from Dallas."),
        ("overwrite", 2, ""),
    ]
    assert load_snapshot(conversation.pk, part_bytes=64 * 1024).context_changes == [first, second]


def test_the_transcript_has_them_between_the_turns(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    for position, context in enumerate(("Before all.", "<b>In between.</b>")):
        append_context(conversation.pk, context)
        Turn.objects.create(
            conversation=conversation,
            position=position,
            status=Turn.Status.COMPLETED,
            user_text=f"Turn {position}",
        )
    overwrite_context(conversation.pk, "At the end." + " " * KEPT_CHARS)
    page = user_client.get(reverse("conversations:detail", args=[conversation.pk])).content.decode()
    page = page.partition('class="transcript-turns"')[2]
    parts = (
        "Before all.",
        "Turn 0",
        "&lt;b&gt;In between.",
        "Turn 1",
        "Overwritten",
        "At the end.",
        "1,011 characters",
    )
    places = [page.index(part) for part in parts]
    assert places == sorted(places)


def test_the_newest_changes_are_kept_and_the_beginning_of_each(admin_user: User) -> None:
    conversation, other = make_conversation(admin_user), make_conversation(admin_user)
    append_context(other.pk, "Another conversation's.")
    for number in range(KEPT_CHANGES + 2):
        append_context(conversation.pk, f"{number} " + "x" * KEPT_CHARS)
    kept = context_changes(conversation.pk)
    assert [change["text"].split()[0] for change in kept] == [str(n) for n in range(2, KEPT_CHANGES + 2)]
    assert {(len(change["text"]), change["chars"]) for change in kept[10:]} == {(KEPT_CHARS, KEPT_CHARS + 3)}
    assert len(context_changes(other.pk)) == 1


def test_a_context_grows_up_to_its_bound_and_can_be_overwritten_then(
    admin_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_edits, "WHOLE_CONTEXT_CHARS", 30)
    conversation = make_conversation(admin_user)
    assert append_context(conversation.pk, "x" * 20).context == "x" * 20
    with pytest.raises(CommandError) as refused:
        append_context(conversation.pk, "y" * 20)
    assert refused.value.code is Code.BAD_MESSAGE
    assert overwrite_context(conversation.pk, "y" * 20).context == "y" * 20
