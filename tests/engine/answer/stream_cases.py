"""Streams as servers send them, with our expected result, and the reason if OpenAI's own client reads otherwise."""

import json
from dataclasses import dataclass, field

from tests.engine.answer.streams import DONE, answer, called, chunk, event, stream

HELLO = chunk(content="Hello there. ")
BYE = chunk(content="Good bye.")
STOP = chunk("stop")
BOTH = "Hello there. Good bye."
FUNCTION = "book_table"
ARGUMENTS = '{"guests": 4}'
ADDRESS = "https://llm.example.com:8443/api/chat/completions"
RIGHT = "https://llm.example.com:8443/v1/chat/completions"

Call = tuple[str, str]
"""Name and arguments."""

SILENT = "The client passes over it: half an answer would look like a whole one, and nobody would learn of the error."
EVENT_NAME = "The client doesn't look at an event's name: it would speak what the server calls an error."
NO_CHUNK = "The client hands on whatever is JSON: a loop that reads choices breaks there, or says nothing."
FORCED = (
    "The client hands on every finish reason: that this one is no whole answer is left to whoever reads it."
)


@dataclass(frozen=True)
class StreamCase:
    body: bytes
    text: str = ""
    code: str = ""
    """Empty if the answer is complete."""
    says: str = ""
    """Text that the error's message contains, or a note of a complete answer."""
    excerpt: str = ""
    calls: list[Call] = field(default_factory=list)
    differs_because: str = ""
    """Why our result is right, if OpenAI's client reads something else."""


def raw(data: str) -> bytes:
    return f"data: {data}\n\n".encode()


def function(**parts: str) -> dict[str, str]:
    return parts


def leaked(text: str, says: str) -> StreamCase:
    return StreamCase(answer(*(text[place : place + 7] for place in range(0, len(text), 7))), text, says=says)


def failing(
    error: bytes, says: str, excerpt: str = "", because: str = "", code: str = "bad_response"
) -> StreamCase:
    """Return a failing stream with this in the middle of an answer."""
    return StreamCase(
        event(HELLO) + error + event(BYE) + event(STOP) + DONE, HELLO_TEXT, code, says, excerpt, [], because
    )


def ended_by(finish_reason: str, text: str, code: str, says: str) -> StreamCase:
    """Return a stream of this text whose finish reason marks it as incomplete."""
    body = stream(chunk(content=text), chunk(finish_reason))
    return StreamCase(body, text, code, says, differs_because=FORCED)


HELLO_TEXT = "Hello there. "
PLAIN_CHUNK = json.dumps(chunk(content="Hi."))

