"""Streams in the shapes of common servers: text, reasoning, calls and usage come out the same."""

import json

import pytest

from playground.engine.answer import answer_messages as words
from tests.engine.answer.official_client import decode_as_client
from tests.engine.answer.streams import DONE, chunk, event, stream

TEXT = "Sure. It rains in Oslo."
ARGUMENTS = '{"city": "Oslo"}'


def lines(*payloads: str, end: str = "\n\n") -> bytes:
    return "".join(f"data: {payload}{end}" for payload in payloads).encode()


def test_openai_with_obfuscation_usage_and_a_service_tier() -> None:
    extra = {"service_tier": "default", "system_fingerprint": "fp_1", "obfuscation": "q8Zr", "usage": None}
    decoded = decode_as_client(
        stream(
            chunk(role="assistant", content="", refusal=None) | extra,
            chunk(content="Sure.") | extra,
            chunk(content=" It rains in Oslo.") | extra,
            chunk("stop") | extra,
            {
                **extra,
                "choices": [],
                "usage": {"prompt_tokens": 8, "completion_tokens": 7, "total_tokens": 15},
            },
        )
    )

    assert (decoded.text, decoded.code, decoded.notes) == (TEXT, "", [])
    assert decoded.decoder.usage["total_tokens"] == 15


def test_azure_begins_with_a_filter_result_and_ends_with_one() -> None:
    safe = {"hate": {"filtered": False, "severity": "safe"}}
    decoded = decode_as_client(
        stream(
            {"choices": [], "id": "", "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": safe}]},
            chunk(role="assistant", content=""),
            chunk(content=TEXT),
            {"choices": [{"index": 0, "content_filter_results": safe, "content_filter_offsets": {"end_offset": 9}}]},
            chunk("stop"),
        )
    )  # fmt: skip

    assert (decoded.text, decoded.code, decoded.notes) == (TEXT, "", [])


def test_azure_stops_an_answer_by_its_filter() -> None:
    decoded = decode_as_client(stream(chunk(content="Sure. "), chunk("content_filter")))

    assert (decoded.text, decoded.decoder.finish_reason, decoded.code) == ("Sure. ", "content_filter", "")
    assert len(decoded.notes) == 1


def test_deepseek_reasons_in_its_own_field_and_keeps_the_connection_alive() -> None:
    body = (
        b": keep-alive\n\n: keep-alive\n\n"
        + event(chunk(role="assistant", content=None, reasoning_content=""))
        + event(chunk(content=None, reasoning_content="The user asks "))
        + event(chunk(content=None, reasoning_content="for rain."))
        + event(chunk(content=TEXT, reasoning_content=None))
        + event(chunk("stop", content="") | {"usage": {"prompt_cache_hit_tokens": 0, "total_tokens": 9}})
        + DONE
    )

    decoded = decode_as_client(body)

    assert (decoded.text, decoded.reasoning, decoded.code) == (TEXT, "The user asks for rain.", "")
    assert decoded.decoder.usage == {"prompt_cache_hit_tokens": 0, "total_tokens": 9}


def test_deepseek_sends_empty_lines_before_one_json() -> None:
    body = json.dumps(
        {"choices": [{"message": {"content": TEXT, "reasoning_content": "Hm."}, "finish_reason": "stop"}]}
    )

    decoded = decode_as_client(
        b"\n\n\n\n" + body.encode(),
        differs_because="The client finds no event in one JSON; a platform may read it as we do.",
    )

    assert (decoded.text, decoded.reasoning, decoded.code) == (TEXT, "Hm.", "")


