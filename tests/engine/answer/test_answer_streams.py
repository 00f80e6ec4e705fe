"""Streams case by case: odd events, characters, reasoning and usage; the text is kept."""

import json

import pytest

from playground.engine.answer.decoder import AnswerDecoder, ContentPiece, ReasoningPiece, SentencePiece
from tests.engine.answer.streams import DONE, answer, called, chunk, decode, decode_pieces, event, stream

HELLO = chunk(content="Hello there. ")
BYE = chunk(content="Good bye.")
STOP = chunk("stop")


def test_of_several_choices_the_first_is_used_and_the_others_are_named() -> None:
    second = {"choices": [{"index": 1, "delta": {"content": "Other."}, "finish_reason": "length"}]}
    both = {
        "choices": [{"index": 1, "delta": {"content": "Other."}}, {"index": 0, "delta": {"content": "One. "}}]
    }

    decoded = decode(stream(second, both, HELLO, second, STOP))

    assert (decoded.text, decoded.decoder.finish_reason) == ("One. Hello there. ", "stop")
    assert decoded.notes == ["The LLM's server sent several choices; only the first is used."]


def test_what_follows_done_is_ignored() -> None:
    decoder = AnswerDecoder()

    decoder.feed(event(BYE) + DONE + event(HELLO))

    assert decoder.feed(event(HELLO) + b"data: {nope\n\n") == []
    decoder.close()
    assert (decoder.text, decoder.verdict()) == ("Good bye.", None)


def test_done_gives_everything_without_waiting_for_the_connection_to_close() -> None:
    decoder = AnswerDecoder(secrets=["secret-value-1"])

    pieces = decoder.feed(answer("Bye for now and ever se"))

    assert decoder.ended
    assert [piece.sentence.text for piece in pieces if isinstance(piece, SentencePiece)] == [
        "Bye for now and ever se"
    ]


def test_after_a_finish_reason_a_pause_gives_no_sentence_that_may_still_go_on() -> None:
    decoder = AnswerDecoder()
    decoder.feed(event(chunk(content="Well then")) + event(STOP))

    assert decoder.poll() == []
    pieces = decoder.close()

    assert [piece.sentence.text for piece in pieces if isinstance(piece, SentencePiece)] == ["Well then"]
    assert decoder.verdict() is None


def test_usage_that_comes_after_the_finish_reason_is_read() -> None:
    decoded = decode(
        stream(BYE, STOP, {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}})
    )

    assert decoded.decoder.usage == {"prompt_tokens": 3, "completion_tokens": 4}


def test_text_that_comes_after_a_finish_reason_and_a_pause_is_kept() -> None:
    decoder = AnswerDecoder()
    decoder.feed(event(chunk("stop", content="Well then")))
    decoder.poll()

    pieces = decoder.feed(event(chunk(content=" again."))) + decoder.close()

    assert decoder.text == "Well then again."
    assert [piece.sentence.text for piece in pieces if isinstance(piece, SentencePiece)] == [
        "Well then again."
    ]


def test_a_pause_before_the_finish_reason_commits_only_what_has_surely_ended() -> None:
    decoder = AnswerDecoder()
    decoder.feed(event(chunk(content="It is done. And")))

    assert not any(isinstance(piece, SentencePiece) for piece in decoder.poll())


SENTENCES = ("Hel", "lo there.", " How are", " you?")
ORDINARY = answer(*SENTENCES)
TWISTED = {
    "CRLF": ORDINARY.replace(b"\n", b"\r\n"),
    "CR": ORDINARY.replace(b"\n", b"\r"),
    "BOM": b"\xef\xbb\xbf" + ORDINARY,
    "comments": ORDINARY.replace(b"data:", b": OPENROUTER PROCESSING\n\n: ping\ndata:"),
    "no space": ORDINARY.replace(b"data: ", b"data:"),
    "event, id, retry": ORDINARY.replace(b"data:", b"event: message\nid: 1\nretry: 100\ndata:"),
    "multi-line data": ORDINARY.replace(b', "', b',\ndata: "'),
    "many blank lines": ORDINARY.replace(b"\n\n", b"\n\n\n\n"),
}


@pytest.mark.parametrize("body", TWISTED.values(), ids=TWISTED.keys())
@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_the_same_text_however_the_events_are_written_and_cut(body: bytes, size: int) -> None:
    decoded = decode_pieces([body[start : start + size] for start in range(0, len(body), size)])

    assert (decoded.text, decoded.code) == ("Hello there. How are you?", "")
    assert decoded.sentences == ["Hello there.", "How are you?"]
    assert decoded.notes == []


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\u0085"])
def test_separators_that_are_no_line_ends_stay_in_the_content(separator: str) -> None:
    text = f"one{separator}two"

    assert (
        decode(b'data: {"choices":[{"delta":{"content":"' + text.encode() + b'"}}]}\n\n' + DONE).text == text
    )