ENDS: dict[str, StreamCase] = {
    "ordinary": StreamCase(answer("Hello there. ", "Good bye."), BOTH),
    "finish reason on every chunk": StreamCase(
        stream(chunk("stop", content="Hello there. "), chunk("stop", content="Good bye.")),
        BOTH,
        says="before the end",
    ),
    "finish reason on the first chunk": StreamCase(
        stream(chunk("stop", role="assistant", content=""), HELLO, BYE), BOTH, says="before the end"
    ),
    "finish reason before a call": StreamCase(
        stream(STOP, called(index=0, id="a", function=function(name=FUNCTION, arguments=ARGUMENTS))),
        says="before the end",
        calls=[(FUNCTION, ARGUMENTS)],
    ),
    "finish reason before the reasoning": StreamCase(
        stream(STOP, chunk(reasoning_content="Hm."), HELLO), HELLO_TEXT, says="before the end"
    ),
    "no finish reason": StreamCase(event(HELLO) + event(BYE) + DONE, BOTH, says="named no finish reason"),
    "no [DONE]": StreamCase(event(HELLO) + event(STOP), HELLO_TEXT, says="ended without [DONE]"),
    "neither": StreamCase(
        event(HELLO),
        HELLO_TEXT,
        "truncated",
        "cut off",
        differs_because="The client ends without a word: whether the answer is whole is left to whoever reads it.",
    ),
    "last event without a blank line": StreamCase(
        event(HELLO) + event(chunk("stop", content="Good bye.")).rstrip(),
        BOTH,
        says="ended without [DONE]",
        differs_because="The client drops the last words, though they came whole.",
    ),
    "bare [DONE]": StreamCase(event(HELLO) + event(STOP) + b"[DONE]\n", HELLO_TEXT),
    "DeepSeek's lack of resources": ended_by(
        "insufficient_system_resource", "Hello th", "truncated", "gave the answer up"
    ),
    "Gemini's malformed call": ended_by(
        "MALFORMED_FUNCTION_CALL", "", "bad_response", "could make no call of it"
    ),
    "a filtered call": ended_by(
        "function_call_filter: MALFORMED_FUNCTION_CALL",
        HELLO_TEXT,
        "bad_response",
        "could make no call of it",
    ),
    "finish reason error": ended_by("error", HELLO_TEXT, "upstream_5xx", "ended its answer with an error"),
    "length": StreamCase(stream(HELLO, chunk("length")), HELLO_TEXT, says="most tokens"),
    "Gemini's MAX_TOKENS": StreamCase(stream(HELLO, chunk("MAX_TOKENS")), HELLO_TEXT, says="most tokens"),
    "Gemini's SAFETY": StreamCase(stream(HELLO, chunk("SAFETY")), HELLO_TEXT, says="content filter"),
    "Anthropic's end_turn": StreamCase(
        stream(HELLO, chunk("end_turn")), HELLO_TEXT, says="OpenAI doesn't have"
    ),
    "an unknown finish reason": StreamCase(
        stream(HELLO, chunk("whatever")), HELLO_TEXT, says="unknown (whatever)"
    ),
}

UNREADABLE: dict[str, StreamCase] = {
    "data: twice": failing(b"data: " + event(BYE), "begins with data: twice", "data: {"),
    "data: twice from the start": StreamCase(
        b"data: " + event(HELLO) + b"data: " + DONE, "", "bad_response", "begins with data: twice", "data: {"
    ),
    "Python's repr": failing(raw(repr(BYE)), "json.dumps", "{'id': 'chatcmpl-9'"),
    "Python's repr of bytes": failing(raw(repr(PLAIN_CHUNK.encode())), "Python's bytes", "b'{"),
    "Python's repr of a chunk": failing(
        raw("ChatCompletionChunk(id='c', choices=[])"), "json.dumps", "ChatCompletionChunk"
    ),
    "Python's None": failing(raw('{"choices": [], "usage": None}'), "json.dumps", "None"),
    "JavaScript's object": failing(raw("[object Object]"), "JSON.stringify", "[object Object]"),
    "JavaScript without quotes": failing(
        raw('{choices: [{delta: {content: "Hi"}}]}'), "JSON.stringify", "{choices"
    ),
    "two objects": failing(raw(PLAIN_CHUNK + PLAIN_CHUNK), "two JSON objects", "}{"),
    "no blank line between": failing(
        f"data: {PLAIN_CHUNK}\ndata: {PLAIN_CHUNK}\n\n".encode(), "a blank line is missing"
    ),
    "no blank line before [DONE]": failing(
        f"data: {PLAIN_CHUNK}\n".encode() + DONE, "before data: [DONE]", "[DONE]"
    ),
    "a stray word": failing(raw("end"), "a stray word", "end"),
    "plain text": failing(raw("Good bye, my friend"), "plain text, not JSON", "Good bye, my friend"),
    "a web page": failing(raw("<html><body>502"), "web page", "<html><body>502"),
    "JSON that breaks off": failing(raw('{"choices": [{"delta": {"content": "Good'), "breaks off", '"Good'),
    "something after the object": failing(raw(PLAIN_CHUNK + ","), "something after its JSON object", "},"),
    "a raw tab": failing(raw('{"choices": [{"delta": {"content": "a\tb"}}]}'), "control character"),
    "not UTF-8": failing(b'data: {"choices": [{"delta": {"content": "caf\xe9"}}]}\n\n', "not UTF-8", "\\xe9"),
    "a comment that is not UTF-8": failing(b": caf\xe9\n\n", "not UTF-8", "\\xe9"),
    "a name that is not UTF-8": failing(b"x-caf\xe9: 1\n\n", "not UTF-8", "\\xe9"),
    "empty data": failing(b"data:\n\n", "has no data"),
    "a retry time alone": failing(b"retry: 3000\n\n", "has no data"),
    "a name alone": failing(b"event: ping\n\n", "has no data"),
    "an id, and a comment after it": StreamCase(
        b"id: 1\n" + event(HELLO) + b": ping\n\n" + event(BYE) + DONE,
        HELLO_TEXT,
        "bad_response",
        "has no data",
    ),
    "no blank line at all": StreamCase(
        answer("Hello there. ").replace(b"\n\n", b"\n"),
        "",
        "bad_response",
        "a blank line is missing",
        differs_because="The client waits for a blank line to the end and says nothing, without an error.",
    ),
}

