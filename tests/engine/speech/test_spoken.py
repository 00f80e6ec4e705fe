"""The spoken text of a sentence, and the raw text of each of its words."""

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.engine.events import Sentence
from playground.engine.speech.markup import FORMULA_HEARD
from playground.engine.speech.spoken import CODE_HEARD, JSON_HEARD, Spoken, spoken
from tests.engine.sentences.sentence_cases import Case
from tests.engine.sentences.test_splitter import CASES, split


def spoken_text(text: str) -> str:
    return " ¦ ".join(spoken(sentence).text for sentence in split(text))


@pytest.mark.parametrize(
    ("raw", "expected"),
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
        ("Salt &amp; pepper<br>", "Salt & pepper"),
        ("If a < b then stop.", "If a < b then stop."),
        (r"A \*star\* here.", "A *star* here."),
        ("| Name | Age |", "Name, Age"),
        ("It costs $5.50  at\u00a03 p.m.", "It costs $5.50 at 3 p.m."),
        ("Prix : 12,50 €.", "Prix : 12,50 €."),
        ("今日は**良い**天気です。", "今日は良い天気です。"),
    ],
)  # fmt: skip
def test_markup_is_not_read_aloud(raw: str, expected: str) -> None:
    assert spoken_text(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "|---|:-:|",
        "---",
        "***",
        "🎉🎉",
        "...",
        "**",
        "![](x.png)",
        "[1]: https://example.org/a_b",
        '[guide]: <https://example.org> "The guide"',
        "- [2]: www.example.org",
        "<!-- nothing to hear -->",
        "```py\n```",
        "<br>",
    ],
)
def test_there_is_nothing_to_say(raw: str) -> None:
    assert [spoken(sentence) for sentence in split(raw)] == [Spoken("", ())]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("It is 5*3*2.", "It is 5*3*2."),
        ("About 10~20% of them.", "About 10~20% of them."),
        ("Dial *67 first.", "Dial *67 first."),
        ("That is 2**3.", "That is 2**3."),
        ("She got an A*.", "She got an A*."),
        ("Her grade: A*", "Her grade: A*"),
        ("A 1_000 and a~b.", "A 1_000 and a~b."),
        ("Wait ~5 to ~10 minutes.", "Wait ~5 to ~10 minutes."),
        ("*67 blocks it.", "*67 blocks it."),
        ("2 ** 3 and 2 * 3", "2 ** 3 and 2 * 3"),
        ("un*frigging*believable", "un*frigging*believable"),
        ("It is ~~four~~ ~five~ now.", "It is four five now."),
        ("*a **b** c* and ***d** e*", "a b c and d e"),
        ("**Note:** read *this*, _please_.", "Note: read this, please."),
        ("__init__ and _x_", "init and x"),
        ("**한국어**는 **좋아요**!", "한국어는 좋아요!"),
        ("第**5**章", "第5章"),
    ],
)
def test_a_mark_within_a_value_is_text(raw: str, expected: str) -> None:
    """CommonMark's and GFM's emphasis; a mark with a letter or a digit on both sides is none."""
    assert spoken_text(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("**It is so. Is it?**", "It is so. ¦ Is it?"),
        ("*He waits. He goes.*", "He waits. ¦ He goes."),
        ("~~Gone. Over.~~", "Gone. ¦ Over."),
    ],
)
def test_emphasis_over_several_sentences_is_silent_in_each(raw: str, expected: str) -> None:
    assert spoken_text(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("One<br>two<br/>three", "One two three"),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("<ul><li>One</li><li>Two</li></ul>", "One Two"),
        ("So <b>bold</b> and <span class='x'>so</span>.", "So bold and so."),
        ("Fish &amp; chips&nbsp;&lt;new&gt; &#39;now&#39; &eacute;t&eacute;", "Fish & chips <new> 'now' été"),
        ("AT&T; and &bogus; stay.", "AT&T; and &bogus; stay."),
        ("Hi <!-- a remark --> there.", "Hi there."),
        ("Hi <!-- a remark", "Hi"),
        ("So it is [2, 3].", "So it is."),
        ("So it is[2-4][7], or not[^note].", "So it is, or not."),
        ("[^1]: A remark.", "A remark."),
        ("So it is¹ and was,² really†.", "So it is and was, really."),
        ("10 m², 5 km², (a+b)², sin² and 10³", "10 m², 5 km², (a+b)², sin² and 10³"),
        ("Given x = [2, 3], go.", "Given x = [2, 3], go."),
        ("It is so【4:0†source】.", "It is so."),
        ("It is so【12†report.pdf】and not.", "It is so and not."),
        ("See [the guide][1] or [the other guide][].", "See the guide or the other guide."),
        ("See [the [old] guide](<a b.html> 'Title').", "See the [old] guide."),
        ("1️⃣ First", "1 First"),
        ("#️⃣ Press", "# Press"),
        (r"It costs \$5, \#1, \[really\] \<b>", "It costs $5, #1, [really] <b>"),
        ("Write to <bob_smith@example.org>.", "Write to bob_smith@example.org."),
        ("Write to <mailto:bob@example.org>.", "Write to bob@example.org."),
        ("Call <tel:+1-555>.", "Call +1-555."),
        ("If a<b and c>d, stop.", "If a<b and c>d, stop."),
        ("If x < y > z, stop.", "If x < y > z, stop."),
        ("If a<b>c, stop.", "If a<b>c, stop."),
        ("A List<String> it is.", "A List<String> it is."),
        ("Great 🎉!", "Great!"),
        ("Hi🎉there", "Hi there"),
        ("A co\u00adop and a&shy;b", "A coop and ab"),
        ("``a`b`` and `c*d*`", "a`b and c*d*"),
    ],
)
def test_what_stands_between_words_comes_out_as_a_voice_would_say_it(raw: str, expected: str) -> None:
    assert spoken_text(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("So $E = mc^2$ holds.", "So E = mc^2 holds."),
        ("So $x$ and $a_1*b_1*c$.", "So x and a_1*b_1*c."),
        (r"So \(a + b\) it is.", "So a + b it is."),
        (r"So \[a^2 = b\]", "So a^2 = b"),
        ("So $$a < b$$", "So a < b"),
    ],
)
def test_a_formula_is_read_without_its_marks_and_noted(raw: str, expected: str) -> None:
    (sentence,) = split(raw)
    assert spoken(sentence).text == expected
    assert spoken(sentence).notes == (FORMULA_HEARD,)