def test_characters_survive_being_cut_between_reads_and_between_deltas() -> None:
    text = "Привет, 👩‍👩‍👧‍👦! 日本語です。"
    body = answer(*text)

    decoded = decode_pieces(bytes([byte]) for byte in body)

    assert decoded.text == text
    assert decoded.sentences == ["Привет, 👩‍👩‍👧‍👦!", "日本語です。"]


@pytest.mark.parametrize("bad", [b"caf\xe9", b"\xff\xfe", b"\xf0\x9f\x98", b"\xed\xa0\xbd"])
def test_bytes_that_are_no_utf_8_fail_the_turn_as_they_fail_the_official_client(bad: bytes) -> None:
    decoded = decode(
        event(HELLO) + b'data: {"choices":[{"delta":{"content":"' + bad + b' ok."}}]}\n\n' + event(STOP)
    )

    assert (decoded.text, decoded.code) == ("Hello there. ", "bad_response")
    assert decoded.decoder.failure is not None and "not UTF-8" in decoded.decoder.failure.message


@pytest.mark.parametrize("bad", [b"caf\xe9", b"\xff\xfe"])
def test_one_json_with_bytes_that_are_no_utf_8_is_read(bad: bytes) -> None:
    decoded = decode(b'{"choices":[{"message":{"content":"' + bad + b' ok."}}]}')

    assert (decoded.text, decoded.code) == (bad.decode("utf-8", "replace") + " ok.", "")


def raw_delta(escaped: str) -> bytes:
    return b'data: {"choices":[{"index":0,"delta":{"content":"' + escaped.encode() + b'"}}]}\n\n'


def test_a_surrogate_pair_over_two_events_is_one_character() -> None:
    decoded = decode(raw_delta("a\\ud83d") + raw_delta("\\ude00b.") + DONE)

    assert (decoded.text, decoded.sentences) == ("a😀b.", ["a😀b."])


@pytest.mark.parametrize(
    ("deltas", "text"),
    [
        (["a\\ud83d", "b"], "a\ufffdb"),
        (["\\ude00b"], "\ufffdb"),
        (["a\\ud83d"], "a\ufffd"),
        (["\\ud83d", "\\ud83d", "\\ude00"], "\ufffd😀"),
        (["\\ude00\\ud83d", ""], "\ufffd\ufffd"),
        (["\\ud83d", "", "\\ude00"], "😀"),
    ],
)
def test_a_lone_surrogate_becomes_a_replacement_character(deltas: list[str], text: str) -> None:
    decoded = decode(b"".join(map(raw_delta, deltas)) + event(STOP))

    assert decoded.text == text
    assert "".join(decoded.payloads).encode("utf-8")


