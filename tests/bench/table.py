"""The table: a row for each figure, a column for each candidate and its ratio to the relay."""

from collections.abc import Mapping, Sequence

from tests.bench.figures import Figures, number, ratio, summary
from tests.bench.servers import Candidate

Runs = Mapping[Candidate, Sequence[Figures]]
"""The figures of each repetition, by candidate."""


def table(sections: Mapping[str, Runs]) -> str:
    """Return the sections as one Markdown table."""
    measured = [
        candidate for candidate in Candidate if any(runs.get(candidate) for runs in sections.values())
    ]
    compared = Candidate.RELAY in measured
    heads = [""]
    for candidate in measured:
        heads.append(candidate)
        if compared and candidate is not Candidate.RELAY:
            heads.append("÷ relay")
    rows = [heads, ["---"] * len(heads)]
    for title, runs in sections.items():
        rows.append([f"**{title}**", *[""] * (len(heads) - 1)])
        rows += [_row(name, runs, measured, compared=compared) for name in _names(runs)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _names(runs: Runs) -> list[str]:
    return list(dict.fromkeys(name for figures in runs.values() for each in figures for name in each))


def _row(name: str, runs: Runs, measured: Sequence[Candidate], *, compared: bool) -> list[str]:
    reference = _values(runs, Candidate.RELAY, name)
    cells = [name]
    for candidate in measured:
        values = _values(runs, candidate, name)
        cells.append(summary(values).text if values else "–")
        if compared and candidate is not Candidate.RELAY:
            is_known = values and reference
            cells.append(
                number(ratio(summary(values).middle, summary(reference).middle)) if is_known else "–"
            )
    return cells


def _values(runs: Runs, candidate: Candidate, name: str) -> list[float]:
    return [figures[name] for figures in runs.get(candidate, ()) if name in figures]
