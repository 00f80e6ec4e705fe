"""Faulty streams, case by case: the text is kept, and the end has the right code."""

import json

import pytest

from playground.engine.answer.decoder import AnswerDecoder, ContentPiece, ReasoningPiece, SentencePiece
from playground.engine.limits import Limits
from tests.engine.answer.streams import DONE, answer, called, chunk, decode, decode_pieces, event, stream

HELLO = chunk(content="Hello there. ")
BYE = chunk(content="Good bye.")
STOP = chunk("stop")


def test_u30_an_error_as_json_in_place_of_a_stream_is_the_error_and_no_empty_answer() -> None:
    decoded = decode(
        b'{"error": {"message": "The model is overloaded", "type": "server_error", "code": 503}}'
    )

    assert decoded.code == "upstream_5xx"
    assert decoded.decoder.failure is not None
    assert decoded.decoder.failure.excerpt == "The model is overloaded"


def test_u30_an_error_as_the_first_event_is_the_error() -> None:
    decoded = decode(event({"error": {"message": "No credit", "code": "insufficient_quota"}}))

    assert (decoded.code, decoded.text) == ("quota", "")


@pytest.mark.parametrize("body", [b"", b"\n\n  \r\n"])
def test_u31_an_empty_body_is_no_answer_and_may_be_retried(body: bytes) -> None:
    decoded = decode(body)
    verdict = decoded.decoder.verdict()

    assert decoded.code == "bad_response"
    assert decoded.decoder.is_empty
    assert verdict is not None and verdict.may_retry


@pytest.mark.parametrize("body", [stream(chunk(role="assistant", content=""), STOP), DONE])
def test_u32_a_stream_without_content_is_complete_and_marked(body: bytes) -> None:
    decoded = decode(body)

    assert (decoded.code, decoded.text, decoded.notes) == ("", "", ["The model said nothing."])
    assert not decoded.decoder.has_content


def test_u32_an_answer_that_never_leaves_its_reasoning_says_so() -> None:
    decoded = decode(answer("<think>hm"))

    assert (decoded.code, decoded.text, decoded.reasoning) == ("", "", "hm")
    assert decoded.notes == ["The model reasoned, but said nothing: its answer never left the reasoning."]


def test_u35_one_json_in_place_of_a_stream_is_one_delta_and_its_sentences() -> None:
    body = {
        "object": "chat.completion",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "One. Two."}, "finish_reason": "stop"}
        ],
        "usage": {"total_tokens": 7},
    }

    decoded = decode(json.dumps(body, indent=2).encode())

    assert (decoded.text, decoded.sentences, decoded.code) == ("One. Two.", ["One.", "Two."], "")
    assert decoded.decoder.usage == {"total_tokens": 7}
    assert len(decoded.notes) == 1 and "one JSON" in decoded.notes[0]


def test_u35_one_json_without_a_finish_reason_is_complete_too() -> None:
    decoded = decode(b'{"choices": [{"message": {"content": "Hi."}}]}')

    assert (decoded.text, decoded.code) == ("Hi.", "")


def test_u35_a_message_in_an_event_stream_is_read_like_a_delta() -> None:
    assert (
        decode(stream({"choices": [{"message": {"content": "Hi."}, "finish_reason": "stop"}]})).text == "Hi."
    )


def test_u35_a_message_that_repeats_the_deltas_is_not_read_again() -> None:
    whole = {"choices": [{"message": {"content": "Hello there. "}, "finish_reason": "stop"}]}

    assert decode(stream(HELLO, whole)).text == "Hello there. "


@pytest.mark.parametrize("start", [b"", b"\n\n", b"\xef\xbb\xbf", b": keep-alive\n\n", b"id: 1\n"])
def test_u36_events_are_known_by_their_first_bytes(start: bytes) -> None:
    assert decode(start + answer("Hi.")).text == "Hi."


@pytest.mark.parametrize("glue", [b"data: [DONE]\n\n", b"\n\ndata: [DONE]\n\n", b""])
@pytest.mark.parametrize("start", [b"", b"\n\n\n", b"\xef\xbb\xbf"])
def test_u36_json_is_known_by_its_first_byte_and_may_carry_a_done(start: bytes, glue: bytes) -> None:
    decoded = decode(start + b'{"choices": [{"message": {"content": "Hi."}}]}' + glue)

    assert (decoded.text, decoded.code) == ("Hi.", "")


