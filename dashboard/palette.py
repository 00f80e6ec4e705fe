"""Finds what the command palette offers: personas, actions, the user's own conversations, and pages, by words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.urls import reverse

from dashboard.palette_actions import find_actions
from personas.models import Persona
from playground.access import END, MAKE_INSPECTOR, READ, READ_INSPECTOR, START
from playground.models import Conversation, Turn

FOUND = 8
"""The most personas, and the most conversations, that are offered at a time."""
SEARCHED_CONVERSATIONS = 300
"""How many of a user's own conversations are searched, the newest ones: each costs a look at its turns."""
MAX_SEARCH_CHARS = 200
LABEL_CHARS = 80

VIEW_PERSONA = "personas.view_persona"


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    note: str
    """What the label leaves open, in a few words; may be empty."""
    href: str


@dataclass(frozen=True, slots=True)
class Page:
    label: str
    route: str
    permission: str = ""
    """Empty if everyone who is signed in may see it."""


PAGES = (
    Page("Home", "home"),
    Page("Personas", "personas:list", VIEW_PERSONA),
    Page("New persona", "personas:new", "personas.add_persona"),
    Page("Import a persona", "personas:import", "personas.add_persona"),
    Page("Fillers", "fillers:list", "personas.view_fillerconfig"),
    Page("New filler", "fillers:new", "personas.add_fillerconfig"),
    Page("Playground: talk to a persona", "playground:start", START),
    Page("Conversations", "conversations:list", READ),
    Page("Callbacks", "callbacks:list", READ),
    Page("Signing keys of callbacks", "callbacks:keys", END),
    Page("Inspectors: see what an endpoint is sent", "inspectors:list", READ_INSPECTOR),
    Page("New inspector", "inspectors:new", MAKE_INSPECTOR),
    Page("A public address for inspectors", "inspectors:public-address", READ_INSPECTOR),
    Page("People", "people:list", "auth.view_user"),
    Page("API", "api:openapi-view"),
    Page("The wire, explained", "wire-docs"),
    Page("Your account", "account"),
)


def search(user: User, text: str) -> dict[str, list[Item]]:
    """Return what fits all words of the text and the user may see, by kind; the latest of each without a word."""
    words = text[:MAX_SEARCH_CHARS].split()
    return {
        "Personas": _personas(words) if user.has_perm(VIEW_PERSONA) else [],
        "Actions": _actions(user, words) if user.has_perm(VIEW_PERSONA) else [],
        "Conversations": _conversations(user, words) if user.has_perm(READ) else [],
        "Pages": _pages(user, words),
    }


def _personas(words: Sequence[str]) -> list[Item]:
    personas = Persona.objects.unarchived().order_by("-updated_at", "id")
    for word in words:
        personas = personas.filter(Q(persona_name__icontains=word) | Q(model__icontains=word) | Q(id=word))
    rows = personas.values_list("id", "persona_name", "version", "model")[:FOUND]
    return [
        Item(_shortened(name), f"v{version} · {model}".rstrip(" ·"), reverse("personas:edit", args=[key]))
        for key, name, version, model in rows
    ]


def _actions(user: User, words: Sequence[str]) -> list[Item]:
    return [
        Item(
            _shortened(f"{offered.action.verb} {offered.persona_name}"),
            "",
            offered.action.href(offered.persona_id),
        )
        for offered in find_actions(user, words, FOUND)
    ]


def _conversations(user: User, words: Sequence[str]) -> list[Item]:
    own = Conversation.of(user).order_by("-created_at", "pk")
    with_words = Turn.objects.filter(conversation=OuterRef("pk")).exclude(user_text="").order_by("position")
    conversations = (
        Conversation.objects.filter(pk__in=own.values("pk")[:SEARCHED_CONVERSATIONS])
        .annotate(
            persona_name=KeyTextTransform("persona_name", "persona_version__document"),
            first_words=Subquery(with_words.values("user_text")[:1]),
        )
        .order_by("-created_at", "pk")
    )
    for word in words:
        conversations = conversations.filter(
            Q(conversation_name__icontains=word)
            | Q(persona_name__icontains=word)
            | Q(first_words__icontains=word)
            | Q(pk=word)
        )
    fields = ("pk", "status", "conversation_name", "first_words", "persona_name", "created_at")
    return [
        Item(
            _shortened(name or (f"“{first_words}”" if first_words else "Nothing said yet")),
            f"{persona_name or 'a persona without a name'} · {created_at:%d %b %Y, %H:%M} UTC",
            reverse(_page_of(user, status), args=[key]),
        )
        for key, status, name, first_words, persona_name, created_at in conversations.values_list(*fields)[
            :FOUND
        ]
    ]


def _page_of(user: User, status: str) -> str:
    goes_on = status == Conversation.Status.ACTIVE and user.has_perm(START)
    return "playground:conversation" if goes_on else "conversations:detail"


def _pages(user: User, words: Sequence[str]) -> list[Item]:
    return [
        Item(page.label, "", reverse(page.route))
        for page in PAGES
        if all(word.lower() in page.label.lower() for word in words)
        and (not page.permission or user.has_perm(page.permission))
    ]


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LABEL_CHARS else f"{line[: LABEL_CHARS - 1]}…"
