"""The raw text of each spoken word, also in code; digits stay separate."""

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.engine.events import Sentence
from playground.engine.speech.markup import Piece
from playground.engine.speech.spoken import CODE_HEARD, JSON_HEARD, _aligned, _is_tight, _verbatim, spoken
from tests.engine.sentences.test_splitter import CASES, split
from tests.engine.speech.spoken_text import spoken_text


class TestCode:
    def test_is_said_as_it_stands_without_its_fence(self) -> None:
        (sentence,) = split("```py\nx = a_1*b  # *so*\n\nprint(x)\n```")
        assert spoken(sentence).text == "x = a_1*b # *so* print(x)"
        assert spoken(sentence).notes == (CODE_HEARD,)

    @pytest.mark.parametrize("raw", ["~~~\n```\nx\n~~~", "````\n```\nx\n````"])
    def test_keeps_the_marks_of_another_fence(self, raw: str) -> None:
        assert spoken_text(raw) == "``` x"

    def test_that_was_never_closed_is_said_to_its_end(self) -> None:
        assert spoken_text("```\nx = 1\ny") == "x = 1 y"

    def test_json_is_said_as_it_stands(self) -> None:
        (sentence,) = split('{"name": "get_weather", "parameters": {"city": "Paris"}}')
        assert spoken(sentence).text == sentence.text
        assert spoken(sentence).notes == (JSON_HEARD,)

    def test_a_word_of_it_stands_for_its_own_raw_text(self) -> None:
        assert aligned("So:\n```py\nx = 1\nprint(x)\n```") == [
            ("So:", "So:"),
            ("x =", "```py\nx ="),
            ("1", "1"),
            ("print(x)", "print(x)\n```"),
        ]

    @pytest.mark.slow  # Measures long inputs, several times each.
    @pytest.mark.parametrize(
        ("unit", "kind"),
        [
            ("for i in range(10):\n    print(i)  # so\n", "code"),
            ("a b ", "code"),
            ("*a ", "sentence"),
            ("a_*", "sentence"),
            ("\\(a ", "sentence"),
            ("[a](b ", "sentence"),
            ("<a b ", "sentence"),
            ("<!-- ", "sentence"),
            ("| ", "table_row"),
            ("<break/>a ", "sentence"),
            ("a<b>c", "sentence"),
            ("a [1]", "sentence"),
            ("<sub alias='a'>", "sentence"),
            ("&#53;", "sentence"),
        ],
    )
    def test_eight_times_the_text_costs_no_more_a_character(self, unit: str, kind: str) -> None:
        def cost_s(chars: int) -> float:
            text = (unit * chars)[:chars]
            began = time.process_time()
            spoken(Sentence(0, 0, len(text), text, kind))
            return time.process_time() - began

        once = min(cost_s(2_000) for _ in range(3))
        assert any(cost_s(16_000) < 20 * once + 0.01 for _ in range(3))


DIGITS = st.sampled_from("0123456789٣७５½")
MARKUP = st.sampled_from(
    [
        "*", "**", "_", "__", "~", "~~", "`", "``", "***", "[", "](u)", "[^n]", "[a](u)", "<b>", "</b>", "<br>",
        "<sub>", "</sub>", "<!-- x -->", "&ZeroWidthSpace;", "&shy;", "&zwnj;", "&nbsp;", "\u00ad", "\u200b", "\u200d",
        "\ufe0f", "\u20e3", "🎉", "\\", "$", "$$", "\\(", "\\)", "\\[", "\\]", "|", "【a†b】", "†", " ", "\n", "a", ".",
        "<spell>", "</spell>", "<sub alias='", "'>", "<flush/>", "[laughs]", "https://x.y/", "<a@b.c>", "```\n", "{",
        "#", "-",
    ]
)  # fmt: skip


