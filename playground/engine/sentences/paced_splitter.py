"""Splits an answer into sentences, a bounded number of characters per step.

A server may send a whole answer in one delta: splitting it at once would block every other turn of the process.
"""

from collections import deque

from playground.engine.events import Sentence
from playground.engine.limits import KIB
from playground.engine.sentences.splitter import SentenceSplitter

SPLIT_CHARS_AT_ONCE = 4 * KIB


class PacedSplitter:
    """As a `SentenceSplitter`, but text beyond a step's budget of characters waits for the next step.

    ``begin_step`` renews the budget; ``finish`` splits all pending text, however long.
    """

    def __init__(self, sentence_chars: int) -> None:
        self._splitter = SentenceSplitter(sentence_chars)
        self._waiting: deque[str] = deque()
        self._room = SPLIT_CHARS_AT_ONCE
        self._ends = False

    @property
    def is_behind(self) -> bool:
        return bool(self._waiting)

    def begin_step(self) -> None:
        self._room = SPLIT_CHARS_AT_ONCE

    def feed(self, text: str) -> list[Sentence]:
        self._waiting.append(text)
        return self.advance()

    def advance(self) -> list[Sentence]:
        """Split as much pending text as the step allows, and end the text if it has ended and none is pending."""
        sentences: list[Sentence] = []
        while self._waiting and self._room > 0:
            text = self._waiting.popleft()
            if len(text) > self._room:
                self._waiting.appendleft(text[self._room :])
                text = text[: self._room]
            self._room -= len(text)
            sentences += self._splitter.feed(text)
        if self._ends and not self._waiting:
            sentences += self._splitter.flush()
        return sentences

    def poll(self) -> list[Sentence]:
        return [] if self._waiting else self._splitter.poll()

    def end(self) -> list[Sentence]:
        """End the text."""
        self._ends = True
        return self.advance()

    def finish(self) -> list[Sentence]:
        sentences: list[Sentence] = []
        while self._waiting:
            self.begin_step()
            sentences += self.advance()
        return sentences
