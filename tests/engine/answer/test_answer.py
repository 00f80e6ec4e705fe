"""Decoding of ordinary streams, in OpenAI's own shape."""

from playground.engine.answer.decoder import ContentPiece, PayloadPiece, SentencePiece
from tests.engine.answer.streams import answer, called, chunk, decode, decode_pieces, event, stream


def test_an_ordinary_answer_gives_its_text_its_sentences_and_its_finish_reason() -> None:
    decoded = decode(answer("Hel", "lo there. How", " are you?"))

    assert decoded.text == decoded.decoder.text == "Hello there. How are you?"
    assert decoded.sentences == ["Hello there.", "How are you?"]
    assert decoded.decoder.finish_reason == "stop"
    assert (decoded.decoder.ended, decoded.decoder.finished, decoded.code) == (True, True, "")
    assert decoded.notes == []


def test_each_delta_carries_its_offset_and_follows_the_payload_that_it_was_read_from() -> None:
    first, second = event(chunk(content="Привет ")), event(chunk(content="мир"))

    decoded = decode_pieces([first, second])

    assert [piece for piece in decoded.pieces if not isinstance(piece, SentencePiece)] == [
        PayloadPiece(first.removeprefix(b"data: ").strip().decode()),
        ContentPiece(0, "Привет "),
        PayloadPiece(second.removeprefix(b"data: ").strip().decode()),
        ContentPiece(7, "мир"),
    ]


def test_a_tool_call_in_fragments_is_put_together_by_its_index() -> None:
    decoded = decode(
        stream(
            called(index=0, id="call_1", type="function", function={"name": "get_weather", "arguments": ""}),
            called(index=0, function={"arguments": '{"ci'}),
            called(index=0, function={"arguments": 'ty": "Oslo"}'}),
            chunk("tool_calls"),
        )
    )

    assert decoded.calls == [("call_1", "get_weather", '{"city": "Oslo"}')]
    assert decoded.decoder.tool_calls[0].valid
    assert (decoded.code, decoded.notes) == ("", [])
