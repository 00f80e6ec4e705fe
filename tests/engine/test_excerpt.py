"""The excerpt of a text around words that were searched for."""

import pytest

from playground.engine.excerpt import AROUND_CHARS, MARKED_CHARS, Excerpt, excerpt_of

LONG = "once upon a time " * 20


@pytest.mark.parametrize(
    ("text", "words", "excerpt"),
    [
        ("Where is the Wolf?", "the wolf", Excerpt("Where is ", "the Wolf", "?")),
        ("Hello.\nПРИВЕТ,  İ!", "привет", Excerpt("Hello. ", "ПРИВЕТ", ", İ!")),
        ("İİ wolf", " WOLF ", Excerpt("İİ ", "wolf", "")),
        ("a wolf", "fox", None),
        ("a wolf", "  ", None),
    ],
)
def test_the_words_stand_as_the_text_has_them(text: str, words: str, excerpt: Excerpt | None) -> None:
    assert excerpt_of(text, words) == excerpt


def test_a_long_text_is_cut_between_words() -> None:
    excerpt = excerpt_of(f"{LONG}wolf {LONG}", "wolf")
    assert excerpt
    assert excerpt.before.startswith("…upon a time once")
    assert excerpt.after.endswith(" upon a…")
    assert max(len(excerpt.before), len(excerpt.after)) <= AROUND_CHARS + 1


def test_text_without_spaces_and_long_words_are_bounded_too() -> None:
    excerpt = excerpt_of("x" * 500 + "wolf" + "y" * 500, "wolf")
    assert excerpt == Excerpt("…" + "x" * AROUND_CHARS, "wolf", "y" * AROUND_CHARS + "…")
    assert excerpt_of(LONG, LONG[:200]) == Excerpt("", LONG[:MARKED_CHARS], "…")
