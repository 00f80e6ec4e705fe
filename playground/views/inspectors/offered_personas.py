"""The personas offered for a request's replay or a conversation of it: by name, or those that a search finds."""

from collections.abc import Mapping
from dataclasses import dataclass

from personas.listing import MAX_SEARCH_CHARS, PersonaListing, Sort
from personas.models import Persona

MOST = 200
"""Where there are more, the page has a search for the others."""


@dataclass(frozen=True, slots=True)
class OfferedPersonas:
    personas: list[Persona]
    """At most ``MOST``, and the one that sent the request; with what a list of names needs alone."""
    search: str
    has_more: bool

    @property
    def is_searched(self) -> bool:
        """Whether the page needs its search."""
        return self.has_more or bool(self.search)

    def first_of(self, platform: str) -> str:
        """Return the id of the first one of this platform; empty if there is none."""
        return next((persona.pk for persona in self.personas if persona.platform == platform), "")


def offered_personas(query: Mapping[str, str], *, sender_id: str) -> OfferedPersonas:
    """Return those that fit ``?persona=``, of a page's address; without words the one that sent the request too."""
    search = query.get("persona", "").replace("\x00", "").strip()[:MAX_SEARCH_CHARS]
    matching = PersonaListing(search=search, sort=Sort.NAME).personas().filter(version__gt=0)
    rows = matching.select_related(None).only("persona_name", "platform")
    personas = list(rows[: MOST + 1])
    offered = personas[:MOST]
    if sender_id and not search and sender_id not in {each.pk for each in offered}:
        offered = [*rows.filter(pk=sender_id), *offered]
    return OfferedPersonas(offered, search, has_more=len(personas) > MOST)