def test_u29_a_web_page_is_no_answer_and_nothing_of_it_is_shown() -> None:
    decoded = decode(b"\n<!DOCTYPE html><title>Sign in</title>" + b"<p>Hello</p>" * 100)
    verdict = decoded.decoder.verdict()

    assert (decoded.code, decoded.text) == ("bad_response", "")
    assert verdict is not None and "web page" in verdict.message and not verdict.excerpt


def test_plain_text_is_no_answer_and_is_quoted() -> None:
    verdict = decode(b"upstream connect error\n").decoder.verdict()

    assert verdict is not None
    assert (verdict.code, verdict.excerpt) == ("bad_response", "upstream connect error")


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "response.output_text.delta", "delta": "Hi."},
        {"model": "llama", "message": {"role": "assistant", "content": "Hi."}, "done": False},
        {"greeting": "Hi."},
    ],
    ids=["OpenAI's other API", "Ollama's own API", "an API of somebody's own"],
)
def test_another_api_is_told_from_a_chat_completion(payload: dict[str, object]) -> None:
    verdict = decode(stream(payload)).decoder.verdict()

    assert verdict is not None
    assert verdict.code == "bad_response"
    assert "not with a chat completion" in verdict.message


@pytest.mark.parametrize("body", [b'{"choices": [{"message": {"cont', b"[1, 2"])
def test_one_json_that_breaks_off_cannot_be_read(body: bytes) -> None:
    assert decode(body).code == "bad_response"


@pytest.mark.parametrize("end", [b"", b'data: {"choices": [{"delta": {"content": " and th'])
def test_u40_u41_u44_a_stream_that_just_ends_keeps_its_text_and_is_cut_off(end: bytes) -> None:
    decoded = decode(event(HELLO) + event(BYE) + end)

    assert (decoded.text, decoded.code) == ("Hello there. Good bye.", "truncated")
    assert decoded.sentences == ["Hello there.", "Good bye."]
    assert not (decoded.decoder.ended or decoded.decoder.finished)


def test_u42_a_finish_reason_without_done_is_complete() -> None:
    assert decode(event(BYE) + event(STOP)).code == ""


def test_u43_done_without_a_finish_reason_is_complete() -> None:
    decoded = decode(event(BYE) + DONE)

    assert (decoded.code, decoded.decoder.finish_reason, decoded.text) == ("", "", "Good bye.")


@pytest.mark.parametrize(
    "error",
    [
        event({"error": {"message": "boom", "type": "server_error"}}),
        event({"error": {"message": "boom", "code": 500}}),
        event({"error": {"message": "boom", "code": "500"}}),
        event({"error": "boom", "error_type": "internal"}),
        event({"object": "error", "message": "boom", "type": "InternalServerError"}),
        event([{"error": {"message": "boom", "status": "UNAVAILABLE"}}]),
        event(
            {"choices": [{"index": 0, "delta": {"content": ""}, "error": {"message": "boom", "code": 502}}]}
        ),
        b'event: error\ndata: {"message": "boom", "type": "server_error"}\n\n',
        b'error: {"message": "boom", "code": 500}\n\n',
        b'{"error": {"message": "boom", "type": "server_error"}}\n',
    ],
    ids=[
        "type",
        "status",
        "status as text",
        "text",
        "vLLM",
        "Gemini",
        "in the choice",
        "event",
        "field",
        "bare",
    ],
)
def test_u47_an_error_in_the_stream_keeps_the_text_and_fails_the_turn(error: bytes) -> None:
    decoded = decode(event(HELLO) + error + event(BYE) + DONE)

    assert (decoded.text, decoded.code) == ("Hello there. ", "upstream_5xx")
    assert decoded.sentences == ["Hello there."]
    assert decoded.decoder.failure is not None and decoded.decoder.failure.excerpt == "boom"


def test_u47_the_finish_reason_of_an_error_does_not_hide_its_words() -> None:
    decoded = decode(event(chunk("error") | {"error": {"message": "boom", "code": 429}}))

    assert decoded.decoder.failure is not None
    assert (decoded.code, decoded.decoder.failure.excerpt) == ("rate_limited", "boom")


