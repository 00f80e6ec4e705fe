"""Starts a conversation with a persona, and lists the personas that can start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from personas.models import Persona, PersonaVersion
from personas.readiness import ReadinessProblem, readiness_problems_of
from personas.row_limits import TooManyRowsError, has_as_many
from playground.engine.persona_document import platform_of
from playground.engine.prompt import fill_placeholders
from playground.models import Conversation
from playground.storage.latest_personas import latest_personas, versions_talked_to
from playground.storage.outbox import note_started, will_send
from playground.storage.presence import first_deadlines

CHOICES_SHOWN = 24

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """A persona on the start page; with problems, only its stand-in can start."""

    persona: Persona
    problems: tuple[ReadinessProblem, ...]


@dataclass(frozen=True, slots=True)
class ConversationOptions:
    """The options of a new conversation. ``values`` fill the context's ``{identifier}``s."""

    conversation_name: str = ""
    conversational_context: str = ""
    replica_id: str = ""
    callback_url: str = ""
    sends_callbacks: bool = True
    """Whether its address is told what happens, where the operator allows that."""
    custom_greeting: str = ""
    """Empty for the persona's own greeting, if it has one."""
    values: Mapping[str, str] = field(default_factory=dict)
    initial_messages: Sequence[Message] = ()
    stand_in: bool = False
    properties: Mapping[str, Any] = field(default_factory=dict)
    interrupt_history: str = ""
    """Empty for the persona's own policy."""
    status: Conversation.Status = Conversation.Status.ACTIVE
    """ENDED for Tavus' ``test_mode``: the conversation ends as it begins."""


def start_conversation(persona: Persona, options: ConversationOptions, *, owner: User) -> Conversation:
    """Store a conversation with the persona's newest version. Values aren't searched for placeholders.

    Raises TooManyRowsError if the owner has the maximum number of conversations.
    """
    _refuse_another_conversation(owner)
    version = newest_version(persona)
    is_active = options.status == Conversation.Status.ACTIVE
    now = timezone.now()
    conversation = Conversation(
        owner=owner,
        persona_version=version,
        stand_in=options.stand_in,
        conversation_name=options.conversation_name,
        conversational_context=fill_placeholders(options.conversational_context, options.values),
        replica_id=options.replica_id or default_replica_of(version.document),
        callback_url=options.callback_url,
        sends_callbacks=is_active and options.sends_callbacks and will_send(options.callback_url),
        custom_greeting=options.custom_greeting or greeting_of(version.document),
        initial_messages=list(options.initial_messages),
        properties=dict(options.properties),
        interrupt_history=options.interrupt_history,
        status=options.status,
        ended_at=None if is_active else now,
        **(first_deadlines(options.properties, now) if is_active else {}),
    )
    with transaction.atomic():
        conversation.save(force_insert=True)
        Persona.objects.filter(pk=persona.pk).update(last_used_at=now)
        note_started(conversation)
    return conversation


def default_replica_of(document: Mapping[str, Any]) -> str:
    """The persona's own replica; empty: it has none."""
    return str(document.get("default_replica_id") or "")


def greeting_of(document: Mapping[str, Any]) -> str:
    """The persona's own greeting; empty: it has none."""
    return platform_of(document).greeting(document.get("other_keys") or {})


def _refuse_another_conversation(owner: User) -> None:
    most: int = settings.CONVERSATIONS_PER_USER
    if has_as_many(Conversation.objects.filter(owner=owner).order_by("-created_at"), most):
        raise TooManyRowsError(
            f"You have {most:,} conversations, as many as one user may have. Delete some that nobody needs, or ask "
            "whoever runs the server to raise CONVERSATIONS_PER_USER."
        )


def newest_version(persona: Persona) -> PersonaVersion:
    return persona.versions.latest("number")


def choices_for(user: User, chosen_id: str = "") -> list[Choice]:
    """Return the personas for the start page: the chosen one, then the user's most recent ones, then the newest."""
    talked_to = versions_talked_to(user, CHOICES_SHOWN).values()
    personas = Persona.objects.select_related("token_secret", "filler_config").filter(
        Q(archived_at=None) | Q(pk=chosen_id), version__gt=0
    )
    shown = latest_personas(personas, talked_to, CHOICES_SHOWN, first_id=chosen_id)
    return [
        Choice(persona, tuple(problems))
        for persona, problems in zip(shown, readiness_problems_of(shown), strict=True)
    ]
