"""Secrets are masked by value, in every spelling and however a text is split; nothing else changes."""

import base64
import json
import re
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.engine.answer.redaction import MASK, Redactor, redact
from tests.engine.answer.streams import cut

SECRET = 'sk-live/7f+9"aé=Zq'
PLAIN = "sk-abcdefgh1234"


def streamed(pieces: list[str], secrets: list[str]) -> str:
    stream = Redactor(secrets).stream()
    return "".join(map(stream.feed, pieces)) + stream.flush()


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET),
        quote_plus(SECRET),
        "sk-live%2f7f%2b9%22a%c3%a9%3dZq",
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(SECRET.encode()).decode().rstrip("="),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        json.dumps(SECRET)[1:-1].replace("/", "\\/"),
        json.dumps(json.dumps(SECRET)[1:-1])[1:-1],
    ],
)
def test_a_secret_is_found_in_each_of_its_spellings(spelling: str) -> None:
    assert redact(f"key: {spelling}, kept", [SECRET]) == f"key: {MASK}, kept"


@pytest.mark.parametrize("before", ["", "B", "Be", "Bearer ", "user:"])
@pytest.mark.parametrize("after", ["", "1", "\r\n"])
def test_a_secret_inside_a_longer_base64_text_is_found(before: str, after: str) -> None:
    encoded = base64.b64encode((before + PLAIN + after).encode()).decode()

    redacted = redact(encoded, [PLAIN])

    assert MASK in redacted
    rest = redacted.replace(MASK, "")
    assert len(rest) <= len(encoded) - len(PLAIN) * 8 // 6 + 1


def test_a_secret_that_is_spelled_with_spaces_is_the_stated_limit() -> None:
    spelled = " ".join(PLAIN)

    assert redact(spelled, [PLAIN]) == spelled


def test_text_without_a_secret_is_not_changed() -> None:
    assert redact("sk-abc is how keys begin; sk-abcdefgh123 is none", [PLAIN]) == (
        "sk-abc is how keys begin; sk-abcdefgh123 is none"
    )
    assert redact("anything", []) == "anything"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("none", MASK),
        ("The key is none.", f"The key is {MASK}."),
        ('{"api_key":"none"}', f'{{"api_key":"{MASK}"}}'),
        ("none, none; none-such", f"{MASK}, {MASK}; {MASK}-such"),
        ("nonesuch, canone, none_1, none1, noneé, None", "nonesuch, canone, none_1, none1, noneé, None"),
        ("nonone", "nonone"),
    ],
)
def test_a_short_value_is_masked_as_a_whole_word_only(text: str, shown: str) -> None:
    assert redact(text, ["none"]) == shown


def test_a_short_value_with_marks_in_it_is_a_whole_word_too() -> None:
    assert redact("a=sk-1; sk-12, sk-1!", ["sk-1"]) == f"a={MASK}; sk-12, {MASK}!"


def test_a_short_value_is_told_from_a_longer_word_when_the_next_character_has_come() -> None:
    stream = Redactor(["none"]).stream()

    assert [stream.feed(piece) for piece in ["is non", "e", "theless none", "."]] == [
        "is ",
        "",
        "nonetheless ",
        f"{MASK}.",
    ]
    assert stream.flush() == ""


def test_a_short_value_at_the_end_of_a_text_is_masked() -> None:
    assert streamed(["it is no", "ne"], ["none"]) == f"it is {MASK}"


def test_only_what_may_begin_a_word_is_held_back_for_a_short_value() -> None:
    stream = Redactor(["none"]).stream()

    assert stream.feed("canon") == "canon"
    assert stream.feed("e") == "e"
    assert stream.feed(" x") == " x"


def test_the_longer_of_two_secrets_with_the_same_beginning_is_masked_whole() -> None:
    assert redact("sk-abcdefgh1234-extended!", [PLAIN, "sk-abcdefgh1234-extended"]) == f"{MASK}!"
    assert streamed(["sk-abcdefgh1234", "-extended!"], [PLAIN, "sk-abcdefgh1234-extended"]) == f"{MASK}!"
    assert streamed(["sk-abcdefgh1234", "-ext", "ra"], [PLAIN, "sk-abcdefgh1234-extended"]) == f"{MASK}-extra"


def test_a_secret_that_is_cut_in_two_is_masked_and_never_shown_in_part() -> None:
    stream = Redactor([PLAIN]).stream()

    shown = [stream.feed("the key is sk-abc"), stream.feed("defgh12"), stream.feed("34, you see")]

    assert shown == ["the key is ", "", f"{MASK}, you see"]


