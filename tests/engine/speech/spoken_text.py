"""The spoken text of all sentences, in one string."""

from playground.engine.speech.spoken import spoken
from tests.engine.sentences.test_splitter import split


def spoken_text(text: str) -> str:
    return " ¦ ".join(spoken(sentence).text for sentence in split(text))