ERRORS: dict[str, StreamCase] = {
    "OpenAI": failing(event({"error": {"message": "boom", "code": 500}}), "", "boom", code="upstream_5xx"),
    "error_type and error_message": failing(
        event(
            {"error_type": "context_length_exceeded", "error_message": "No more than 9 tokens", "code": 400}
        ),
        "too long for the model",
        "No more than 9 tokens",
        NO_CHUNK,
        "context_too_long",
    ),
    "code and message": failing(
        event({"code": 429, "message": "slow down"}), "", "slow down", NO_CHUNK, "rate_limited"
    ),
    "a code of its own": failing(event({"code": 10013, "message": "boom"}), "", "boom", NO_CHUNK),
    "status: error": failing(
        event({"status": "error", "reason": "pool is empty"}), "", "pool is empty", NO_CHUNK
    ),
    "detail": failing(event({"detail": "boom"}), "", "boom", NO_CHUNK),
    "detail as an object": failing(event({"detail": {"message": "boom", "code": 503}}), "", "boom", NO_CHUNK),
    "FastAPI's list": failing(
        event({"detail": [{"loc": ["body", "model"], "msg": "Field required"}]}),
        "",
        "body.model: Field required",
        NO_CHUNK,
    ),
    "success: false": failing(event({"success": False, "msg": "boom"}), "", "boom", NO_CHUNK),
    "type: error": failing(event({"type": "error", "message": "boom"}), "", "boom", NO_CHUNK),
    "an object of vLLM": failing(
        event({"object": "error", "message": "boom", "code": 500}), "", "boom", NO_CHUNK, "upstream_5xx"
    ),
    "MiniMax": failing(
        event({"choices": None, "base_resp": {"status_code": 1004, "status_msg": "login fail"}}),
        "",
        "login fail",
        NO_CHUNK,
    ),
    "an error without words": failing(event({"error": {"trace": 7}}), "", '"trace": 7'),
    "an event named error": failing(b'event: error\ndata: {"reason": "boom"}\n\n', "", "boom", NO_CHUNK),
    "an event named error that holds a chunk": failing(
        b"event: error\n" + event(chunk(content="boom")), "", '"boom"', EVENT_NAME
    ),
    "an event named error that holds an error and a chunk": failing(
        b"event: error\n" + event(chunk(content="Hm.") | {"error": {"message": "boom"}}), "", "boom"
    ),
    "an event named error, not JSON": failing(b"event: error\ndata: out of memory\n\n", "", "out of memory"),
    "an error first": StreamCase(
        event({"detail": "boom"}) + DONE,
        "",
        "bad_response",
        "an error in place",
        "boom",
        differs_because=NO_CHUNK,
    ),
    "an error after the finish reason": StreamCase(
        event(HELLO) + event(STOP) + event({"detail": "boom"}) + DONE,
        HELLO_TEXT,
        "bad_response",
        "",
        "boom",
        differs_because=NO_CHUNK,
    ),
    "plain text as an event": failing(
        b"upstream error: reset\n\n", "plain text", "upstream error: reset", SILENT
    ),
    "plain text as the last line": StreamCase(
        event(HELLO) + b"Internal Server Error",
        HELLO_TEXT,
        "bad_response",
        "plain text",
        "Internal Server Error",
        differs_because=SILENT,
    ),
    "bare JSON": failing(b'{"error": "boom"}\n\n', "", "boom", SILENT),
    "bare JSON over several lines": failing(b'{\n  "error": "boom"\n}\n\n', "", "boom", SILENT),
    "a field named error": failing(b"error: boom\n\n", "", "boom", SILENT),
}

