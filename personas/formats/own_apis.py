"""The platforms' own HTTP APIs: a key with which a request to one of them is signed is no key of an LLM."""

import re
from collections.abc import Iterable, Iterator

from personas.formats.platform_format import OwnApi
from personas.formats.registry import formats
from personas.formats.rules import printable


def api_at(hosts: Iterable[str]) -> OwnApi | None:
    """The first platform's API that is at one of these hosts; None: none is."""
    asked = list(hosts)
    return next((api for api in _apis() if any(_is_at(api, host) for host in asked)), None)


def key_sentence(name: str, api: OwnApi) -> str:
    """What becomes of the key with which a request to the platform itself is signed."""
    what = f"{printable(name)} is the platform's key ({api.host}), not your LLM's"
    return f"{what}: it was left out, and is stored nowhere."


def about_key_in(code: str) -> list[str]:
    """A sentence where the code around a document holds a platform's key."""
    for api in _apis():
        named = re.compile(rf"""({re.escape(api.key_header)})["']?\s*[:=]""", re.IGNORECASE)
        if key := named.search(code):
            return [key_sentence(key[1], api)]
    return []


def _apis() -> Iterator[OwnApi]:
    return (known.api for known in formats() if known.api is not None)


def _is_at(api: OwnApi, host: str) -> bool:
    return host == api.host or host.endswith(f".{api.host}")
