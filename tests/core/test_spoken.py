"""What a voice says of a sentence, and which raw text each of its words stands for."""

import itertools

import pytest

from playground.core.spoken import Spoken, spoken
from tests.core.sentence_cases import Case
from tests.core.test_sentences import CASES, split


def said(text: str) -> str:
    return " ¦ ".join(spoken(sentence).text for sentence in split(text))


@pytest.mark.parametrize(
    ("raw", "heard"),
    [
        ("This is **bold** and *soft* and ~~gone~~ and __so__ on.", "This is bold and soft and gone and so on."),
        ("***Important!***", "Important!"),
        ("2 * 3 is 6.", "2 * 3 is 6."),
        ("The name is snake_case_name.", "The name is snake_case_name."),
        ("## The menu ##", "The menu"),
        ("- Apples", "Apples"),
        ("2. Bake it.", "Bake it."),
        ("- [ ] Buy milk.", "Buy milk."),
        ("> To be.", "To be."),
        ("See [our site](https://example.com/a_(b)) now.", "See our site now."),
        ("![A cat](cat.png) sits.", "A cat sits."),
        ("Go to https://www.example.com/a/b?c=1.", "Go to example.com."),
        ("Go to <https://example.com>!", "Go to example.com!"),
        ("Run `make run` now.", "Run make run now."),
        ("It is so.[2]", "It is so."),
        ("Great! 🎉", "Great!"),
        ("👨‍👩‍👧 Family first!", "Family first!"),
        ("1️⃣ First", "First"),
        ("Salt &amp; pepper<br>", "Salt & pepper"),
        ("If a < b then stop.", "If a < b then stop."),
        (r"A \*star\* here.", "A *star* here."),
        ("| Name | Age |", "Name, Age"),
        ("It costs $5.50  at\u00a03 p.m.", "It costs $5.50 at 3 p.m."),
        ("Prix : 12,50 €.", "Prix : 12,50 €."),
        ("今日は**良い**天気です。", "今日は良い天気です。"),
    ],
)  # fmt: skip
def test_markup_is_not_read_aloud(raw: str, heard: str) -> None:
    assert said(raw) == heard


@pytest.mark.parametrize(
    "raw", ["```py\nprint(1)\n```", '{"a": 1}', "|---|:-:|", "---", "🎉🎉", "...", "**", "![](x.png)"]
)
def test_there_is_nothing_to_say(raw: str) -> None:
    assert [spoken(sentence) for sentence in split(raw)] == [Spoken("", ())]


def aligned(raw: str) -> list[tuple[str, str]]:
    return [
        (word.text, raw[word.start : word.end]) for sentence in split(raw) for word in spoken(sentence).words
    ]


def test_each_word_stands_for_its_raw_text_with_its_markup() -> None:
    assert aligned("Hi! 👋 See [our **docs**](https://x.y/z) or `a b`.") == [
        ("Hi!", "Hi! 👋"),
        ("See", "See"),
        ("our", "[our"),
        ("docs", "**docs**](https://x.y/z)"),
        ("or", "or"),
        ("a", "`a"),
        ("b.", "b`."),
    ]


def test_offsets_are_those_of_the_whole_answer() -> None:
    assert aligned("One two.\n1. Three") == [("One", "One"), ("two.", "two."), ("Three", "1. Three")]


@pytest.mark.parametrize(
    ("raw", "groups"),
    [
        ("今日はいい天気です。", ["今日はいい", "天気です。"]),
        ("明日は「雨」です。", ["明日は", "「雨」", "です。"]),
        ("今天天气很好。", ["今天", "天气", "很好。"]),
        ("コンピュータを使う。", ["コンピュータを", "使う。"]),
        ("안녕하세요 여러분.", ["안녕하세요", "여러분."]),
    ],
)
def test_scripts_without_spaces_are_aligned_by_groups(raw: str, groups: list[str]) -> None:
    assert [word for word, _ in aligned(raw)] == groups
    assert [part for _, part in aligned(raw)] == groups


@pytest.mark.parametrize("case", CASES, ids=[case.raw[:40] for case in CASES])
def test_the_words_cover_the_sentence_in_order(case: Case) -> None:
    raw = case.raw
    for sentence in split(raw):
        heard = spoken(sentence)
        if not heard.text:
            continue
        places = [(word.start, word.end) for word in heard.words]
        assert places[0][0] == sentence.start
        assert places[-1][1] == sentence.end
        assert all(start < end for start, end in places)
        gaps = itertools.pairwise(places)
        assert all(end <= start and not raw[end:start].strip() for (_, end), (start, _) in gaps)
        assert "".join(heard.text.split()) == "".join("".join(word.text.split()) for word in heard.words)