OTHER_APIS: dict[str, StreamCase] = {
    name: StreamCase(body, "", "bad_response", says, differs_because=NO_CHUNK)
    for name, body, says in (
        (
            "Ollama",
            stream({"model": "m", "message": {"role": "assistant", "content": "Hi."}, "done": False}),
            f"Ollama's own API, not with a chat completion. The right address is {RIGHT}",
        ),
        (
            "Ollama's lines",
            b'{"model": "m", "response": "Hi.", "done": false}\n{"model": "m", "done": true}\n',
            "Ollama's own API",
        ),
        (
            "Anthropic",
            b"event: message_start\n" + stream({"type": "message_start", "message": {"role": "assistant"}}),
            "Anthropic's Messages API",
        ),
        (
            "Responses",
            b"event: response.created\n" + stream({"type": "response.created", "response": {}}),
            "OpenAI's Responses API",
        ),
        (
            "text_completion",
            stream({"object": "text_completion", "choices": [{"index": 0, "text": "Hi."}]}),
            "older completions API",
        ),
        (
            "text without an object",
            stream({"choices": [{"index": 0, "text": "Hi.", "finish_reason": None}]}),
            "older completions API",
        ),
        (
            "Gemini",
            stream({"candidates": [{"content": {"parts": [{"text": "Hi."}]}}]}),
            "/v1beta/openai/chat/completions",
        ),
        ("Cohere", stream({"type": "content-delta", "delta": {}}), "/compatibility/v1/chat/completions"),
        (
            "Yandex",
            stream({"result": {"alternatives": [{"message": {"text": "Hi."}}]}}),
            "YandexGPT's own API",
        ),
        ("llama.cpp", stream({"content": "Hi.", "stop": False}), "llama.cpp's own API"),
        (
            "text-generation-inference",
            stream({"index": 1, "token": {"text": "Hi."}}),
            "text-generation-inference's own API",
        ),
        ("Bedrock", stream({"contentBlockDelta": {"delta": {"text": "Hi."}}}), "Put a server in between"),
        ("Vercel", stream({"type": "text-delta", "id": "1", "delta": "Hi."}), "Vercel AI SDK"),
        ("nobody's", stream({"answer": "Hi."}), "an object without choices"),
        ("all is well", stream({"code": 0, "msg": "ok"}), "an object without choices"),
        ("all is well, by its status", stream({"status": 200, "message": "OK"}), "an object without choices"),
        ("success: true", stream({"success": True, "message": "done"}), "an object without choices"),
    )
}

CHOICELESS: dict[str, StreamCase] = {
    name: failing(event(payload), "an object without choices", because=NO_CHUNK)
    for name, payload in (
        ("no choices", {"id": "chatcmpl-9", "object": "chat.completion.chunk"}),
        ("choices: null", {"choices": None}),
        ("choices: null in a chunk", BYE | {"choices": None, "usage": None}),
        ("choices: a text", {"choices": "x"}),
        ("choices: an object", {"choices": {"0": BYE}}),
        ("no choices, and usage: null", {"usage": None}),
        ("no choices, and all is well", {"code": 0, "message": "Success"}),
    )
}

