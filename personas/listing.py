"""Which personas a list shows, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from personas.models import Persona
from playground.engine.platforms.registry import platform_choices

MAX_SEARCH_CHARS = 200


class PersonaState(StrEnum):
    """The personas that a list has: all but archived ones, trials, or archived ones."""

    CURRENT = ""
    TRIALS = "trials"
    ARCHIVED = "archived"


STATE_LABELS = {
    PersonaState.CURRENT: "All but archived",
    PersonaState.TRIALS: "Trials",
    PersonaState.ARCHIVED: "Archived",
}


class Sort(StrEnum):
    CHANGED = ""
    NAME = "name"
    USED = "used"


_ORDERS: dict[Sort, tuple[str | OrderBy, ...]] = {
    Sort.CHANGED: ("-updated_at", "id"),
    Sort.NAME: ("persona_name", "id"),
    Sort.USED: (F("last_used_at").desc(nulls_last=True), "id"),
}


@dataclass(frozen=True, slots=True)
class PersonaListing:
    """The search, the filters and the order of a list, as its address has them."""

    search: str = ""
    platform: str = ""
    """Empty for all."""
    state: PersonaState = PersonaState.CURRENT
    sort: Sort = Sort.CHANGED

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or self.platform or self.state)

    @property
    def query(self) -> str:
        """Return the listing as the query of an address, without what is the default."""
        values = {"q": self.search, "platform": self.platform, "show": self.state, "sort": self.sort}
        return urlencode({name: str(value) for name, value in values.items() if value})

    def personas(self) -> QuerySet[Persona]:
        """Return the personas that fit all words and filters, in this order."""
        personas = Persona.objects.select_related("token_secret", "filler_config").order_by(
            *_ORDERS[self.sort]
        )
        if self.platform:
            personas = personas.filter(platform=self.platform)
        if self.state is PersonaState.ARCHIVED:
            personas = personas.exclude(archived_at=None)
        else:
            personas = personas.filter(archived_at=None)
        if self.state is PersonaState.TRIALS:
            personas = personas.filter(is_trial=True)
        for word in self.search.split():
            personas = personas.filter(
                Q(persona_name__icontains=word)
                | Q(model__icontains=word)
                | Q(address__icontains=word)
                | Q(system_prompt__icontains=word)
                | Q(id=word)
            )
        return personas


def listing_of(query: Mapping[str, str]) -> PersonaListing:
    """Return the listing that an address asks for; what it doesn't know counts as not given."""
    platform, state, sort = (query.get(name, "") for name in ("platform", "show", "sort"))
    return PersonaListing(
        search=query.get("q", "").replace("\x00", "").strip()[:MAX_SEARCH_CHARS],
        platform=platform if platform in dict(platform_choices()) else "",
        state=PersonaState(state) if state in list(PersonaState) else PersonaState.CURRENT,
        sort=Sort(sort) if sort in list(Sort) else Sort.CHANGED,
    )