@given(st.lists(st.one_of(DIGITS, MARKUP, st.sampled_from(["<break/>", "word ", "字"])), max_size=30))
@settings(max_examples=500, deadline=None)
def test_the_words_cover_any_sentence_in_order(parts: list[str]) -> None:
    for sentence in split("".join(parts)):
        utterance = spoken(sentence)
        assert utterance.text == " ".join(utterance.text.split())
        assert all(0 <= pause.offset <= len(utterance.text) for pause in utterance.pauses)
        if not utterance.text:
            continue
        places = [(word.start, word.end) for word in utterance.words]
        assert (places[0][0], places[-1][1]) == (sentence.start, sentence.end)
        assert all(start < end for start, end in places)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(places))
        assert all(utterance.text.startswith(word.text, word.at) for word in utterance.words)


@given(st.lists(st.one_of(DIGITS, MARKUP), max_size=30))
@settings(max_examples=1_000, deadline=None)
def test_no_digit_comes_to_stand_beside_another_one(parts: list[str]) -> None:
    raw = "".join(parts)
    for sentence in split(raw):
        utterance = spoken(sentence)
        for word in utterance.words:
            written = raw[word.start : word.end]
            for pair in itertools.pairwise(word.text):
                if all(character.isnumeric() for character in pair):
                    assert "".join(pair) in written, (raw, utterance.text)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("[5](u)3", "5 3"),
        ("5<b>3</b>", "5 3"),
        ("5&#8203;3", "5 3"),
        ("5\u200b3 and 5\u00ad3", "5 3 and 5 3"),
        ("5[^1]3 and 5[2]3", "5 3 and 5 3"),
        ("5🎉3", "5 3"),
        ("1️⃣2️⃣", "1 2"),
        ("5`code`3 and 5`7`3", "5code3 and 5 7 3"),
        ("5<!-- 4 -->3", "5 3"),
        ("3<sup>2</sup>", "3 2"),
        ("½<b>½</b>", "½ ½"),
        ("[5][1]6", "5 6"),
        ("- **[5][1]** it is.", "5 it is."),
        ("It is so [5][1].", "It is so."),
        ("So it is.[5][1] Yes", "So it is. ¦ Yes"),
        ("5\\*3 and 1_000", "5*3 and 1_000"),
    ],
)
def test_digits_stay_apart(raw: str, expected: str) -> None:
    assert spoken_text(raw) == expected


def test_an_entity_that_is_a_digit_stands_where_it_is_written() -> None:
    assert spoken_text("&#53;3 and 5&#51; and &#53;<b>3</b>") == "53 and 53 and 5 3"


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


def test_the_words_cover_each_sentence_in_order() -> None:
    wrong = [
        sentence.text for case in CASES for sentence in split(case.raw) if not covered(case.raw, sentence)
    ]
    assert wrong == []


def covered(raw: str, sentence: Sentence) -> bool:
    """Return whether the sentence's words stand for all of its raw text, in order and without an overlap."""
    expected = spoken(sentence)
    if not expected.text:
        return True
    places = [(word.start, word.end) for word in expected.words]
    gaps = itertools.pairwise(places)
    return (
        (places[0][0], places[-1][1]) == (sentence.start, sentence.end)
        and all(start < end for start, end in places)
        and all(end <= start and not raw[end:start].strip() for (_, end), (start, _) in gaps)
        and "".join(expected.text.split()) == "".join("".join(word.text.split()) for word in expected.words)
    )


@given(
    text=st.lists(
        st.sampled_from(
            [
                "Well",
                "—",
                "(no)",
                "42",
                "4",
                ".",
                "«so»",
                "é",
                "don't",
                "漢字",
                "ひら",
                "カナ",
                "สวัสดี",
                "ข่",
                "「",
                "e\u0301",
                "…",
                "/",
                " ",
                " ",
                "  ",
            ]
        ),
        max_size=12,
    ).map("".join)
    | st.text(max_size=20)
)
def test_a_sentence_that_is_spoken_as_it_is_written_is_aligned_as_any_other(text: str) -> None:
    if _is_tight(text):
        sentence = Sentence(0, 7, 7 + len(text), text)
        assert _verbatim(sentence, ()) == _aligned(sentence, [Piece(text, 0, len(text))], ())


def test_most_sentences_are_spoken_as_they_are_written() -> None:
    assert _is_tight("She said: “No, thank you” — and left at 5 p.m.")
    assert not _is_tight("Two  spaces")
