"""The platforms' own HTTP APIs: a key with which a request to one of them is signed is no key of an LLM."""

import re
from collections.abc import Iterable, Iterator

from personas.formats.platform_format import OwnApi
from personas.formats.registry import formats
from personas.formats.rules import printable


def api_at(hosts: Iterable[str]) -> OwnApi | None:
    """Return the first platform's API that is at one of these hosts, or None."""
    host_list = list(hosts)
    return next((api for api in _apis() if any(_is_at(api, host) for host in host_list)), None)


def key_sentence(name: str, api: OwnApi) -> str:
    """Return a sentence on a key with which a request to the platform itself is signed."""
    subject = f"{printable(name)} is the platform's key ({api.host}), not your LLM's"
    return f"{subject}: it was left out, and is stored nowhere."


def about_key_in(code: str) -> list[str]:
    """Return a sentence if the code around a document holds a platform's key, in a list."""
    for api in _apis():
        named = re.compile(rf"""({re.escape(api.key_header)})["']?\s*[:=]""", re.IGNORECASE)
        if key := named.search(code):
            return [key_sentence(key[1], api)]
    return []


def _apis() -> Iterator[OwnApi]:
    return (known.api for known in formats() if known.api is not None)


def _is_at(api: OwnApi, host: str) -> bool:
    return host == api.host or host.endswith(f".{api.host}")
