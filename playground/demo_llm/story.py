"""A story told over several turns, and a conversation's progress in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

OPENING_CHARS = 14
"""The length of the prefix that identifies a sentence: it is unique across the stories."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One turn's part of the story, and the question that invites the listener to go on."""

    sentences: tuple[str, ...]
    question: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    title: str
    keywords: tuple[str, ...]
    """Prefixes of words, in lower case, by which a listener asks for it."""
    beats: tuple[Beat, ...]
    asides: Mapping[str, str] = field(default_factory=dict)
    """Answers to questions about the story, by a prefix of a word."""

    def is_named_in(self, text: str) -> bool:
        return self.title.lower() in text.lower()

    def is_asked_for_in(self, text: str) -> bool:
        words = text.lower().split()
        return any(word.strip("«»\"'“”(.,!?").startswith(each) for word in words for each in self.keywords)

    def aside(self, text: str) -> str:
        lowered = text.lower()
        return next((answer for word, answer in self.asides.items() if word in lowered), "")

    def has_begun_in(self, answers: tuple[str, ...]) -> bool:
        return any(sentence[:OPENING_CHARS] in text for text in answers for sentence in self._sentences())

    def next_beat(self, answers: tuple[str, ...]) -> Beat | None:
        """Return the first beat not heard to its end, from the interrupted sentence on; None at the story's end."""
        for beat in self.beats:
            unheard = _unheard(beat, answers)
            if unheard:
                return Beat(unheard, beat.question)
        return None

    def _sentences(self) -> tuple[str, ...]:
        return tuple(sentence for beat in self.beats for sentence in beat.sentences)


def _unheard(beat: Beat, answers: tuple[str, ...]) -> tuple[str, ...]:
    for index, sentence in enumerate(beat.sentences):
        if not any(sentence in text for text in answers):
            return beat.sentences[index:]
    return ()


def story_in_progress(stories: tuple[Story, ...], answers: tuple[str, ...]) -> Story | None:
    """Return the story told last, or None. ``answers`` are oldest first."""
    for text in reversed(answers):
        for story in stories:
            if story.has_begun_in((text,)):
                return story
    return None