def test_u47_an_error_event_that_is_plain_text_is_quoted() -> None:
    decoded = decode(event(HELLO) + b"event: error\ndata: out of memory\n\n")

    assert decoded.decoder.failure is not None
    assert (decoded.code, decoded.decoder.failure.excerpt) == ("bad_response", "out of memory")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"message": "too long", "code": "context_length_exceeded"}, "context_too_long"),
        ({"message": "slow down", "type": "rate_limit_error"}, "rate_limited"),
        ({"message": "slow down", "code": 429}, "rate_limited"),
        ({"message": "no", "code": "invalid_api_key"}, "auth_failed"),
        ({"message": "no", "code": 401}, "auth_failed"),
        ({"message": "filtered", "code": "content_filter"}, "content_filter"),
        ({"message": "which?", "code": "model_not_found"}, "not_found"),
        ({"message": "no", "type": "invalid_request_error"}, "bad_request"),
        ({"message": "???"}, "bad_response"),
        (["???"], "bad_response"),
        (7, "bad_response"),
        ({"code": True, "message": None, "type": 3}, "bad_response"),
    ],
)
def test_u47_an_error_gets_the_code_that_its_words_or_its_status_name(error: object, code: str) -> None:
    assert decode(event(HELLO) + event({"error": error})).code == code


def test_u47_a_finish_reason_error_without_a_word_fails_the_turn() -> None:
    assert decode(stream(HELLO, chunk("error"))).code == "upstream_5xx"


def test_u47_content_beside_an_error_is_kept() -> None:
    decoded = decode(event(chunk(content="last words") | {"error": {"message": "boom"}}))

    assert (decoded.text, decoded.code) == ("last words", "bad_response")


def test_u34_the_servers_words_are_cleaned_and_short() -> None:
    decoded = decode(event({"error": {"message": "a\x00b\x1b[31mc\r\nd\u202e" + "x" * 999}}))

    assert decoded.decoder.failure is not None
    assert decoded.decoder.failure.excerpt.startswith("abc d")
    assert len(decoded.decoder.failure.excerpt) == 300


def test_u48_a_malformed_event_is_a_bad_response_and_the_text_before_it_is_kept() -> None:
    decoded = decode(event(HELLO) + b"data: {nope\n\n" + event(BYE) + event(STOP) + DONE)

    assert (decoded.text, decoded.sentences, decoded.code) == (
        "Hello there. ",
        ["Hello there."],
        "bad_response",
    )
    assert decoded.decoder.failure is not None and decoded.decoder.failure.excerpt == "{nope"


def test_u49_a_last_event_without_its_blank_line_counts_if_it_is_whole() -> None:
    decoded = decode(event(HELLO) + event(BYE).rstrip())

    assert (decoded.text, decoded.code) == ("Hello there. Good bye.", "truncated")


@pytest.mark.parametrize(
    "end", [b"data: [DONE]", b"data: [DONE]\n", b"data:[DONE] \n\n", b"data: [DONE]xyz\n\n"]
)
def test_u49_done_counts_however_it_ends(end: bytes) -> None:
    decoded = decode(event(BYE) + end)

    assert decoded.decoder.ended
    assert decoded.code == ""


