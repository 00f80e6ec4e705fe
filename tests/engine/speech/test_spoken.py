"""The spoken text of a sentence, without its markup."""

import pytest

from playground.engine.speech.markup import FORMULA_HEARD
from playground.engine.speech.spoken import Spoken, spoken
from tests.engine.sentences.test_splitter import split
from tests.engine.speech.spoken_text import spoken_text


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
