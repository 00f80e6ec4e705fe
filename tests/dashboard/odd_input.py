"""What nobody types: values that are sent at every address, in its path, its query and its form."""

from collections.abc import Iterable, Iterator
from urllib.parse import quote_from_bytes, urlencode

ODD_IN_PATH = (
    "%00",
    "a%00b",
    "%FF%FE",
    "%ED%A0%80",
    "%0D%0AX-Injected:%201",
    "%F0%9F%90%BA",
    "99999999999999999999",
    "-1",
    "_",
    "_00_FF",
    "a" * 3_000,
)
REFUSED_BY_DATABASES = ("%00", "a%00b", "%ED%A0%80", "99999999999999999999", "_00_FF")
"""Those of them that one database takes and another refuses; the admin reads the last one as a NUL."""
ODD_VALUES = (b"a\0b", b"\xff\xed\xa0\x80", b"9" * 30, b"'\"<[{%")
REFUSED_VALUES = (b"a\0b", b"9" * 30)
"""Those of them that one database takes and another refuses."""
HUGE = "9" * 20
NAMES = (
    "next", "q", "o", "p", "e", "all", "format", "platform", "older", "newer", "persona", "persona_id", "filter",
    "status", "limit", "page", "sort", "verbose", "id", "id__exact", "pk", "name", "role", "username", "password",
    "text", "document", "url", "base_url", "action", "_selected_action", "_popup", "_to_field", "_changelist_filters",
    "csrfmiddlewaretoken", "address", "key", "model", "fillerPhrase", "activationDelayMs", "persona_name",
    "system_prompt", "revoked_at__isnull", "created_at__gte", "user__id__exact", "role__id__exact", "is_active__exact",
)  # fmt: skip
"""Names of fields and parameters that some address knows."""


def queries(values: Iterable[bytes]) -> Iterator[str]:
    """Each value under all names at once, and a few names that are odd themselves."""
    for value in values:
        yield "&".join(f"{name}={quote_from_bytes(value)}" for name in NAMES)
    yield "%00=%00&=&&&a;b&%ff"


def forms(values: Iterable[bytes]) -> Iterator[bytes]:
    for value in values:
        yield urlencode({name: value for name in NAMES if name != "csrfmiddlewaretoken"}).encode()


ADMIN_QUERIES: tuple[str, ...] = (
    "id__exact=abc", "pk__in=abc", "q=" + "a+" * 500, "o=999999", "o=-999999.a.1", "p=-1", "p=abc", "e=1", "all=1",
    "_to_field=password", "_popup=%00", "nothing__exact=1", "id__regex=(", "created_at__gte=abc", "role__id__exact=abc",
    "revoked_at__isnull=maybe", "user__password__startswith=a", "groups__id__exact=abc", "last_used_at__day=abc",
)  # fmt: skip
"""Filters of the admin's lists with values that fit no field: Django refuses them before it asks a database."""
ADMIN_QUERIES_OF_DATABASES: tuple[str, ...] = (
    f"id__exact={HUGE}", f"pk__in={HUGE},1", "id__exact=%00", "q=%00", f"o={HUGE}", f"p={HUGE}", "all=%00",
    "_to_field=%00", "created_at__year=99999999999", "revoked_at__gte=%00", "is_active__exact=%00",
)  # fmt: skip
"""Those whose values a database may be asked for, which one takes and another refuses."""