@pytest.mark.parametrize(
    "odd",
    [
        {}, {"type": "ping"}, {"event": "heartbeat", "at": 7},
        {"choices": [7, None, "x", []]},
        {"choices": [{"delta": 7}]}, {"choices": [{"delta": None}]}, {"choices": [{"delta": ["x"]}]}, {"choices": [{}]},
        {"choices": [{"index": [], "delta": {"content": 7}}]}, {"choices": [{"delta": {"content": {"a": 1}}}]},
        {"choices": [{"delta": {"content": [7, None, {"type": "image"}]}}]},
        {"choices": [{"delta": {"content": True}}]},
        {"choices": [{"delta": {"tool_calls": 7, "function_call": "x", "reasoning": {}, "refusal": []}}]},
        {"choices": [{"delta": {"tool_calls": [7, None, "x", [], {}, {"function": []}]}}]},
        {"choices": [{"delta": {"reasoning_details": [7, {"text": 7}]}, "finish_reason": {}}]},
        {"choices": [{"finish_reason": 7}], "usage": "many"}, {"choices": [], "usage": [1]},
            {"usage": {"a": "b", "c": {"d": []}}},
        {"choices": [], "error": None}, {"choices": [], "error": ""}, {"choices": [], "error": {}},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_u50_a_payload_of_wrong_types_is_skipped_and_the_rest_is_shown(odd: object) -> None:
    decoded = decode(event(HELLO) + event(odd) + answer("Good bye."), secrets=["a-secret-of-the-turn"])

    assert (decoded.text, decoded.code) == ("Hello there. Good bye.", "")
    assert decoded.sentences == ["Hello there.", "Good bye."]


@pytest.mark.parametrize(
    "odd",
    [
        42,
        None,
        [],
        "text",
        True,
        [[]],
        {"object": 7, "id": {}},
        {"error": ""},
        {"error": {}, "id": 1},
        {"hook": [1]},
    ],
    ids=json.dumps,
)
def test_u50_json_that_is_no_chunk_fails_the_turn(odd: object) -> None:
    decoded = decode(event(HELLO) + event(odd) + answer("Good bye."))

    assert (decoded.text, decoded.code) == ("Hello there. ", "bad_response")
    assert decoded.decoder.failure is not None
    assert "not with a chat completion: an event holds" in decoded.decoder.failure.message


@pytest.mark.parametrize(
    "payload",
    [b"[" * 100_000 + b"]" * 100_000, b'{"choices": [], "created": ' + b"9" * 5000 + b"}"],
    ids=["deep", "5000 digits"],
)
def test_u51_what_brings_the_official_client_down_fails_the_turn(payload: bytes) -> None:
    decoded = decode(event(HELLO) + b"data: " + payload + b"\n\n" + answer("Good bye."))

    assert (decoded.text, decoded.code) == ("Hello there. ", "bad_response")


@pytest.mark.parametrize(
    "payload",
    [
        b'{"choices": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"choices": [{"delta": {"content": "x"}}], "created": ' + b"9" * 4000 + b"}",
        b'{"choices": [{"delta": {"content": "x"}, "logprobs": NaN}]}',
        b'{"choices": [{"delta": {"content": "x"}}], "usage": {"total_tokens": 1e999, "b": -Infinity}}',
    ],
    ids=["rather deep", "4000 digits", "NaN", "infinity"],
)
def test_u51_numbers_and_depths_that_bring_parsers_down_cost_at_most_their_event(payload: bytes) -> None:
    decoded = decode(
        event(HELLO) + b"data: " + payload + b"\n\n" + answer("Good bye."), secrets=["secret-value-1"]
    )

    assert decoded.text.replace("x", "") == "Hello there. Good bye."
    assert (decoded.code, decoded.decoder.usage) == ("", {})


def test_u52_of_several_choices_the_first_is_used_and_the_others_are_named() -> None:
    second = {"choices": [{"index": 1, "delta": {"content": "Other."}, "finish_reason": "length"}]}
    both = {
        "choices": [{"index": 1, "delta": {"content": "Other."}}, {"index": 0, "delta": {"content": "One. "}}]
    }

    decoded = decode(stream(second, both, HELLO, second, STOP))

    assert (decoded.text, decoded.decoder.finish_reason) == ("One. Hello there. ", "stop")
    assert decoded.notes == ["The LLM's server sent several choices; only the first is used."]


def test_u53_what_follows_done_is_ignored() -> None:
    decoder = AnswerDecoder()

    decoder.feed(event(BYE) + DONE + event(HELLO))

    assert decoder.feed(event(HELLO) + b"data: {nope\n\n") == []
    decoder.close()
    assert (decoder.text, decoder.verdict()) == ("Good bye.", None)


def test_u16_done_gives_everything_without_waiting_for_the_connection_to_close() -> None:
    decoder = AnswerDecoder(secrets=["secret-value-1"])

    pieces = decoder.feed(answer("Bye for now and ever se"))

    assert decoder.ended
    assert [piece.sentence.text for piece in pieces if isinstance(piece, SentencePiece)] == [
        "Bye for now and ever se"
    ]


def test_u54_after_a_finish_reason_a_pause_gives_no_sentence_that_may_still_go_on() -> None:
    decoder = AnswerDecoder()
    decoder.feed(event(chunk(content="Well then")) + event(STOP))

    assert decoder.poll() == []
    pieces = decoder.close()

    assert [piece.sentence.text for piece in pieces if isinstance(piece, SentencePiece)] == ["Well then"]
    assert decoder.verdict() is None


def test_u54_usage_that_comes_after_the_finish_reason_is_read() -> None:
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
}  # fmt: skip


@pytest.mark.parametrize("body", TWISTED.values(), ids=TWISTED.keys())
@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_u55_the_same_text_however_the_events_are_written_and_cut(body: bytes, size: int) -> None:
    decoded = decode_pieces([body[start : start + size] for start in range(0, len(body), size)])

    assert (decoded.text, decoded.code) == ("Hello there. How are you?", "")
    assert decoded.sentences == ["Hello there.", "How are you?"]
    assert decoded.notes == []


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\u0085"])
def test_u56_separators_that_are_no_line_ends_stay_in_the_content(separator: str) -> None:
    text = f"one{separator}two"

    assert (
        decode(b'data: {"choices":[{"delta":{"content":"' + text.encode() + b'"}}]}\n\n' + DONE).text == text
    )


def test_u57_characters_survive_being_cut_between_reads_and_between_deltas() -> None:
    text = "Привет, 👩‍👩‍👧‍👦! 日本語です。"
    body = answer(*text)

    decoded = decode_pieces(bytes([byte]) for byte in body)

    assert decoded.text == text
    assert decoded.sentences == ["Привет, 👩‍👩‍👧‍👦!", "日本語です。"]


@pytest.mark.parametrize("bad", [b"caf\xe9", b"\xff\xfe", b"\xf0\x9f\x98", b"\xed\xa0\xbd"])
def test_u58_bytes_that_are_no_utf_8_fail_the_turn_as_they_fail_the_official_client(bad: bytes) -> None:
    decoded = decode(
        event(HELLO) + b'data: {"choices":[{"delta":{"content":"' + bad + b' ok."}}]}\n\n' + event(STOP)
    )

    assert (decoded.text, decoded.code) == ("Hello there. ", "bad_response")
    assert decoded.decoder.failure is not None and "not UTF-8" in decoded.decoder.failure.message


@pytest.mark.parametrize("bad", [b"caf\xe9", b"\xff\xfe"])
def test_u58_one_json_with_bytes_that_are_no_utf_8_is_read(bad: bytes) -> None:
    decoded = decode(b'{"choices":[{"message":{"content":"' + bad + b' ok."}}]}')

    assert (decoded.text, decoded.code) == (bad.decode("utf-8", "replace") + " ok.", "")


def raw_delta(escaped: str) -> bytes:
    return b'data: {"choices":[{"index":0,"delta":{"content":"' + escaped.encode() + b'"}}]}\n\n'


def test_u59_a_surrogate_pair_over_two_events_is_one_character() -> None:
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
def test_u60_a_lone_surrogate_becomes_a_replacement_character(deltas: list[str], text: str) -> None:
    decoded = decode(b"".join(map(raw_delta, deltas)) + event(STOP))

    assert decoded.text == text
    assert "".join(decoded.payloads).encode("utf-8")


def test_u60_a_lone_surrogate_in_any_other_field_can_be_encoded_too() -> None:
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
def test_u60_a_payload_that_cannot_be_written_again_costs_nothing_else(payload: str) -> None:
    decoded = decode(b"data: " + payload.encode() + b"\n\n" + answer("Hi."), secrets=["secret-value-1"])

    assert (decoded.text, decoded.code) == ("Hi.", "")


def test_u61_nul_is_left_out_and_other_controls_stay_for_the_page_to_show() -> None:
    decoded = decode(answer("a\x00b\x1b\u202ec"))

    assert decoded.text == "ab\x1b\u202ec"
    assert not any("\x00" in payload for payload in decoded.payloads)


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking"])
def test_u62_reasoning_beside_the_content_is_apart_from_it(field: str) -> None:
    decoded = decode(stream(chunk(**{field: "Let me "}), chunk(**{field: "see."}), HELLO, STOP))

    assert (decoded.reasoning, decoded.text) == ("Let me see.", "Hello there. ")
    assert [(piece.offset, piece.text) for piece in decoded.pieces if isinstance(piece, ReasoningPiece)] == [
        (0, "Let me "),
        (7, "see."),
    ]


def test_u62_the_same_reasoning_under_two_names_is_read_once() -> None:
    details = [{"type": "reasoning.text", "text": "Hm."}]

    decoded = decode(
        stream(chunk(reasoning="Hm.", reasoning_content="Hm.", reasoning_details=details), HELLO, STOP)
    )

    assert decoded.reasoning == "Hm."


def test_u62_reasoning_that_stands_only_in_details_is_read() -> None:
    details = [
        {"type": "reasoning.summary", "summary": "Short. "},
        {"type": "reasoning.text", "text": "Long."},
    ]

    assert decode(stream(chunk(reasoning_details=details), HELLO, STOP)).reasoning == "Short. Long."


def test_u62_think_tags_cut_over_deltas_are_reasoning() -> None:
    decoded = decode(answer("<th", "ink>Hm.", "</thi", "nk>\n\nHello", " there."))

    assert (decoded.reasoning, decoded.text, decoded.sentences) == ("Hm.", "Hello there.", ["Hello there."])
    assert next(piece for piece in decoded.pieces if isinstance(piece, ContentPiece)).offset == 0


def test_u62_a_think_end_that_nothing_opened_is_noted() -> None:
    decoded = decode(answer("I thought.</think>Hello."))

    assert decoded.text == "I thought.Hello."
    assert any("</think>" in note for note in decoded.notes)


def test_u62_reasoning_is_no_content() -> None:
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
def test_u63_usage_comes_with_empty_choices_or_none(choices: dict[str, object]) -> None:
    usage = {"prompt_tokens": 9, "total_tokens": 12, "completion_tokens_details": {"reasoning_tokens": 1}}

    decoded = decode(stream(HELLO, STOP, choices | {"usage": usage}))

    assert (decoded.decoder.usage, decoded.code) == (usage, "")


def test_u63_usage_beside_the_last_content_is_read_with_it() -> None:
    decoded = decode(stream(chunk("stop", content="Hi.") | {"usage": {"total_tokens": 3}}))

    assert (decoded.text, decoded.decoder.usage) == ("Hi.", {"total_tokens": 3})


def test_u64_content_as_a_list_of_parts_is_joined_with_the_thinking_apart() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
        {"type": "text", "text": "Hel"},
        "lo.",
        {"type": "reference", "reference_ids": [1]},
    ]

    decoded = decode(stream(chunk(content=parts), chunk(content=None), STOP))

    assert (decoded.text, decoded.reasoning) == ("Hello.", "Hm.")
    assert len(decoded.notes) == 1 and "reference" in decoded.notes[0]