@pytest.mark.parametrize(
    "raw",
    [
        "It costs $5 and $10.",
        "It costs $5-$10, or 10$ more.",
        "It costs $5 (10$ before).",
        "Set $HOME/$USER and $5.",
        "US$5 or A$7",
    ],
)
def test_a_price_is_no_formula(raw: str) -> None:
    (sentence,) = split(raw)
    assert (spoken(sentence).text, spoken(sentence).notes) == (raw, ())


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
    def test_four_times_the_text_costs_no_more_a_character(self, unit: str, kind: str) -> None:
        def cost_s(chars: int) -> float:
            text = (unit * chars)[:chars]
            began = time.process_time()
            spoken(Sentence(0, 0, len(text), text, kind))
            return time.process_time() - began

        once = min(cost_s(8_000) for _ in range(3))
        assert any(cost_s(32_000) < 10 * once + 0.02 for _ in range(3))


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
        expected = spoken(sentence)
        assert expected.text == " ".join(expected.text.split())
        assert all(0 <= pause.offset <= len(expected.text) for pause in expected.pauses)
        if not expected.text:
            continue
        places = [(word.start, word.end) for word in expected.words]
        assert (places[0][0], places[-1][1]) == (sentence.start, sentence.end)
        assert all(start < end for start, end in places)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(places))
        assert all(expected.text.startswith(word.text, word.at) for word in expected.words)


@given(st.lists(st.one_of(DIGITS, MARKUP), max_size=30))
@settings(max_examples=1_000, deadline=None)
def test_no_digit_comes_to_stand_beside_another_one(parts: list[str]) -> None:
    raw = "".join(parts)
    for sentence in split(raw):
        expected = spoken(sentence)
        for word in expected.words:
            written = raw[word.start : word.end]
            for pair in itertools.pairwise(word.text):
                if all(character.isnumeric() for character in pair):
                    assert "".join(pair) in written, (raw, expected.text)


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


@pytest.mark.parametrize("case", CASES, ids=[case.raw[:40] for case in CASES])
def test_the_words_cover_the_sentence_in_order(case: Case) -> None:
    raw = case.raw
    for sentence in split(raw):
        expected = spoken(sentence)
        if not expected.text:
            continue
        places = [(word.start, word.end) for word in expected.words]
        assert places[0][0] == sentence.start
        assert places[-1][1] == sentence.end
        assert all(start < end for start, end in places)
        gaps = itertools.pairwise(places)
        assert all(end <= start and not raw[end:start].strip() for (_, end), (start, _) in gaps)
        assert "".join(expected.text.split()) == "".join(
            "".join(word.text.split()) for word in expected.words
        )


@pytest.mark.parametrize(
    "text",
    [
        "It is $10 + tax (in US$).",
        "Pay $5+tax or 5$ in all.",
        "E = mc² and A = πr².",
        "It holds 10⁻³ and sin⁻¹.",
        "Read x[0] and then y.",
        "Set A[1, 2] = 5.",
        "Press [1] for sales, or press [2] for help.",
        "The set of [1, 2, 3] and [4].",
        "~/notes is a folder.",
        "I give it ***** and you ****.",
        "According to [1], it rains.",
    ],
)
def test_what_only_looks_like_markup_is_said_as_it_stands(text: str) -> None:
    utterances = [spoken(sentence) for sentence in split(text)]

    assert " ".join(utterance.text for utterance in utterances) == text
    assert [note for utterance in utterances for note in utterance.notes] == []


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("It is so [1]. And so [2, 3].", "It is so. ¦ And so."),
        ("Studies [2, 3] show it; Paris[1] too.", "Studies show it; Paris too."),
        ("See the note² and the word³ here.", "See the note and the word here."),
        ("So $2x + 3y = 5$ holds.", "So 2x + 3y = 5 holds."),
        ("~So~ it is.", "So it is."),
    ],
)
def test_marks_of_notes_formulas_and_emphasis_are_silent_still(raw: str, expected: str) -> None:
    assert spoken_text(raw) == expected
