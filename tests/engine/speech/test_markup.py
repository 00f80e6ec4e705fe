"""Markup is looked for only where it can stand, and none is missed."""

from hypothesis import given
from hypothesis import strategies as st

from playground.engine.sentences.blocks import SENTENCE
from playground.engine.speech import markup_pattern
from playground.engine.speech.markup import Line, Piece
from playground.engine.speech.tags import DEFAULT_TAGS

_PARTS = [
    "word", " ", "https://", "http:", "www.", "WWW.", "a.de", "**", "_", "~", "`", "$", "5", "\\(", "x", "\\)", "<b>",
    "</b>", "<", "[1]", "[a](b)", "!",
    "†", "²", "⁷", "⁻", "&amp;", "&", "|", "【1】", "\ue200c\ue201", "😀", "✓",
    "5\ufe0f\u20e3", "#\u20e3", "\u00ad", "\u200b", "\ufeff", "[laughs]", "a@b.de", "<a@b.de>", ".", "é", "漢",
    "(", ")",
]  # fmt: skip


@given(text=st.lists(st.sampled_from(_PARTS), max_size=8).map("".join) | st.text(max_size=12))
def test_text_in_which_no_markup_is_looked_for_holds_none(text: str) -> None:
    if markup_pattern.MAY_HOLD_MARKUP.search(text) is None:
        assert markup_pattern.MARKUP.search(text) is None


def test_plain_text_is_one_piece() -> None:
    line = Line("Once upon a time.", SENTENCE, DEFAULT_TAGS)

    line.read(0, 17)

    assert line.nodes == [Piece("Once upon a time.", 0, 17)]