def test_u64_a_refusal_is_shown_as_text_and_marked() -> None:
    decoded = decode(stream(chunk(content=None, refusal="I can't "), chunk(refusal="help."), STOP))

    assert (decoded.text, decoded.sentences) == ("I can't help.", ["I can't help."])
    assert len(decoded.notes) == 1 and "refusal" in decoded.notes[0]


def test_u64_a_space_is_content_and_an_empty_string_is_not() -> None:
    decoded = decode(answer("a", " ", "", "b"))

    assert decoded.text == "a b"
    assert [piece.text for piece in decoded.pieces if isinstance(piece, ContentPiece)] == ["a", " ", "b"]


@pytest.mark.parametrize(
    ("reason", "word"),
    [("length", "length"), ("content_filter", "content filter"), ("MAX_TOKENS", "most tokens")],
)
def test_u65_an_end_that_the_server_forced_is_complete_with_a_note_and_the_last_sentence(
    reason: str, word: str
) -> None:
    decoded = decode(stream(HELLO, chunk(content="And th"), chunk(reason)))

    assert (decoded.code, decoded.decoder.finish_reason) == ("", reason)
    assert decoded.sentences == ["Hello there.", "And th"]
    assert len(decoded.notes) == 1 and word in decoded.notes[0]


def test_a_finish_reason_that_is_an_empty_string_is_none() -> None:
    assert decode(event(chunk("", content="Hi."))).code == "truncated"


