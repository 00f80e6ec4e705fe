"""How an answer is split into sentences, and when each is committed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.engine.events import Sentence
from playground.engine.sentences.splitter import SentenceSplitter
from tests.engine.sentences.sentence_cases import ASSERTED, cases
from tests.measure_sentences import ENDLESS, PROSE, cost_us, lateness

CASES = [case for name in ASSERTED for case in cases(name)]


def split(text: str, cut: int = 0, limit_chars: int = 600) -> list[Sentence]:
    """Return the sentences of ``text``, fed in pieces of ``cut`` characters, or whole."""
    step = cut or max(len(text), 1)
    return split_pieces([text[at : at + step] for at in range(0, len(text), step)], limit_chars)


def split_pieces(pieces: list[str], limit_chars: int = 600) -> list[Sentence]:
    splitter = SentenceSplitter(limit_chars)
    sentences = [sentence for piece in pieces for sentence in splitter.feed(piece)]
    return sentences + splitter.flush()


def texts(sentences: list[Sentence]) -> list[str]:
    return [sentence.text for sentence in sentences]


def test_a_text_has_the_sentences_that_a_reader_sees() -> None:
    made = {case.raw: texts(split(case.raw)) for case in CASES}
    wrong = {case.raw: made[case.raw] for case in CASES if made[case.raw] != case.sentences}
    assert wrong == {}
    assert len(CASES) > 1_400


@pytest.mark.parametrize("cut", [1, 2, 3, 7])
def test_each_way_of_cutting_gives_the_same_sentences(cut: int) -> None:
    text = " ".join(case.raw for case in CASES)
    assert split(text, cut) == split(text)


MARKS = " .!?…\n\"'”“»«)(]*_`~#|-:;,{}12aAbIz。」「はé好Ии؟।•α;—😀\u200d\u00a0"
WORDS = [
    "👋🏽", " Mr. ", "e.g.", "U.S.", "p.m.", "It", " the ", "...", "[2]", "https://a.b/c", "vom 3. Juni",
    "no. ", "XII.", "ครับ ", "คะ", "？”", "。“", "Tom said", "iPhone", "5 г. ", "Co. ", "C. ", "Jones ", "2) ",
    "\r\n", "\n```\n", '{"a":', ". . .", " 1. ", " 3. ", " word" * 8, " 5 min. ", "88 St. ", "Dr. ",
    "auf 17. Geben Sie", "im 100. ", "น. ", "ดร. ", "got it.Let ", "it.I", "Sure.Paris", "page.Com ", "…Okay",
]  # fmt: skip
SPANS = [
    "$", "$$", "\\(", "\\)", "\\[", "\\]", "\\", "$5. ", "$x. Y$", "$$x. Y$$", "\\text{a. B ", "$a = 1.$ ",
    "``", "`a. B`", "`a.` ", "<", ">", "</b>", '<break time="0.5s"/>', '<a b="c. D', "<x y=z ", "\n\n",
    " three whole words ", "Let ", "}",
]  # fmt: skip
ATOMS = st.sampled_from([*MARKS, *WORDS, *SPANS])


@given(st.lists(st.lists(ATOMS, max_size=9).map("".join), max_size=12), st.sampled_from([40, 600]))
@settings(max_examples=300, deadline=None)
def test_any_cutting_of_any_text_gives_the_same_sentences_and_loses_nothing(
    pieces: list[str], limit: int
) -> None:
    text = "".join(pieces)
    sentences = split(text, 0, limit)
    assert split_pieces(pieces, limit) == sentences
    assert split(text, 1, limit) == sentences
    assert "".join("".join(sentence.text.split()) for sentence in sentences) == "".join(text.split())
    assert all(
        text[sentence.start : sentence.end] == sentence.text == sentence.text.strip()
        for sentence in sentences
    )
    assert [sentence.index for sentence in sentences] == list(range(len(sentences)))


def test_a_sentence_comes_at_the_first_character_of_the_next_one() -> None:
    splitter = SentenceSplitter()
    assert splitter.feed("It rains. ") == []
    assert texts(splitter.feed("T")) == ["It rains."]


def test_a_new_line_ends_the_sentence_at_once() -> None:
    assert texts(SentenceSplitter().feed("A line without a stop\n")) == ["A line without a stop"]


@pytest.mark.parametrize("text", ["I saw Mr. ", "At 5 p.m. ", "It costs 3.", "“Stop!” ", "J. "])
def test_what_is_not_certain_waits(text: str) -> None:
    assert SentenceSplitter().feed(text) == []


def test_a_word_that_settles_an_abbreviation_is_waited_for_24_characters_at_most() -> None:
    splitter = SentenceSplitter()
    assert splitter.feed("It was World War II." + " " + "A" * 22) == []
    assert texts(splitter.feed("A")) == ["It was World War II."]


def test_a_sentence_that_begins_with_the_next_item_is_not_cut_before_itself() -> None:
    assert texts(split("1) a. 2)\u00a0b")) == ["1) a.", "2)\u00a0b"]


def test_sentences_come_early() -> None:
    chars, deltas = lateness(CASES)
    assert chars <= 2.4
    assert deltas <= 1.2


@pytest.mark.slow  # Measures long inputs, several times each.
@pytest.mark.parametrize(
    "unit", [PROSE, *ENDLESS.values(), "「a", "（", '"', "คะ ", "\n- a. "], ids=lambda unit: unit[:8]
)
@pytest.mark.parametrize("step", [1, 4000])
def test_eight_times_the_text_costs_no_more_a_character(unit: str, step: int) -> None:
    short, long = (unit * 2_000)[:2_000], (unit * 16_000)[:16_000]
    once = min(cost_us(short, step) for _ in range(3))
    assert any(cost_us(long, step) < 2.5 * once + 0.5 for _ in range(3))


def test_offsets_are_those_of_the_raw_text_in_code_points() -> None:
    text = "  Hello 👋🏽 there.\n\nHow are you?  Fine."
    assert [(sentence.start, sentence.end) for sentence in split(text)] == [(2, 17), (19, 31), (33, 38)]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("# A title. Whole\nText.", ["heading", "sentence"]),
        ("- One. Two.\nThree.", ["list_item", "list_item", "sentence"]),
        ("A. Eggs\nB. Milk\nJ. Smith left.", ["list_item", "list_item", "sentence"]),
        ("A. A. Milne wrote it.\nJ. K. Rowling read it.", ["sentence", "sentence"]),
        ("| a. B | c |\n|---|---|\nEnd.", ["table_row", "table_row", "sentence"]),
        ("```sh\nls. A\n\nB\n```\nEnd.", ["code", "sentence"]),
        ('{"a": "B. C"}\nEnd.', ["code", "sentence"]),
        ("~~~\n```\nA. B\n~~~\nEnd.", ["code", "sentence"]),
        ("Call {name}. Then {\"x\": 1} Go.", ["sentence", "sentence", "code", "sentence"]),
    ],
)  # fmt: skip
def test_each_unit_says_its_kind(text: str, kinds: list[str]) -> None:
    assert [sentence.kind for sentence in split(text)] == kinds


@pytest.mark.parametrize("opener", ["`x ", "$x ", "$$ x ", "\\(x ", "\\[ x ", '<a b="x '])
def test_a_mark_that_nothing_closes_holds_text_back_for_a_bounded_number_of_characters(opener: str) -> None:
    splitter = SentenceSplitter(10_000)
    sentences = splitter.feed(f"So {opener}= 1. Yes. " + "2 " * 600)
    assert texts(sentences)[0].startswith(f"So {opener}= 1.")


@pytest.mark.parametrize("opened", ["`a. B", "$a. B", "\\(a. B", "\\[\na. B", "$$a. B", '<b c="a. B'])
def test_what_a_mark_has_opened_waits_for_its_end(opened: str) -> None:
    splitter = SentenceSplitter()
    assert splitter.feed(f"So {opened} ") == []
    assert splitter.poll() == []


@pytest.mark.parametrize("text", ["$$\nx = 1. Y\n$$", "\\[ x = 1. Y \\],", "\\[\nx\n\ny = 1\n\\]"])
def test_a_display_formula_alone_has_its_own_kind(text: str) -> None:
    kinds = [sentence.kind for sentence in split(f"Look:\n{text}\nThat is it.")]
    assert kinds[0] == kinds[-1] == "sentence"
    assert ("formula" in kinds) == ("\n\n" not in text)
    assert [sentence.kind for sentence in split(f"{text} is it.")][-1] == "sentence"


def test_a_run_on_is_never_cut_within_code_or_a_formula() -> None:
    uncut = ["`a, b`", "$x, y$", "\\(p, q\\)", '<break time="1 s"/>']
    text = "".join(f"word {' '.join(uncut)} word{number} " for number in range(40))
    parts = texts(split(text, limit_chars=60))
    assert sum(part.count(piece) for part in parts for piece in uncut) == text.count("`") // 2 * len(uncut)


def test_a_formula_beyond_the_limit_is_a_unit_of_its_own() -> None:
    formula = "$$" + "x + " * 30 + "y$$"
    assert texts(split(f"It is {formula} at last.", limit_chars=60)) == ["It is", formula, "at last."]


def test_an_open_code_block_is_one_unit_to_the_end() -> None:
    text = "```\n" + "x = 1. Y\n" * 500
    assert texts(split(text, 7)) == [text.rstrip()]


def test_a_run_on_is_cut_at_a_clause_else_at_a_space_else_at_the_limit() -> None:
    clauses = "and then, " * 100
    assert all(part.endswith(",") and len(part) <= 600 for part in texts(split(clauses))[:-1])
    words = "word " * 300
    assert all(part.endswith("word") and len(part) <= 600 for part in texts(split(words)))
    assert [len(part) for part in texts(split("x" * 1300))] == [600, 600, 100]


def test_a_hard_cut_leaves_a_character_whole() -> None:
    parts = texts(split("👋🏽" * 25, limit_chars=21))
    assert all(not part.startswith("🏽") for part in parts)
    assert max(map(len, parts)) <= 21


WHOLE = [
    "It rains.", "Really?", "“Yes!” ", "好的。", "**Done.**", "OK. ", "Ok. ", "No. ", "Okay. ", "That's ok. ",
    "Oh, no. ", "Sure!", "Sure! 😊 ", "Hm…", "Hmm. ", "Mhm. ", "Well...", "Um... ", "Uh-huh. ", "I'll see. ",
    "They don't. ", "One sec. ", "Let me think about that… ", "Let me think . . . ", "Counting: 1, 2, 3… ",
    "One moment, please... ", "Hold on.. ", "Секундочку, проверяю... ", "Так. ", "Ок. ", "Это я. ",
    "Einen Moment… ", "Un instant… ", "Bien sûr ! ", "Sekundę... ", "Bir saniye... ", "少々お待ちください…",
    "请稍等…… ", "네. ", "잠시만요... ", "نعم. ", "لحظة… ", "हाँ। ", "आहे. ", "สักครู่นะคะ ", "Τι κάνεις; ",
    "Բարև: ", "That's 50%. ", "It's 21°C. ", "- Milk and eggs. ", "1. Open the app. ", "# Ready? ", "> To be. ",
    "She said “go.” ", "(Just kidding.) ", "Run `git push`. ", "Run `git push.` ", "So $x = 5$. ",
    "It is \\(x\\). ", "$$x = 1. Y$$ ", "```\na. B\n```",
]  # fmt: skip
OPEN = [
    "It rains", "Ask Mr.", "Ask Dr. ", "It costs 3.", "It costs 3. ", "It costs $3.", "Version 2. ",
    "Call 555. ", "J. ", "At 5 p.m.", "Rule no. ", "It is approx. ", "Take e.g. ", "Das ist z. ",
    "Ludwig XIV. ", "See you on Sun. ", "Is it ok", "Hold on..", "... ", "(...", "```\na.\n", "```\na.\n``", "",
    "Hi. T", "Use `a. B", "Use `a.", "So $x. ", "So \\(x. ", "$$x. ", "<b c='a. ", '{"a": "B. ', "| a. | b. |",
    "# A title", "- Milk", "นัดพบ ดร. ", "He uses Yahoo! ", "他说：“好。“", "Visit www.example. ",
    "Приём в каб. ", "Ul. ", "Also: ",
]  # fmt: skip


@pytest.mark.parametrize("text", WHOLE)
def test_a_pause_takes_an_unambiguous_end(text: str) -> None:
    splitter = SentenceSplitter()
    assert splitter.feed(text) == []
    assert texts(splitter.poll()) == [text.strip()]
    assert splitter.poll() == splitter.flush() == []


@pytest.mark.parametrize("text", OPEN)
def test_a_pause_takes_nothing_else(text: str) -> None:
    splitter = SentenceSplitter()
    splitter.feed(text)
    assert splitter.poll() == []


def test_small_letters_after_a_polled_ellipsis_are_the_next_sentence() -> None:
    splitter = SentenceSplitter()
    splitter.feed("Let me see… ")
    assert texts(splitter.poll()) == ["Let me see…"]
    assert splitter.feed("okay, it is here. ") == []
    assert [(part.index, part.start, part.text) for part in splitter.flush()] == [
        (1, 12, "okay, it is here.")
    ]


@given(st.lists(st.tuples(st.lists(ATOMS, max_size=9).map("".join), st.booleans()), max_size=12))
@settings(max_examples=200, deadline=None)
def test_a_pause_anywhere_changes_nothing_that_is_committed_and_loses_nothing(
    pieces: list[tuple[str, bool]],
) -> None:
    splitter, parts = SentenceSplitter(), list[Sentence]()
    for piece, is_pause in pieces:
        parts += splitter.feed(piece)
        parts += splitter.poll() if is_pause else []
    parts += splitter.flush()
    text = "".join(piece for piece, _ in pieces)
    assert "".join("".join(part.text.split()) for part in parts) == "".join(text.split())
    assert all(text[part.start : part.end] == part.text for part in parts)
    assert [part.index for part in parts] == list(range(len(parts)))


def test_what_belonged_to_a_polled_sentence_begins_the_next_one() -> None:
    splitter = SentenceSplitter()
    splitter.feed("He said “go.")
    assert texts(splitter.poll()) == ["He said “go."]
    splitter.feed("” Then he left.")
    rest = splitter.flush()
    assert (rest[0].index, rest[0].start, rest[0].text) == (1, 12, "” Then he left.")


def test_a_particle_that_the_limit_cut_in_two_ends_nothing() -> None:
    text = "x" * 37 + 'ครับ "'
    assert split(text, 1, 40) == split(text, 0, 40)
