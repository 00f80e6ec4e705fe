"""What a voice says of a text, in one string."""

from playground.engine.speech.spoken import spoken
from tests.engine.sentences.test_splitter import split


def said(text: str) -> str:
    return " ¦ ".join(spoken(sentence).text for sentence in split(text))