def test_u66_an_endless_line_is_too_large_and_the_text_before_it_is_kept() -> None:
    limits = Limits(sse_line_bytes=10_000)

    decoded = decode_pieces([event(HELLO), b"data: ", *[b"x" * 1000] * 50, event(BYE)], limits=limits)

    assert (decoded.text, decoded.code, decoded.sentences) == ("Hello there. ", "too_large", ["Hello there."])


def test_u66_one_json_without_an_end_is_too_large() -> None:
    assert (
        decode_pieces([b'{"a": "', *[b"x" * 1000] * 50], limits=Limits(sse_line_bytes=10_000)).code
        == "too_large"
    )


def test_u67_an_answer_without_an_end_stops_at_its_limit_to_the_character() -> None:
    decoded = decode(answer(*["12345678"] * 20), limits=Limits(answer_chars=100))

    assert (decoded.text, decoded.code) == (("12345678" * 20)[:100], "too_large")
    assert "".join(decoded.sentences) == decoded.text


def test_u67_a_stream_without_an_end_stops_at_its_limit_in_bytes() -> None:
    limits = Limits(stream_bytes=1000)

    decoded = decode_pieces([event(HELLO)] + [b": ping\n\n"] * 1000, limits=limits)

    assert (decoded.text, decoded.code) == ("Hello there. ", "too_large")