ODD_CHOICES: dict[str, StreamCase] = {
    name: StreamCase(
        event(HELLO) + event({"choices": choices}) + event(BYE) + event(STOP) + DONE, BOTH, says=says
    )
    for name, choices, says in (
        ("null", [None], "A choice was not an object"),
        ("a text", ["x"], "A choice was not an object"),
        (
            "null before a choice",
            [None, {"index": 0, "delta": {"content": ""}}],
            "A choice was not an object",
        ),
        ("a delta that is a text", [{"delta": "x"}], "A delta was not an object"),
        ("a delta that is a list", [{"index": 0, "delta": []}], "A delta was not an object"),
        ("a message that is a text", [{"message": "x"}], "A delta was not an object"),
    )
}

HABITS: dict[str, StreamCase] = {
    "cumulative deltas": StreamCase(
        answer("Sure.", "Sure. It", "Sure. It rains."),
        "Sure.Sure. ItSure. It rains.",
        says="repeats all of the text before",
    ),
    "the whole again at the end": StreamCase(
        answer("It rains in Oslo, ", "and in Rome.", "It rains in Oslo, and in Rome."),
        "It rains in Oslo, and in Rome." * 2,
        says="repeats the whole answer",
    ),
    "a delta of the role tool": StreamCase(
        stream(
            HELLO,
            chunk(role="tool", tool_call_id="a", content='{"c": 21}'),
            chunk(role="assistant", content="Good bye."),
            STOP,
        ),
        BOTH,
        says="a delta of the role tool",
        differs_because="The client hands on every delta; a tool's result is not what the assistant says.",
    ),
    "deltas that follow the role tool": StreamCase(
        stream(
            HELLO,
            chunk(role="tool", content='{"c"'),
            chunk(content=": 21}"),
            chunk(role="assistant", content="Good bye."),
            STOP,
        ),
        BOTH,
        says="a delta of the role tool",
        differs_because="The client hands on every delta; a result that has begun goes on.",
    ),
    "arguments at the next index": StreamCase(
        stream(
            called(index=0, id="a", function=function(name=FUNCTION, arguments="")),
            called(index=0, function=function(arguments='{"gue')),
            called(index=1, function=function(arguments='sts"')),
            called(index=2, function=function(arguments=": 4}")),
            chunk("tool_calls"),
        ),
        calls=[(FUNCTION, ARGUMENTS)],
        says="went on at the next index",
        differs_because="The client joins fragments by index alone: half a call, and two without a name.",
    ),
    "a call in tags": leaked(
        'Wait. <tool_call>{"name": "book_table"}</tool_call>', "A tool call stands in the text"
    ),
    "a call in function tags": leaked("<function=book_table>{}</function>", "A tool call stands in the text"),
    "a call of Mistral's": leaked('[TOOL_CALLS][{"name": "book_table"}]', "A tool call stands in the text"),
    "a call of DeepSeek's": leaked("<｜tool▁calls▁begin｜>book_table", "A tool call stands in the text"),
    "a call as JSON": leaked('{"name": "book_table", "parameters": {"guests": 4}}', "a call of book_table"),
    "a call as JSON in a fence": leaked(
        '```json\n{"name":"book_table","arguments":{}}\n```', "a call of book_table"
    ),
    "a call as code": leaked("book_table(guests=4)", "a call of book_table"),
    "a call in channels": leaked('commentary to=functions.book_table json{"guests":4}', "Channel syntax"),
    "a channel": leaked("<|channel|>final<|message|>Good bye.", "Channel syntax"),
    "a template's token": leaked("Good bye.<|eot_id|>", "(<|eot_id|>)"),
    "a template's end": leaked("Good bye.</s>", "(</s>)"),
    "JSON of nobody's function": StreamCase(
        answer('{"name": "Ann", "parameters": 4}'), '{"name": "Ann", "parameters": 4}'
    ),
}

