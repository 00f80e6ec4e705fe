"""Every kind of stream, read by us and by OpenAI's own client; if they differ, the case says why ours is right."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.engine.answer.decoder import AnswerDecoder
from tests.engine.answer.official_client import OfficialRead
from tests.engine.answer.stream_cases import ADDRESS, CASES, FUNCTION, StreamCase
from tests.engine.answer.streams import Decoded, cut

parametrized = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def ours(pieces: list[bytes]) -> Decoded:
    decoder = AnswerDecoder(functions={FUNCTION}, address=ADDRESS)
    pieces_read = [piece for data in pieces for piece in decoder.feed(data)]
    return Decoded(decoder, pieces_read + decoder.close())


@parametrized
def test_a_stream_is_read_as_its_kind_asks(case: StreamCase) -> None:
    decoded = ours([case.body])
    verdict = decoded.decoder.verdict()

    assert (decoded.text, decoded.code) == (case.text, case.code)
    assert [(name, arguments) for _, name, arguments in decoded.calls] == case.calls
    if verdict is not None:
        assert case.says in verdict.message
        assert case.excerpt in verdict.excerpt
    elif case.says:
        assert sum(case.says in note for note in decoded.notes) == 1
    else:
        assert decoded.notes == []


@parametrized
def test_the_official_client_reads_the_same_or_the_case_says_why_not(case: StreamCase) -> None:
    theirs = OfficialRead(case.body)

    same = theirs.everything == (case.text, bool(case.code), case.calls)

    assert same == (not case.differs_because), theirs.everything


@parametrized
def test_a_stream_is_the_same_byte_by_byte(case: StreamCase) -> None:
    whole = ours([case.body])

    assert ours([case.body[at : at + 1] for at in range(len(case.body))]).everything == whole.everything


@settings(max_examples=150)
@given(case=st.sampled_from(list(CASES.values())), places=st.lists(st.integers(0, 600), max_size=12))
def test_a_stream_is_the_same_however_it_is_cut(case: StreamCase, places: list[int]) -> None:
    assert ours(cut(case.body, places)).everything == ours([case.body]).everything