def test_u68_comments_empty_deltas_and_roles_are_no_content() -> None:
    decoder = AnswerDecoder()
    for _ in range(100):
        decoder.feed(
            b": ping\n\n" + event(chunk(content="")) + event(chunk(role="assistant")) + event(chunk())
        )

    assert not decoder.has_content


def test_u69_endless_reasoning_is_bounded_and_noted() -> None:
    decoded = decode(answer(*["<think>"] + ["x" * 50] * 10), limits=Limits(answer_chars=100))

    assert decoded.decoder.reasoning == decoded.reasoning == "x" * 100
    assert any("reasoning is longer" in note for note in decoded.notes)


def test_u70_every_byte_that_came_is_kept_when_the_stream_is_left_at_any_place() -> None:
    body = answer("One. ", "Two. ", "Three.")

    texts = [decode_pieces([body[:end]]).text for end in range(len(body))]

    assert texts == sorted(texts, key=len)
    assert set(texts) == {"", "One. ", "One. Two. ", "One. Two. Three."}


def test_u71_one_delta_of_200_kib_is_exact_and_still_cut_into_sentences() -> None:
    text = "This is a sentence. " * 10_000

    decoded = decode(answer(text))

    assert decoded.text == text
    assert len(decoded.sentences) == 10_000


def test_u71_a_flood_of_deltas_is_exact() -> None:
    words = [f"word{number} " for number in range(20_000)]

    decoded = decode(answer(*words))

    assert decoded.text == "".join(words)


def test_a_server_that_is_odd_in_ever_new_ways_is_noted_fifty_times_at_most() -> None:
    calls = [
        called(index=0, id=f"a{number}", function={"name": f"f{number}", "arguments": "5"})
        for number in range(500)
    ]
    decoded = decode(stream(*calls, STOP), limits=Limits(tool_calls=500))

    assert len(decoded.notes) == 50


def test_after_close_nothing_is_read_and_nothing_comes() -> None:
    decoder = AnswerDecoder()
    decoder.feed(event(HELLO))
    decoder.close()

    assert decoder.feed(event(BYE)) + decoder.poll() + decoder.close() == []
    assert decoder.text == "Hello there. "


def test_u66_of_lines_of_json_each_is_limited_however_they_are_cut() -> None:
    line = json.dumps(HELLO).encode() + b"\n"
    limits = Limits(sse_line_bytes=len(line) + 5)
    body = line * 20 + b" " * len(line) + line * 2

    whole = decode(body, limits=limits)

    assert (whole.text, whole.code) == ("Hello there. " * 20, "too_large")
    for size in (1, 7, len(line)):
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        assert decode_pieces(pieces, limits=limits).everything == whole.everything
