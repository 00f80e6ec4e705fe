"""Two texts compared word by word: what went, what came, what moved, and what it may cost."""

import difflib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from personas.text_comparison import COMPARED_STEPS, MAX_COMPARED, ChangeKind, compare_texts

REMOVED, ADDED = ChangeKind.REMOVED, ChangeKind.ADDED
STORY = "You are Mert, who tells stories.\n"
RULE = "Never use more than three sentences."


def changes_of(before: str, after: str) -> list[tuple[str, str]]:
    """Return what differs."""
    return [
        (span.kind, span.text) for span in compare_texts(before, after) if span.kind is not ChangeKind.SAME
    ]


WORDS = st.lists(
    st.sampled_from(["fox", "wolf", " ", "\n", ",", "и", "The fox sleeps in it. "]), max_size=30
).map("".join)


@hypothesis_settings(max_examples=100)
@given(WORDS, WORDS)
def test_a_comparison_holds_both_texts(before: str, after: str) -> None:
    spans = compare_texts(before, after)
    assert "".join(span.text for span in spans if span.kind.is_in_older) == before
    assert "".join(span.text for span in spans if span.kind.is_in_newer) == after


def test_a_change_may_stand_right_after_one_that_was_put_elsewhere() -> None:
    rest = "You like to tell stories to people of all ages, and you ask them what comes next."
    before, after = f"You are a storyteller. {rest}", f"{rest}. You are a storyteller. Be brief."
    spans = compare_texts(before, after)
    assert "".join(span.text for span in spans if span.kind.is_in_older) == before
    assert "".join(span.text for span in spans if span.kind.is_in_newer) == after
    assert (ChangeKind.MOVED_AWAY, "You are a storyteller. ") in changes_of(before, after)


@pytest.mark.parametrize("unit", ["a b ", "a\n", "a"])
def test_a_comparison_of_long_texts_ends_soon(unit: str) -> None:
    long, other = "x" + unit * (MAX_COMPARED * 2), unit * (MAX_COMPARED * 2) + "y\n"
    spans = compare_texts(long, other)
    assert "".join(span.text for span in spans if span.kind.is_in_older) == long


def test_texts_in_which_only_single_parts_agree_are_compared_in_a_bounded_number_of_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = 0
    longest = difflib.SequenceMatcher.find_longest_match

    def counted(matcher: Any, begin: int, end: int, *others: int) -> difflib.Match:
        nonlocal steps
        steps += sum(1 + len(matcher.b2j.get(part, ())) for part in matcher.a[begin:end])
        return longest(matcher, begin, end, *others)

    monkeypatch.setattr(difflib.SequenceMatcher, "find_longest_match", counted)
    before = "".join(f"shared {n % 98}\nonly before {n % 98}\n" for n in range(MAX_COMPARED // 2 - 1))
    after = before.replace("only before", "only after")
    spans = compare_texts("not the same " * MAX_COMPARED + "\n" + before, after)
    assert "".join(span.text for span in spans if span.kind.is_in_newer) == after
    assert steps < 2 * COMPARED_STEPS


def test_changes_with_little_between_them_are_one() -> None:
    assert changes_of("Answer briefly; in French.", "Answer at length, never in one word.") == [
        (REMOVED, "briefly; in French"),
        (ADDED, "at length, never in one word"),
    ]


def test_changes_with_more_between_them_stay_apart() -> None:
    assert changes_of("Tell long stories about the fox.", "Tell short stories about the wolf.") == [
        (REMOVED, "long"),
        (ADDED, "short"),
        (REMOVED, "fox"),
        (ADDED, "wolf"),
    ]


def test_a_sentence_that_stands_elsewhere_has_moved() -> None:
    before, after = f"{RULE}\n{STORY * 3}End.", f"{STORY * 3}{RULE}\nEnd."
    assert changes_of(before, after) == [
        (ChangeKind.MOVED_AWAY, f"{RULE}\n"),
        (ChangeKind.MOVED_HERE, f"{RULE}\n"),
    ]


def test_a_sentence_that_moved_to_the_end_has_moved_whole() -> None:
    before = f"You are Mert. {RULE} Answer in French. Speak warmly to children and grown-ups."
    after = f"You are Mert. Answer in French. Speak warmly to children and grown-ups. {RULE}"
    assert changes_of(before, after) == [
        (ChangeKind.MOVED_AWAY, f"{RULE} "),
        (ChangeKind.MOVED_HERE, f" {RULE}"),
    ]


def test_of_two_sentences_that_changed_places_one_stays() -> None:
    kind, slow = "Be kind to every caller.", "Speak slowly and clearly."
    assert changes_of(f"{kind} {slow}", f"{slow} {kind}") == [
        (ChangeKind.MOVED_HERE, f"{slow} "),
        (ChangeKind.MOVED_AWAY, f" {slow}"),
    ]
    assert changes_of(f"{kind} {slow} End.", f"{slow} {kind} Never read lists. End.") == [
        (ChangeKind.MOVED_HERE, f"{slow} "),
        (ChangeKind.MOVED_AWAY, slow.removesuffix(".")),
        (ADDED, "Never read lists"),
    ]


def test_what_was_said_twice_and_once_elsewhere_moved_once() -> None:
    before, after = f"{RULE} {RULE}\n{STORY * 4}End.", f"{STORY * 4}{RULE}\nEnd."
    kinds = [kind for kind, _ in changes_of(before, after)]
    assert kinds == [ChangeKind.MOVED_AWAY, REMOVED, ChangeKind.MOVED_HERE]


def test_a_few_words_that_stand_elsewhere_too_have_not_moved() -> None:
    assert {kind for kind, _ in changes_of(f"Be kind.\n{STORY}", f"{STORY}Be kind.\n")} == {REMOVED, ADDED}