def test_mistral_sends_thinking_parts_a_null_role_and_whole_calls() -> None:
    thinking = [{"type": "thinking", "thinking": [{"type": "text", "text": "Rain?"}]}]
    call = {"id": "9xT1", "function": {"name": "get_weather", "arguments": ARGUMENTS}, "index": 0}
    decoded = decode_as_client(
        stream(
            {
                "id": "c",
                "model": "m",
                "choices": [{"index": 0, "delta": {"role": None, "content": thinking}}],
            },
            chunk(role=None, content=[{"type": "text", "text": "Sure."}]),
            chunk("tool_calls", role=None, content="", tool_calls=[call]),
        ),
        differs_because="A loop that joins texts breaks at content that is a list of parts.",
    )

    assert (decoded.text, decoded.reasoning, decoded.notes) == ("Sure.", "Rain?", [])
    assert decoded.calls == [("9xT1", "get_weather", ARGUMENTS)]


def test_groq_sends_its_usage_in_a_field_of_its_own_and_reasoning_by_the_short_name() -> None:
    decoded = decode_as_client(
        stream(
            chunk(role="assistant", content="") | {"x_groq": {"id": "req_1"}},
            chunk(reasoning="Rain?"),
            chunk(content=TEXT),
            chunk("stop") | {"x_groq": {"id": "req_1", "usage": {"total_tokens": 9}}},
        )
    )

    assert (decoded.text, decoded.reasoning, decoded.code) == (TEXT, "Rain?", "")
    assert decoded.decoder.usage == {"total_tokens": 9}


def test_openrouter_comments_while_it_waits_and_details_its_reasoning() -> None:
    details = [{"type": "reasoning.text", "text": "Rain?", "format": "unknown", "index": 0}]
    body = (
        b": OPENROUTER PROCESSING\n\n" * 3
        + event(chunk(role="assistant", content="", reasoning="Rain?", reasoning_details=details))
        + event(chunk(role="assistant", content=TEXT) | {"provider": "Some"})
        + event({"choices": [{"delta": {"content": ""}, "finish_reason": "stop", "native_finish_reason": "STOP"}]})
        + event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}], "usage": {"cost": 0.5}})
        + DONE
    )  # fmt: skip

    decoded = decode_as_client(body)

    assert (decoded.text, decoded.reasoning, decoded.code, decoded.notes) == (TEXT, "Rain?", "", [])
    assert decoded.decoder.usage == {"cost": 0.5}


def test_openrouter_breaks_off_with_an_error_and_a_finish_reason_of_its_own() -> None:
    decoded = decode_as_client(
        event(chunk(content="Sure."))
        + event(
            {
                "error": {"code": 502, "message": "Provider disconnected"},
                "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
            }
        )
    )

    assert (decoded.text, decoded.code) == ("Sure.", "upstream_5xx")
    assert decoded.decoder.failure is not None and decoded.decoder.failure.excerpt == "Provider disconnected"


def test_ollama_sends_a_whole_call_of_index_0_and_stops_without_a_word_of_it() -> None:
    call = {
        "id": "call_x",
        "index": 0,
        "type": "function",
        "function": {"name": "get_weather", "arguments": ARGUMENTS},
    }
    decoded = decode_as_client(
        stream(
            chunk(role="assistant", content="", tool_calls=[call]),
            chunk("stop", role="assistant", content=""),
        )
    )

    assert decoded.calls == [("call_x", "get_weather", ARGUMENTS)]
    assert decoded.code == ""


def test_ollama_through_litellm_sends_objects_and_the_same_index() -> None:
    def call(call_id: str, city: str) -> dict[str, object]:
        return {"id": call_id, "index": 0, "function": {"name": "get_weather", "arguments": {"city": city}}}

    decoded = decode_as_client(
        stream(chunk(tool_calls=[call("a", "Oslo")]), chunk(tool_calls=[call("b", "Rome")]), chunk("stop")),
        differs_because="A loop that joins arguments breaks at an object; ids tell the calls apart.",
    )

    assert decoded.calls == [
        ("a", "get_weather", '{"city": "Oslo"}'),
        ("b", "get_weather", '{"city": "Rome"}'),
    ]


