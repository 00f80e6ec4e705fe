"""An answer in one delta is split into the same sentences, step by step."""

import pytest

from playground.engine.answer.decoder import AnswerDecoder, Piece, SentencePiece
from playground.engine.limits import DEFAULT_LIMITS
from playground.engine.sentences.paced_splitter import SPLIT_CHARS_AT_ONCE, PacedSplitter
from playground.engine.sentences.splitter import SentenceSplitter
from tests.engine.answer.streams import answer

PROSE = "Once upon a time, e.g. in St. Louis, there was a wolf. He cost $5.50! Did he?\n"
TEXTS = {
    "prose": PROSE * 200,
    "code": "Look:\n```python\n" + "x = 1\n" * 2_000 + "```\nThat is it. " + PROSE,
    "no boundary": "word " * 4_000,
}


def chars(pieces: list[Piece]) -> int:
    return sum(len(piece.sentence.text) for piece in pieces if isinstance(piece, SentencePiece))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_steps_change_no_sentence(text: str) -> None:
    whole, paced = SentenceSplitter(), PacedSplitter(DEFAULT_LIMITS.sentence_chars)

    sentences = [*paced.feed(text[:100]), *paced.feed(text[100:]), *paced.end()]
    while paced.is_behind:
        assert paced.poll() == []
        paced.begin_step()
        sentences += paced.advance()

    assert sentences == [*whole.feed(text), *whole.flush()]


def test_no_step_of_a_decoder_cuts_more_than_its_share() -> None:
    text = (PROSE * (DEFAULT_LIMITS.answer_chars // len(PROSE))).rstrip()
    decoder = AnswerDecoder()

    steps = [decoder.feed(answer(text))]
    while decoder.is_behind:
        steps.append(decoder.catch_up())
    rest = decoder.close()

    assert decoder.ended and decoder.text == text
    assert max(map(chars, steps)) <= SPLIT_CHARS_AT_ONCE + DEFAULT_LIMITS.sentence_chars
    splitter = SentenceSplitter()
    whole = [*splitter.feed(text), *splitter.flush()]
    assert sum(map(chars, steps)) == sum(len(sentence.text) for sentence in whole)
    assert chars(rest) == 0


def test_many_deltas_of_one_read_share_a_step() -> None:
    decoder = AnswerDecoder()

    assert chars(decoder.feed(answer(*[PROSE] * 500))) <= SPLIT_CHARS_AT_ONCE + DEFAULT_LIMITS.sentence_chars


def test_what_is_behind_when_reading_ends_is_cut_all_the_same() -> None:
    decoder = AnswerDecoder()
    decoder.feed(answer(PROSE * 500))

    last = [piece.sentence for piece in decoder.close() if isinstance(piece, SentencePiece)][-1]

    assert last.end == len((PROSE * 500).rstrip())