def test_only_a_tail_that_may_begin_a_secret_is_held_back() -> None:
    stream = Redactor([PLAIN]).stream()

    assert stream.feed("ask") == "ask"[:1]
    assert stream.feed("ing") == "sking"
    assert stream.flush() == ""


def test_a_tail_that_turns_out_to_be_no_secret_comes_out() -> None:
    stream = Redactor([PLAIN]).stream()

    assert stream.feed("sk-abc") == ""
    assert stream.flush() == "sk-abc"


def test_a_text_that_ends_within_a_secret_keeps_that_part_to_itself() -> None:
    assert streamed(["cut: ", PLAIN[:-1]], [PLAIN]) == f"cut: {MASK}"
    assert redact(f"cut: {PLAIN[:-1]}", [PLAIN]) == f"cut: {MASK}"


def test_no_repr_names_a_secret() -> None:
    redactor = Redactor([PLAIN])

    assert PLAIN not in repr(redactor) + repr(redactor.stream())


@given(
    text=st.lists(st.sampled_from(["aab", "aabaab", "b", "a", "ba", "aabaabaa", "c"]), max_size=12).map(
        "".join
    ),
    places=st.lists(st.integers(0, 60), max_size=12),
)
def test_a_stream_is_masked_as_the_whole_text_is_for_every_way_of_cutting(
    text: str, places: list[int]
) -> None:
    secrets = ["aabaabaa", "aabaabaaab", "baabaabc"]

    pieces = [piece.decode() for piece in cut(text.encode(), places)]

    assert streamed(pieces, secrets) == redact(text, secrets)


@given(
    before=st.text(max_size=20), after=st.text(max_size=20), places=st.lists(st.integers(0, 60), max_size=8)
)
def test_a_secret_never_survives_whatever_stands_around_it(
    before: str, after: str, places: list[int]
) -> None:
    text = before + PLAIN + after
    ends = sorted({min(place, len(text)) for place in places} | {0, len(text)})
    pieces = [text[start:end] for start, end in pairwise(ends)]

    assert PLAIN not in streamed(pieces, [PLAIN])


@given(
    text=st.lists(
        st.sampled_from(["none", "no", "n", "e", " ", ".", "_", "é", "no-ne", "none-or-else", "-or", "sk-1"]),
        max_size=14,
    ).map("".join),
    places=st.lists(st.integers(0, 80), max_size=12),
)
def test_a_stream_with_short_values_is_masked_as_the_whole_text_is(text: str, places: list[int]) -> None:
    secrets = ["none", "no-ne", "sk-1", "none-or-else", "e"]
    ends = sorted({min(place, len(text)) for place in places} | {0, len(text)})

    pieces = [text[start:end] for start, end in pairwise(ends)]

    assert streamed(pieces, secrets) == redact(text, secrets)


class _LooksEverywhere(Redactor):
    """Searches every text, also one that can't hold a secret."""

    __slots__ = ()

    def _may_hold(self, text: str, begin: int) -> bool:
        return True


@given(
    text=st.lists(
        st.sampled_from(
            ["sk-abcde", "fgh1234", "sk-a", "s", "none", "no", "e", " ", "/", "c2stYWJj", "ZGVmZ2gx"]
        ),
        max_size=14,
    ).map("".join),
    begin=st.integers(0, 20),
)
def test_no_secret_is_missed_where_none_is_looked_for(text: str, begin: int) -> None:
    secrets = [PLAIN, "none", "sk-abcde/fgh"]

    assert Redactor(secrets).scan(text, begin) == _LooksEverywhere(secrets).scan(text, begin)


@given(text=st.text("none x.-_", max_size=30), places=st.lists(st.integers(0, 30), max_size=8))
def test_a_short_value_never_survives_as_a_word_and_nothing_else_is_changed(
    text: str, places: list[int]
) -> None:
    ends = sorted({min(place, len(text)) for place in places} | {0, len(text)})
    pieces = [text[start:end] for start, end in pairwise(ends)]

    assert streamed(pieces, ["none"]) == re.sub(r"\bnone\b", MASK, text)


def test_the_names_of_a_json_object_are_masked_at_any_depth() -> None:
    usage = {"sk_live_0123456789": 1, "details": {"sk_live_0123456789": 2, "cached": 3}}
    assert Redactor(["sk_live_0123456789"]).redact_names(usage) == {
        MASK: 1,
        "details": {MASK: 2, "cached": 3},
    }
