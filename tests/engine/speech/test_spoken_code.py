"""Long code is spoken like short code, and aligned in a bounded number of words."""

import pytest

from playground.engine.events import Sentence
from playground.engine.limits import DEFAULT_LIMITS
from playground.engine.sentences.blocks import CODE
from playground.engine.speech.spoken import CODE_HEARD, EXACT_CODE_CHARS, JSON_HEARD, spoken

LARGEST = DEFAULT_LIMITS.answer_chars

PROGRAM = "def area(width, height):\n\n    return  width * height - 12 30\n"
BODIES = {
    "a program": PROGRAM,
    "one character a word": "x ",
    "one character a line": "1\n",
    "no space at all": "汉字",
    "one token": "abc123",
    "marks": "=+ ",
}


def fenced(body: str, chars: int) -> Sentence:
    text = f"```python\n{body * (chars // len(body))}"[: chars - 4] + "\n```"
    return Sentence(0, 7, 7 + len(text), text, CODE)


@pytest.mark.parametrize("chars", [EXACT_CODE_CHARS + 1, 50_000, LARGEST])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_long_code_is_aligned_in_a_bounded_number_of_groups(body: str, chars: int) -> None:
    sentence = fenced(body, chars)
    code = sentence.text.removeprefix("```python").removesuffix("```")

    utterance = spoken(sentence)

    if body == BODIES["marks"]:
        assert (utterance.text, utterance.words) == ("", ())
        return
    assert utterance.text == " ".join(code.split())
    assert utterance.notes == (CODE_HEARD,)
    assert 100 < len(utterance.words) <= DEFAULT_LIMITS.segment_words
    assert (utterance.words[0].start, utterance.words[-1].end) == (sentence.start, sentence.end)


@pytest.mark.parametrize("body", [BODIES["a program"], BODIES["no space at all"], BODIES["one token"]])
def test_no_group_is_heard_before_its_last_character(body: str) -> None:
    sentence = fenced(body, 20_000)
    first = sentence.text.index("\n")

    for word in spoken(sentence).words[:-1]:
        spoken_so_far = " ".join(sentence.text[first : word.end - sentence.start].split())
        assert word.at == len(spoken_so_far) - 1


def test_a_group_of_words_ends_between_words() -> None:
    sentence = fenced(PROGRAM, 20_000)

    assert all(sentence.text[word.end - sentence.start].isspace() for word in spoken(sentence).words[:-1])


def test_long_json_is_heard_as_json() -> None:
    text = '{"story": "' + "once upon a time " * 1_000 + '"}'

    utterance = spoken(Sentence(0, 0, len(text), text, CODE))

    assert utterance.text == " ".join(text.split())
    assert utterance.notes == (JSON_HEARD,)


def test_code_is_said_alike_on_both_sides_of_the_bound() -> None:
    short, long = fenced(PROGRAM, EXACT_CODE_CHARS), fenced(PROGRAM, EXACT_CODE_CHARS + 200)

    assert spoken(long).text.startswith(spoken(short).text[:-80])
