"""A persona's versions: differences field by field and word by word, and restoring one."""

import difflib
import json
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from personas.documents import apply_document
from personas.models import Persona, PersonaVersion, TokenSecret
from personas.persona_fields import PERSONA_FIELDS
from personas.saving import save_persona
from personas.secret_usage import SECRET_FIELDS
from playground.engine.prompt import compose_system_message

MAX_COMPARED = 4_000
"""The most parts (words, or else lines) compared one by one."""
COMPARED_STEPS = 1_000_000
"""How many pairs of parts a comparison looks at, about 0.1 s of CPU; what is left then counts as replaced."""
PROMPT_FIELDS = frozenset({"system_prompt", "context"})

_WORD = re.compile(r"\s+|\w+|[^\w\s]")


class ChangeKind(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class DiffSpan:
    """A part of a text that is in both versions, only in the older, or only in the newer."""

    kind: ChangeKind
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field whose value differs. ``path`` is its path in the document (``llm.model``)."""

    path: str
    before: Any
    after: Any

    @property
    def spans(self) -> tuple[DiffSpan, ...]:
        """Compare both values as texts, word by word; JSON has one member a line."""
        return compared(_shown(self.before), _shown(self.after))


def what_changed(older: PersonaVersion, newer: PersonaVersion) -> tuple[FieldChange, ...]:
    """Return every field in which the versions differ, in the document's order."""
    return document_changes(older.document, newer.document)


def document_changes(older: Mapping[str, Any], newer: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Compare two documents like `what_changed`."""
    return tuple(_changes(older, newer, ()))


def prompt_changes(older: PersonaVersion, newer: PersonaVersion) -> tuple[DiffSpan, ...]:
    """Compare the composed prompts of the two versions, word by word."""
    return compared(_prompt(older.document), _prompt(newer.document))


@transaction.atomic
def restore(version: PersonaVersion, persona: Persona, *, by: User) -> tuple[PersonaVersion, list[str]]:
    """Save the version's document as the persona's next version; return it with notes on what couldn't be restored.

    A token secret that no longer exists is named as missing. Raises ValueError for another persona's version.
    """
    if version.persona_ref != persona.pk:
        raise ValueError("The version belongs to another persona.")
    notes = [
        f"The token secret {name} is gone: the persona names it as missing until somebody who manages token "
        "secrets makes it again."
        for name in _missing_secrets(version.document)
    ]
    apply_document(persona, version.document)
    restored = save_persona(persona, by=by, note=f"Version {version.number} restored")
    filler, was = restored.document["filler"], version.document.get("filler")
    if filler is not None and filler != was:
        notes.append(
            f"The filler config says something else by now: {filler['name']} was made for this version."
        )
    return restored, notes


def _missing_secrets(document: Mapping[str, Any]) -> list[str]:
    names = {PERSONA_FIELDS[field].value_in(document) for field in SECRET_FIELDS} - {""}
    stored = {name.lower() for name in TokenSecret.objects.values_list("name", flat=True)}
    return sorted(name for name in names if name.lower() not in stored)


def _changes(older: Any, newer: Any, path: tuple[str, ...]) -> Iterator[FieldChange]:
    if older == newer and isinstance(older, bool) is isinstance(newer, bool):
        return
    if len(path) < 2 and isinstance(older, Mapping) and isinstance(newer, Mapping):
        for key in dict.fromkeys([*older, *newer]):
            yield from _changes(older.get(key), newer.get(key), (*path, key))
        return
    yield FieldChange(".".join(path), older, newer)


def _prompt(document: Mapping[str, Any]) -> str:
    return compose_system_message(document.get("system_prompt") or "", document.get("context") or "", "").text


def _shown(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False)


def compared(before: str, after: str) -> tuple[DiffSpan, ...]:
    """Return both texts as one: common, removed and added parts. Parts are words, or lines in long texts."""
    for parts in (_WORD.findall, _lines):
        old, new = parts(before), parts(after)
        start = _common(old, new)
        end = _common(old[start:][::-1], new[start:][::-1])
        old_middle, new_middle = old[start : len(old) - end], new[start : len(new) - end]
        if max(len(old_middle), len(new_middle)) <= MAX_COMPARED:
            middle = _matched(old_middle, new_middle)
            break
    else:
        middle = [
            DiffSpan(ChangeKind.REMOVED, "".join(old_middle)),
            DiffSpan(ChangeKind.ADDED, "".join(new_middle)),
        ]
    around = "".join(new[:start]), "".join(new[len(new) - end :])
    return tuple(
        _merged([DiffSpan(ChangeKind.SAME, around[0]), *middle, DiffSpan(ChangeKind.SAME, around[1])])
    )


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Return the length of the common beginning."""
    count = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        count += 1
    return count


def _matched(old: list[str], new: list[str]) -> list[DiffSpan]:
    spans = []
    a = c = 0
    for run in [*sorted(_common_runs(old, new)), difflib.Match(len(old), len(new), 0)]:
        spans += [
            DiffSpan(ChangeKind.REMOVED, "".join(old[a : run.a])),
            DiffSpan(ChangeKind.ADDED, "".join(new[c : run.b])),
            DiffSpan(ChangeKind.SAME, "".join(old[run.a : run.a + run.size])),
        ]
        a, c = run.a + run.size, run.b + run.size
    return spans


def _common_runs(old: list[str], new: list[str]) -> Iterator[difflib.Match]:
    """Yield the longest common run, then the longest before and after it and so on, for `COMPARED_STEPS`.

    `difflib.SequenceMatcher.get_matching_blocks` goes on to the end: if only single parts agree, its cost grows with
    their square.
    """
    matcher = difflib.SequenceMatcher(None, old, new)
    popular = matcher.bpopular  # type: ignore[attr-defined] # documented; the stubs lack it
    times = Counter(part for part in new if part not in popular)
    steps = list(accumulate((1 + times[part] for part in old), initial=0))
    steps_left = COMPARED_STEPS
    ranges = deque([(0, len(old), 0, len(new))])
    while ranges and steps_left > 0:
        a, b, c, d = ranges.popleft()
        steps_left -= steps[b] - steps[a]
        run = matcher.find_longest_match(a, b, c, d)
        if not run.size:
            continue
        yield run
        around = ((a, run.a, c, run.b), (run.a + run.size, b, run.b + run.size, d))
        ranges.extend(each for each in around if each[0] < each[1] and each[2] < each[3])


def _merged(spans: Sequence[DiffSpan]) -> Iterator[DiffSpan]:
    """Drop empty spans and merge neighbours of the same kind."""
    last: DiffSpan | None = None
    for span in spans:
        if not span.text:
            continue
        if last is not None and last.kind is span.kind:
            last = DiffSpan(last.kind, last.text + span.text)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last
