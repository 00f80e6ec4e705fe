"""Lists of the API: a page of a query, in Tavus' shape ``{"data", "total_count"}``."""

import json
from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from ninja import Schema
from pydantic import Field

from playground.engine.json_types import Json
from playground.engine.limits import MIB

MAX_LIMIT = 100
MAX_PAGE = 1_000_000
PAGE_BYTES = 5 * MIB
ROWS_AT_ONCE = 4
"""The number of rows fetched from the database at a time: each may have a megabyte."""
LEFT_OUT = (
    f"Only where the page would have more than {PAGE_BYTES // MIB} MiB: how many of its last entries are not in it. "
    "Ask with a smaller limit for them."
)

Row = TypeVar("Row", bound=Model)


class PageQuery(Schema):
    limit: int = Field(10, ge=1, le=MAX_LIMIT, description="How many entries a page has.")
    page: int = Field(1, ge=1, le=MAX_PAGE, description="Which page, from 1.")


def page_of(rows: QuerySet[Row], condition: Q, query: PageQuery, shown: Callable[[Row], Json]) -> Json:
    """Return the page's entries of the ``rows`` that meet the ``condition``; ``total_count`` counts all of these.

    A page stops before it exceeds `PAGE_BYTES`, but has at least one entry; ``left_out`` counts the entries dropped.
    """
    start = (query.page - 1) * query.limit
    entries: list[Json] = []
    left_bytes = PAGE_BYTES
    total_count = rows.filter(condition).count()
    # The page's keys first: to skip whole rows, the database would read them all. And by the keys alone: with another
    # condition SQLite looks through all rows that meet it.
    keys = list(rows.filter(condition).values_list("pk", flat=True)[start : start + query.limit])
    for row in rows.filter(pk__in=keys).iterator(chunk_size=ROWS_AT_ONCE):
        entry = shown(row)
        left_bytes -= json_size(entry)
        if left_bytes < 0 and entries:
            left_out = min(query.limit, total_count - start) - len(entries)
            return {"data": entries, "total_count": total_count, "left_out": left_out}
        entries.append(entry)
    return {"data": entries, "total_count": total_count}


def json_size(value: Json) -> int:
    """Return the size of the value as JSON, in bytes."""
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
