"""What nobody types: values that are sent at every address, in its path, its query and its form."""

from collections.abc import Iterator
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
NAMES = (
    "next", "q", "o", "p", "e", "all", "format", "platform", "older", "newer", "persona", "persona_id", "filter",
    "status", "limit", "page", "sort", "verbose", "id", "id__exact", "pk", "name", "role", "username", "password",
    "text", "document", "url", "base_url", "action", "_selected_action", "_popup", "_to_field", "_changelist_filters",
    "csrfmiddlewaretoken", "address", "key", "model", "fillerPhrase", "activationDelayMs", "persona_name",
    "system_prompt", "revoked_at__isnull", "created_at__gte", "user__id__exact", "role__id__exact", "is_active__exact",
)  # fmt: skip
"""Names of fields and parameters that some address knows."""


def queries() -> Iterator[str]:
    """Each odd value under all names at once, and a few names that are odd themselves."""
    for value in ODD_VALUES:
        yield "&".join(f"{name}={quote_from_bytes(value)}" for name in NAMES)
    yield "%00=%00&=&&&a;b&%ff"


def forms() -> Iterator[bytes]:
    for value in ODD_VALUES:
        yield urlencode({name: value for name in NAMES if name != "csrfmiddlewaretoken"}).encode()


def admin_queries() -> tuple[str, ...]:
    """Filters of the admin's lists with values that fit no field."""
    huge = "9" * 20
    return (
        "id__exact=abc", f"id__exact={huge}", f"pk__in={huge},abc", "id__exact=%00", "q=%00", "q=" + "a+" * 500,
        "o=999999", "o=-999999.a.1", f"o={huge}", f"p={huge}", "p=-1", "p=abc", "e=1", "all=1", "all=%00",
        "_to_field=%00", "_to_field=password", "_popup=%00", "nothing__exact=1", "id__regex=(", "created_at__gte=abc",
        "created_at__year=99999999999", "role__id__exact=abc", "revoked_at__isnull=maybe", "revoked_at__gte=%00",
        "user__password__startswith=a", "is_active__exact=%00", "groups__id__exact=abc", "last_used_at__day=abc",
    )  # fmt: skip