SKIPPED: dict[str, StreamCase] = {
    name: StreamCase(event(HELLO) + odd + event(BYE) + event(STOP) + DONE, BOTH, differs_because=because)
    for name, odd, because in (
        ("a comment", b": ping\n\n", ""),
        ("an unknown field", b"x-request-id: 7\n\n", ""),
        ("an empty object", event({}), ""),
        ("a ping", b'event: ping\ndata: {"type": "ping"}\n\n', ""),
        ("usage", event({"usage": {"total_tokens": 3}}), ""),
        ("usage, and choices: null", event({"choices": None, "usage": {"total_tokens": 3}}), ""),
        ("a choice without a delta", event({"choices": [{"index": 0, "content_filter_results": {}}]}), ""),
        ("a choice whose delta is null", event({"choices": [{"index": 0, "delta": None}]}), ""),
        ("no choice", event({"choices": [], "prompt_filter_results": []}), ""),
        (
            "fields that are fine",
            event(BYE | {"choices": [], "code": 0, "message": "Success", "error": None}),
            "",
        ),
        (
            "error fields that are fine",
            event(BYE | {"choices": [], "error_code": "0", "error_msg": "success", "error": ""}),
            "",
        ),
        ("a number that is none", b'data: {"choices": [], "x": NaN}\n\n', ""),
    )
}

OTHERS: dict[str, StreamCase] = {
    "a byte order mark": StreamCase(
        b"\xef\xbb\xbf" + event(HELLO) + event(STOP) + DONE,
        HELLO_TEXT,
        differs_because="The specification strips it; the client loses the chunk after it.",
    ),
    "one JSON": StreamCase(
        json.dumps({"choices": [{"message": {"content": "Hi."}, "finish_reason": "stop"}]}).encode(),
        "Hi.",
        says="as one JSON",
        differs_because="The client finds no event; a platform may read it as we do.",
    ),
    "lines of JSON": StreamCase(
        json.dumps(chunk("stop", content="Hi.")).encode() + b"\n",
        "Hi.",
        says="lines of JSON",
        differs_because="The client finds no event; the note says how to write them.",
    ),
    "a chunk without data:": StreamCase(
        event(HELLO) + json.dumps(BYE).encode() + b"\n\n" + event(STOP) + DONE,
        BOTH,
        says="without data: before it",
        differs_because="The client passes over it; the note says that it may not be heard.",
    ),
    "plain text with a colon": StreamCase(
        b"Sure: it rains in Oslo",
        "",
        "bad_response",
        "plain text in place of an event stream",
        "Sure: it rains in Oslo",
        differs_because="The client takes each line for a field that it doesn't know, and says nothing.",
    ),
    "the data stream of Vercel's SDK": StreamCase(
        b'0:"Sure."\n0:" It rains."\nd:{"finishReason":"stop"}\n',
        "",
        "bad_response",
        "plain text in place of an event stream",
        '0:"Sure."',
        differs_because="The client takes each line for a field that it doesn't know, and says nothing.",
    ),
    "an old call": StreamCase(
        stream(chunk(function_call={"name": FUNCTION, "arguments": ARGUMENTS}), chunk("function_call")),
        calls=[(FUNCTION, ARGUMENTS)],
        says="in the old way",
        differs_because="The client has it in a field of its own, function_call.",
    ),
    "a refusal": StreamCase(
        stream(chunk(refusal="I can't."), STOP),
        "I can't.",
        says="refusal",
        differs_because="The client has it in a field of its own, refusal; it is what the model says.",
    ),
}

CASES = {
    f"{group}: {name}": case
    for group, cases in (
        ("end", ENDS),
        ("unreadable", UNREADABLE),
        ("error", ERRORS),
        ("another API", OTHER_APIS),
        ("without choices", CHOICELESS),
        ("odd choices", ODD_CHOICES),
        ("habit", HABITS),
        ("skipped", SKIPPED),
        ("other", OTHERS),
    )
    for name, case in cases.items()
}
