"""What can be done with a persona, as the command palette offers it: found by verb and name, or by name alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse

from personas.models import Persona
from playground.access import EDIT_PERSONA, READ, START

FEWEST_CHARS = 2
"""A shorter word is the beginning of too many verbs."""
VIEW_VERSIONS = "personas.view_personaversion"


@dataclass(frozen=True, slots=True)
class Action:
    verb: str
    """What stands before the persona's name."""
    route: str
    permission: str
    in_query: bool = False
    """Whether the persona's id is a parameter of the address, or else a part of its path."""

    def href(self, persona_id: str) -> str:
        if self.in_query:
            return f"{reverse(self.route)}?persona={persona_id}"
        return reverse(self.route, args=[persona_id])

    def without_verb(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return the words that are no beginning of a word of the verb."""
        parts = self.verb.lower().split()
        return tuple(word for word in words if not _begins_one_of(parts, word))


ACTIONS = (
    Action("Talk to", "playground:start", START, in_query=True),
    Action("Edit", "personas:edit", EDIT_PERSONA),
    Action("Times of", "playground:measured-persona", READ),
    Action("Versions of", "personas:versions", VIEW_VERSIONS),
)


@dataclass(frozen=True, slots=True)
class OfferedAction:
    action: Action
    persona_id: str
    persona_name: str


def find_actions(user: User, words: Sequence[str], most: int) -> list[OfferedAction]:
    """Return the actions, at most so many, that the words fit and the user may do; none without a word."""
    permitted = [action for action in ACTIONS if user.has_perm(action.permission)]
    if not words or not permitted:
        return []
    names_by_action = {action: {tuple(words), action.without_verb(words)} for action in permitted}
    fitting = Q()
    for names in set().union(*names_by_action.values()):
        fitting |= _named(names)
    personas = Persona.objects.unarchived().filter(fitting).order_by("-updated_at", "id")
    actions = [
        OfferedAction(action, persona_id, name)
        for persona_id, name in personas.values_list("id", "persona_name")[:most]
        for action in permitted
        if any(_is_named(name, persona_id, names) for names in names_by_action[action])
    ]
    return actions[:most]


def _begins_one_of(parts: Sequence[str], word: str) -> bool:
    return len(word) >= FEWEST_CHARS and any(part.startswith(word.lower()) for part in parts)


def _named(words: Sequence[str]) -> Q:
    fitting = Q(pk__isnull=False)
    for word in words:
        fitting &= Q(persona_name__icontains=word) | Q(id=word)
    return fitting


def _is_named(name: str, persona_id: str, words: Sequence[str]) -> bool:
    return all(word.lower() in name.lower() or word == persona_id for word in words)
