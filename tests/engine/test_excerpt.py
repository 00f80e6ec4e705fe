"""The excerpt of a text around words that were searched for."""

import pytest

from playground.engine.excerpt import AROUND_CHARS, MARKED_CHARS, excerpt_of

LONG = "once upon a time " * 20


def shown(text: str, words: str) -> str:
    """Return the excerpt with what was found in brackets."""
    return "".join(f"[{part.text}]" if part.is_found else part.text for part in excerpt_of(text, words))


@pytest.mark.parametrize(
    ("text", "words", "excerpt"),
    [
        ("Where is the Wolf?", "the wolf", "Where is [the Wolf]?"),
        ("Hello.\nПРИВЕТ,  İ!", "привет", "Hello. / [ПРИВЕТ],  İ!"),
        ("Is it warm?\nYes.\n\nIt is.", "it is", "Is it warm? / Yes. / [It is]."),
        ("İİ wolf", " WOLF ", "İİ [wolf]"),
        ("Wolf, wolf!", "wolf", "[Wolf], [wolf]!"),
        ("a wolf", "fox", ""),
        ("a wolf", "  ", ""),
    ],
)
def test_the_words_are_marked_as_the_text_has_them(text: str, words: str, excerpt: str) -> None:
    assert shown(text, words) == excerpt


def test_a_long_text_is_cut_between_words() -> None:
    excerpt = shown(f"{LONG}wolf {LONG}", "wolf")
    assert excerpt.startswith("…upon a time once")
    assert excerpt.endswith("once upon a…")
    assert len(excerpt) <= 2 * AROUND_CHARS + len("…[wolf]…")


def test_text_without_spaces_and_long_words_are_bounded_too() -> None:
    excerpt = shown("x" * 500 + "wolf" + "y" * 500, "wolf")
    assert excerpt == f"…{'x' * AROUND_CHARS}[wolf]{'y' * AROUND_CHARS}…"
    assert shown(LONG, LONG[:200]) == f"[{LONG[:MARKED_CHARS]}]…"
