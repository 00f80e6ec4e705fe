"""Text inside ``<think>`` is reasoning; everything else is content, character for character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.engine.answer.reasoning import ReasoningSplitter
from tests.engine.answer.streams import cut


def split(*pieces: str) -> tuple[str, str]:
    """Return content and reasoning."""
    splitter = ReasoningSplitter()
    parts = [part for piece in pieces for part in splitter.feed(piece)] + splitter.flush()
    content = "".join(part.text for part in parts if not part.is_reasoning)
    return content, "".join(part.text for part in parts if part.is_reasoning)


@pytest.mark.parametrize(
    ("text", "content", "reasoning"),
    [
        ("Hello.", "Hello.", ""),
        ("<think>\nHm.\n</think>\n\nHello.", "Hello.", "Hm.\n"),
        ("<THINK>Hm.</Think>Hello.", "Hello.", "Hm."),
        ("<thinking>Hm.</thinking>Hello.", "Hello.", "Hm."),
        ("One <think>a</think> two <think>b</think>three", "One  two three", "ab"),
        ("<think>never closed", "", "never closed"),
        ("<think></think>Hi", "Hi", ""),
        ("a < b and <thin> air, <think", "a < b and <thin> air, <think", ""),
        ("already thought</think>\n\nHello.", "already thought\n\nHello.", ""),
    ],
)
def test_think_tags_part_reasoning_from_content(text: str, content: str, reasoning: str) -> None:
    assert split(text) == (content, reasoning)
    assert split(*text) == (content, reasoning)


def test_text_that_cannot_begin_a_tag_is_never_held_back() -> None:
    splitter = ReasoningSplitter()

    assert [part.text for part in splitter.feed("3 <")] == ["3 "]
    assert [part.text for part in splitter.feed(" 4")] == ["< 4"]


def test_a_closing_tag_that_nothing_opened_is_remembered() -> None:
    splitter = ReasoningSplitter()

    splitter.feed("thought</think>said")

    assert splitter.saw_stray_end


@given(
    text=st.lists(
        st.sampled_from(["<think>", "</think>", "<thinking>", "<", "<t", "</", "think>", "word", " ", "\n"]),
        max_size=20,
    ).map("".join),
    places=st.lists(st.integers(0, 120), max_size=12),
)
def test_the_parts_do_not_depend_on_how_the_text_is_cut(text: str, places: list[int]) -> None:
    assert split(*(piece.decode() for piece in cut(text.encode(), places))) == split(text)
