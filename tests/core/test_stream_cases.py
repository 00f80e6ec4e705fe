"""Every kind of stream, read by us and by OpenAI's own client; where they differ, the case says why ours is right."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Client, MockTransport, Request, Response
from hypothesis import given, settings
from hypothesis import strategies as st
from openai import OpenAI

from playground.core.answer import AnswerDecoder
from tests.core.stream_cases import ADDRESS, CASES, FUNCTION, Call, StreamCase
from tests.core.streams import Decoded, cut

parametrized = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def ours(pieces: list[bytes]) -> Decoded:
    decoder = AnswerDecoder(functions={FUNCTION}, address=ADDRESS)
    pieces_read = [piece for data in pieces for piece in decoder.feed(data)]
    return Decoded(decoder, pieces_read + decoder.close())


class Theirs:
    """What OpenAI's client reads: text, calls, and whether it raised."""

    def __init__(self, body: bytes) -> None:
        self.text = ""
        self.failed = False
        self._calls: dict[int, list[str]] = {}
        try:
            for chunk in chunks_of(body):
                self._take(chunk)
        except Exception:  # it raises what its JSON parser raises
            self.failed = True

    @property
    def calls(self) -> list[Call]:
        return [(name, arguments) for name, arguments in self._calls.values()]

    def _take(self, chunk: Any) -> None:
        choices = getattr(chunk, "choices", None)
        delta = getattr(choices[0], "delta", None) if isinstance(choices, list) and choices else None
        self.text += getattr(delta, "content", None) or ""
        for fragment in getattr(delta, "tool_calls", None) or ():
            call = self._calls.setdefault(fragment.index, ["", ""])
            call[0] += fragment.function.name or ""
            call[1] += fragment.function.arguments or ""


def chunks_of(body: bytes) -> Iterator[Any]:
    def answered(_request: Request) -> Response:
        return Response(200, headers={"Content-Type": "text/event-stream"}, content=body)

    with (
        Client(transport=MockTransport(answered)) as http,
        OpenAI(base_url="http://llm.test/v1", api_key="k", max_retries=0, http_client=http) as client,
    ):
        yield from client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "Hi"}], stream=True
        )


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
    theirs = Theirs(case.body)

    same = (theirs.text, theirs.failed, theirs.calls) == (case.text, bool(case.code), case.calls)

    assert same == (not case.differs_because), (theirs.text, theirs.failed, theirs.calls)


@parametrized
def test_a_stream_is_the_same_byte_by_byte(case: StreamCase) -> None:
    whole = ours([case.body])

    assert ours([case.body[at : at + 1] for at in range(len(case.body))]).everything == whole.everything


@settings(max_examples=150)
@given(case=st.sampled_from(list(CASES.values())), places=st.lists(st.integers(0, 600), max_size=12))
def test_a_stream_is_the_same_however_it_is_cut(case: StreamCase, places: list[int]) -> None:
    assert ours(cut(case.body, places)).everything == ours([case.body]).everything
