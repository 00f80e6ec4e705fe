"""Answers over a real socket, read by the decoder: odd streams say the same, as the official client reads them."""

import pytest
from openai import OpenAI

from playground.engine.answer.decoder import AnswerDecoder
from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.limits import DEFAULT_LIMITS
from playground.outgoing.completion import open_completion
from tests.llm_server.fixture import LLMServerHandle
from tests.llm_server.openai_wire import SENTENCES, TEXT, TOOL, TOOL_ARGUMENTS, TOOL_CALL_ID
from tests.llm_server.streams import SAME_TEXT
from tests.playground.sending import KEY, wire

pytestmark = pytest.mark.usefixtures("loopback_is_open")


async def read(url: str) -> tuple[AnswerDecoder, list[object]]:
    """Return the decoder and its pieces after the whole answer, or as much as came."""
    decoder = AnswerDecoder(secrets=[KEY])
    pieces: list[object] = []
    try:
        async with open_completion(wire(url), limits=DEFAULT_LIMITS, secrets=[KEY]) as response:
            async for data in response.aiter_bytes():
                pieces += decoder.feed(data)
    except UpstreamError as error:
        assert error.code is Code.TRUNCATED
    return decoder, pieces + decoder.close()


@pytest.mark.parametrize("behaviour", ["ok", "json-answer", "plain-text", "until-close", *SAME_TEXT])
async def test_every_way_of_writing_the_stream_says_the_same(
    llm_server: LLMServerHandle, behaviour: str
) -> None:
    decoder, pieces = await read(llm_server.completions_url(behaviour))
    assert decoder.text == TEXT
    assert decoder.verdict() is None
    sentences = [piece.sentence.text for piece in pieces if hasattr(piece, "sentence")]
    assert tuple(sentence.strip() for sentence in sentences) == SENTENCES


async def test_text_and_tool_call_are_what_the_official_client_reads(llm_server: LLMServerHandle) -> None:
    (call,) = (await read(llm_server.completions_url("tool-call")))[0].tool_calls
    assert (call.id, call.name, call.arguments) == (TOOL_CALL_ID, TOOL, TOOL_ARGUMENTS)
    with (
        OpenAI(base_url=llm_server.base_url("tool-call"), api_key=KEY) as client,
        client.chat.completions.stream(
            model="gpt-4o", messages=[{"role": "user", "content": "Hi"}]
        ) as stream,
    ):
        theirs = stream.get_final_completion().choices[0].message.tool_calls
    assert theirs is not None
    assert [(each.id, each.function.name, each.function.arguments) for each in theirs] == [
        (call.id, call.name, call.arguments)
    ]


@pytest.mark.parametrize("behaviour", ["dies", "dies-at-once", "cut", "clean-cut", "truncated-last"])
async def test_an_answer_that_is_cut_off_keeps_its_text_and_says_so(
    llm_server: LLMServerHandle, behaviour: str
) -> None:
    decoder, _ = await read(llm_server.completions_url(behaviour))
    verdict = decoder.verdict()
    assert decoder.text
    assert TEXT.startswith(decoder.text)
    assert verdict is not None
    assert verdict.code is Code.TRUNCATED


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("html", Code.BAD_RESPONSE),
        ("error-200", None),
        ("error-first", None),
        ("error-in-stream", None),
        ("empty-chunked", Code.BAD_RESPONSE),
        ("malformed-one", Code.BAD_RESPONSE),
    ],
)
async def test_what_is_no_answer_is_never_taken_for_one(
    llm_server: LLMServerHandle, behaviour: str, code: Code | None
) -> None:
    decoder, _ = await read(llm_server.completions_url(behaviour))
    verdict = decoder.verdict()
    assert verdict is not None
    assert code is None or verdict.code is code


async def test_a_key_in_the_answer_is_masked_whole_and_cut(llm_server: LLMServerHandle) -> None:
    decoder, _ = await read(llm_server.completions_url("echo-secret"))
    assert decoder.text == "Whole: [secret]. Cut: [secret]. Done."
