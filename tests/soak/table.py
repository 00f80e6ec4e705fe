"""The table of a soak: each fault, what was lost, and how long until the site could be used."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.soak.faults import KINDS, of_kind
from tests.soak.judge import Evidence, closed_after_s, lost_chars

HEADS = (
    "fault",
    "times",
    "lost characters of a turn, most",
    "its turns ended after s, most",
    "away s, most",
    "a turn at a surviving server s, most",
    "both servers follow each other, after its return s, most",
)


def table(evidence: Evidence) -> str:
    """Return it as Markdown, with what happened below it."""
    rows = [HEADS, ("---",) * len(HEADS), *_rows(evidence)]
    happened = Counter(turn.status for turn in evidence.turns) + evidence.log.counts
    happened["events"] = evidence.witness.events
    counts = ", ".join(f"{number:,} {what}" for what, number in sorted(happened.items()))
    return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", counts])


def _rows(evidence: Evidence) -> Iterator[tuple[str, ...]]:
    lost = lost_chars(evidence)
    for kind in KINDS:
        faults = list(of_kind(list(evidence.faults), kind))
        if faults:
            yield (
                kind,
                str(len(faults)),
                str(max(lost.get(fault.process_id, 0) for fault in faults)),
                _most([closed_after_s(evidence, fault) for fault in faults]),
                _most([fault.back_s - fault.at_s for fault in faults]),
                _most([fault.talked_meanwhile_s for fault in faults]),
                _most([fault.usable_s for fault in faults]),
            )


def _most(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{max(known):.1f}" if known else "none"