def test_vllm_sends_usage_with_null_choices_and_carriage_returns() -> None:
    payloads = [chunk(role="assistant", content=""), chunk(content=TEXT), chunk("stop")]
    last = {"choices": None, "usage": {"total_tokens": 9}}

    decoded = decode_as_client(stream(*payloads, last).replace(b"\n", b"\r\n"))

    assert (decoded.text, decoded.code, decoded.decoder.usage) == (TEXT, "", {"total_tokens": 9})


def test_vllm_breaks_off_with_an_error_object_of_its_own_shape() -> None:
    error = {"object": "error", "message": "out of blocks", "type": "InternalServerError", "code": 500}

    decoded = decode_as_client(
        event(chunk(content="Sure.")) + event(error) + DONE,
        differs_because="The client looks for an error in the field error alone.",
    )

    assert (decoded.text, decoded.code) == ("Sure.", "upstream_5xx")


def test_llama_cpp_pings_sends_null_content_and_timings() -> None:
    body = (
        b": ping\n\n"
        + event(chunk(role="assistant", content=None))
        + event(chunk(content=TEXT))
        + event(chunk("stop") | {"timings": {"predicted_per_second": 31.5}})
        + DONE
    )

    assert decode_as_client(body).text == TEXT


def test_llama_cpp_of_old_fails_in_a_field_named_error() -> None:
    decoded = decode_as_client(
        b'error: {"code": 500, "message": "slot is busy", "type": "server_error"}\n\ndata: [DONE]\n\n',
        differs_because="The client passes over a field that it doesn't know.",
    )

    assert decoded.code == "upstream_5xx"


def test_gemini_packs_text_usage_and_end_into_one_chunk_without_done() -> None:
    decoded = decode_as_client(
        event(chunk("stop", role="assistant", content=TEXT) | {"usage": {"total_tokens": 9}})
    )

    assert (decoded.text, decoded.code, decoded.decoder.usage) == (TEXT, "", {"total_tokens": 9})


@pytest.mark.parametrize("index", [{}, {"index": None}])
def test_gemini_sends_whole_calls_without_an_index_and_stops(index: dict[str, None]) -> None:
    signed = {"extra_content": {"google": {"thought_signature": "c2ln"}}}
    function = {"name": "get_weather", "arguments": ARGUMENTS}
    calls = [{"id": name, "type": "function", "function": function, **index, **signed} for name in ("a", "b")]

    decoded = decode_as_client(
        event(chunk("stop", tool_calls=calls)),
        differs_because="A loop that joins by index makes one call of two; ids tell them apart.",
    )

    assert decoded.calls == [("a", "get_weather", ARGUMENTS), ("b", "get_weather", ARGUMENTS)]


def test_yandex_sends_the_openai_shape_with_usage_on_every_chunk() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    decoded = decode_as_client(
        stream(
            chunk(role="assistant", content="Конечно. ") | {"usage": {**usage, "total_tokens": 4}},
            chunk("stop", content="В Осло дождь.") | {"usage": usage},
        )
    )

    assert (decoded.text, decoded.sentences) == ("Конечно. В Осло дождь.", ["Конечно.", "В Осло дождь."])
    assert decoded.decoder.usage == usage


def test_hugging_face_fails_with_a_text_under_http_200() -> None:
    decoded = decode_as_client(
        b'{"error": "Input validation error: too long", "error_type": "validation"}',
        differs_because="The client finds no event in one JSON, and no error.",
    )

    assert decoded.code == "bad_request"
    assert decoded.decoder.failure is not None
    assert decoded.decoder.failure.excerpt == "Input validation error: too long"


def test_the_example_server_of_tavus_leaves_out_all_but_the_delta() -> None:
    payloads = [
        json.dumps({"choices": [{"delta": {"content": part}}]}) for part in ("Sure.", " It rains in Oslo.")
    ]

    decoded = decode_as_client(lines(*payloads, "[DONE]"))

    assert (decoded.text, decoded.code, decoded.notes) == (TEXT, "", [words.NO_FINISH_REASON])
