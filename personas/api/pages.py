"""Lists of the API: a page of a query, in Tavus' shape ``{"data", "total_count"}``."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import Field

MAX_LIMIT = 100
MAX_PAGE = 1_000_000

Row = TypeVar("Row", bound=Model)
Json = dict[str, Any]


class PageQuery(Schema):
    limit: int = Field(10, ge=1, le=MAX_LIMIT, description="How many entries a page has.")
    page: int = Field(1, ge=1, le=MAX_PAGE, description="Which page, from 1.")


def page_of(rows: QuerySet[Row], query: PageQuery, shown: Callable[[Row], Json]) -> Json:
    """The page's entries; ``total_count`` counts all that the query finds."""
    start = (query.page - 1) * query.limit
    found = [shown(row) for row in rows[start : start + query.limit]]
    return {"data": found, "total_count": rows.count()}
