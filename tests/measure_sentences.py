"""Prints how well, how early and how fast answers are cut into sentences: ``python -m tests.measure_sentences``."""

import sys
import time
from collections.abc import Iterable

from playground.engine.sentences.splitter import SentenceSplitter
from tests.engine.sentences.sentence_cases import ASSERTED, Case, cases

DELTA_CHARS = 4
"""About what a delta of a language model holds."""
PROSE = (
    "The Park Hotel has rooms from $99.50 a night. It's on 5th St. near the lake, and Dr. Lee loved it! "
    "Would you like me to book one? "
)
ENDLESS = {
    "one word": "a",
    "words": "word ",
    "abbreviations": "e.g. ",
    "initials": "A. ",
    "Roman numerals": "XI. ",
    "dots": ".",
    "ellipses": "… … … ",
    "open quotations": "“A.” ",
    "braces": "{",
    "glued words": "it.Paris",
    "open code": "`a b ",
    "lone backticks": "` ``` `` ",
    "open formulas": "\\[ x = 1 ",
    "dollar signs": "$x + ",
    "prices": "$5 ",
    "open tags": "<a b='c ",
    "angle brackets": "<",
}


def main() -> None:
    every = {name: cases(name) for name in (*ASSERTED, "missed")}
    for name, its_cases in every.items():
        _print_accuracy(name, its_cases)
    _print_accuracy("all", [case for its_cases in every.values() for case in its_cases])
    for size in (10_000, 100_000, 1_000_000):
        _print_cost(f"prose, {size:,} characters", PROSE, size)
    for name, unit in ENDLESS.items():
        _print_cost(f"no end: {name}", unit, 100_000)


def _print_accuracy(name: str, measured: list[Case]) -> None:
    exact = sum(_sentences(case.raw) == case.sentences for case in measured)
    chars, deltas = lateness(measured)
    _print(
        f"{name}: {exact} of {len(measured)} exact ({exact / len(measured):.1%}); "
        f"late by {chars:.2f} characters, {deltas:.2f} deltas"
    )


def _sentences(text: str) -> list[str]:
    splitter = SentenceSplitter()
    return [sentence.text for sentence in [*splitter.feed(text), *splitter.flush()]]


def lateness(measured: Iterable[Case]) -> tuple[float, float]:
    """Return how many characters and deltas after its end a sentence comes, on average, where more text follows it."""
    late = [pair for case in measured for pair in _late(case)]
    return (
        sum(chars for chars, _ in late) / max(len(late), 1),
        sum(deltas for _, deltas in late) / max(len(late), 1),
    )


def _late(case: Case) -> Iterable[tuple[int, int]]:
    splitter = SentenceSplitter()
    for at, character in enumerate(case.raw, start=1):
        for sentence in splitter.feed(character):
            yield at - sentence.end, (at - 1) // DELTA_CHARS - (sentence.end - 1) // DELTA_CHARS


def _print_cost(name: str, unit: str, size: int) -> None:
    text = (unit * (size // len(unit) + 1))[:size]
    figures = ", ".join(f"{cost_us(text, step):.2f} in pieces of {step}" for step in (1, DELTA_CHARS, size))
    _print(f"{name}: µs a character {figures}")


def cost_us(text: str, step: int) -> float:
    """Processor time a character, in µs, when the text comes in pieces of ``step``."""
    splitter = SentenceSplitter()
    began = time.process_time()
    for at in range(0, len(text), step):
        splitter.feed(text[at : at + step])
    splitter.flush()
    return (time.process_time() - began) / len(text) * 1e6


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
