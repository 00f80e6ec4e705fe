"""What a voice says of a text, in one string."""

from playground.core.spoken import spoken
from tests.core.test_sentences import split


def said(text: str) -> str:
    return " ¦ ".join(spoken(sentence).text for sentence in split(text))
