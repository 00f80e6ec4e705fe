"""What every error that a person reads is: one sentence or two, without a word of the code."""

import re

SENTENCE = re.compile(r"[A-Z0-9\[][^\r\n]{20,400}[.?]")
WORDS_OF_THE_CODE = re.compile(r"Error\b|Exception|Errno|Traceback|<\w+ ")


def assert_for_a_person(message: str) -> None:
    assert SENTENCE.fullmatch(message), message
    assert not WORDS_OF_THE_CODE.search(message), message