def test_a_lone_surrogate_in_any_other_field_can_be_encoded_too() -> None:
    body = (
        r'{"id":"\ud83d","choices":[{"delta":{"reasoning":"\udc00r","tool_calls":[{"index":0,"id":"\udc00i",'
        r'"function":{"name":"n\ud83d","arguments":"{\"a\":\"\ud83d"}}]},"finish_reason":"\ud83d"}],"usage":{"\ud83d":1}}'
    )

    decoded = decode(b"data: " + body.encode() + b"\n\n" + DONE, secrets=["secret-value-1"])

    assert (decoded.reasoning, decoded.calls) == ("\ufffdr", [("\ufffdi", "n\ufffd", '{"a":"\ufffd')])
    assert decoded.decoder.finish_reason == "\ufffd"
    json.dumps([decoded.everything, str(decoded.decoder.tool_calls)], ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize(
    "payload",
    [
        r'{"usage": {"total_tokens": 3}, "id": "\ud83d"}',
        '{"choices": [], "id": "\\u0061", "x": ' + "[" * 600 + "]" * 600 + "}",
    ],
    ids=["half a character", "deep"],
)
def test_a_payload_that_cannot_be_written_again_costs_nothing_else(payload: str) -> None:
    decoded = decode(b"data: " + payload.encode() + b"\n\n" + answer("Hi."), secrets=["secret-value-1"])

    assert (decoded.text, decoded.code) == ("Hi.", "")


def test_nul_is_left_out_and_other_controls_stay_for_the_page_to_show() -> None:
    decoded = decode(answer("a\x00b\x1b\u202ec"))

    assert decoded.text == "ab\x1b\u202ec"
    assert not any("\x00" in payload for payload in decoded.payloads)


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking"])
def test_reasoning_beside_the_content_is_apart_from_it(field: str) -> None:
    decoded = decode(stream(chunk(**{field: "Let me "}), chunk(**{field: "see."}), HELLO, STOP))

    assert (decoded.reasoning, decoded.text) == ("Let me see.", "Hello there. ")
    assert [(piece.offset, piece.text) for piece in decoded.pieces if isinstance(piece, ReasoningPiece)] == [
        (0, "Let me "),
        (7, "see."),
    ]


def test_the_same_reasoning_under_two_names_is_read_once() -> None:
    details = [{"type": "reasoning.text", "text": "Hm."}]

    decoded = decode(
        stream(chunk(reasoning="Hm.", reasoning_content="Hm.", reasoning_details=details), HELLO, STOP)
    )

    assert decoded.reasoning == "Hm."


def test_reasoning_that_stands_only_in_details_is_read() -> None:
    details = [
        {"type": "reasoning.summary", "summary": "Short. "},
        {"type": "reasoning.text", "text": "Long."},
    ]

    assert decode(stream(chunk(reasoning_details=details), HELLO, STOP)).reasoning == "Short. Long."


def test_think_tags_cut_over_deltas_are_reasoning() -> None:
    decoded = decode(answer("<th", "ink>Hm.", "</thi", "nk>\n\nHello", " there."))

    assert (decoded.reasoning, decoded.text, decoded.sentences) == ("Hm.", "Hello there.", ["Hello there."])
    assert next(piece for piece in decoded.pieces if isinstance(piece, ContentPiece)).offset == 0


def test_a_think_end_that_nothing_opened_is_noted() -> None:
    decoded = decode(answer("I thought.</think>Hello."))

    assert decoded.text == "I thought.Hello."
    assert any("</think>" in note for note in decoded.notes)


def test_reasoning_is_no_content() -> None:
    decoder = AnswerDecoder()
    decoder.feed(event(chunk(role="assistant", content="")) + event(chunk(reasoning="Hm.")) + b": ping\n\n")
    decoder.feed(event(chunk(content="<think>Hm.")))
    assert not decoder.has_content

    decoder.feed(event(chunk(content="</think> Yes")))
    assert decoder.has_content


def test_a_named_tool_call_is_content() -> None:
    decoder = AnswerDecoder()
    decoder.feed(event(called(index=0, function={"arguments": ""})))
    assert not decoder.has_content

    decoder.feed(event(called(index=0, function={"name": "f"})))
    assert decoder.has_content


@pytest.mark.parametrize("choices", [{"choices": []}, {"choices": None}, {}])
def test_usage_comes_with_empty_choices_or_none(choices: dict[str, object]) -> None:
    usage = {"prompt_tokens": 9, "total_tokens": 12, "completion_tokens_details": {"reasoning_tokens": 1}}

    decoded = decode(stream(HELLO, STOP, choices | {"usage": usage}))

    assert (decoded.decoder.usage, decoded.code) == (usage, "")


def test_usage_beside_the_last_content_is_read_with_it() -> None:
    decoded = decode(stream(chunk("stop", content="Hi.") | {"usage": {"total_tokens": 3}}))

    assert (decoded.text, decoded.decoder.usage) == ("Hi.", {"total_tokens": 3})


def test_content_as_a_list_of_parts_is_joined_with_the_thinking_apart() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
        {"type": "text", "text": "Hel"},
        "lo.",
        {"type": "reference", "reference_ids": [1]},
    ]

    decoded = decode(stream(chunk(content=parts), chunk(content=None), STOP))

    assert (decoded.text, decoded.reasoning) == ("Hello.", "Hm.")
    assert len(decoded.notes) == 1 and "reference" in decoded.notes[0]


def test_a_refusal_is_shown_as_text_and_marked() -> None:
    decoded = decode(stream(chunk(content=None, refusal="I can't "), chunk(refusal="help."), STOP))

    assert (decoded.text, decoded.sentences) == ("I can't help.", ["I can't help."])
    assert len(decoded.notes) == 1 and "refusal" in decoded.notes[0]


def test_a_space_is_content_and_an_empty_string_is_not() -> None:
    decoded = decode(answer("a", " ", "", "b"))

    assert decoded.text == "a b"
    assert [piece.text for piece in decoded.pieces if isinstance(piece, ContentPiece)] == ["a", " ", "b"]


@pytest.mark.parametrize(
    ("reason", "word"),
    [("length", "length"), ("content_filter", "content filter"), ("MAX_TOKENS", "most tokens")],
)
def test_an_end_that_the_server_forced_is_complete_with_a_note_and_the_last_sentence(
    reason: str, word: str
) -> None:
    decoded = decode(stream(HELLO, chunk(content="And th"), chunk(reason)))

    assert (decoded.code, decoded.decoder.finish_reason) == ("", reason)
    assert decoded.sentences == ["Hello there.", "And th"]
    assert len(decoded.notes) == 1 and word in decoded.notes[0]


def test_a_finish_reason_that_is_an_empty_string_is_none() -> None:
    assert decode(event(chunk("", content="Hi."))).code == "truncated"
