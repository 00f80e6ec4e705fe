"""What a pasted text is: parts of a reply, lists of variables, Tavus' answers, a conversation, files."""

import gzip
import io
import json
import zipfile
from typing import Any

import pytest

from personas.formats import FormatError, read_conversation, read_document, read_documents
from personas.formats.files import MAX_BYTES, text_of
from tests.personas import examples

WEATHER = '{"type": "function", "function": {"name": "getWeather", "parameters": {}}}'


def persona(name: str) -> dict[str, Any]:
    return {"persona_id": "p1", "persona_name": name, "system_prompt": "Be brief.", "created_at": "2025"}


# JAICP


@pytest.mark.parametrize("text", [examples.LAST_REQUEST, examples.PROMPT_AND_MESSAGES])
def test_a_bare_list_of_messages_is_a_reply(text: str) -> None:
    draft = read_document(text)
    expected = "last_request" if text is examples.LAST_REQUEST else "prompt_and_session"
    assert draft.document["llm"]["history_mode"] == expected


def test_bare_parameters_are_a_reply() -> None:
    parameters = read_document(examples.PARAMETERS).document["llm"]["parameters"]
    assert parameters == {"max_completion_tokens": 150, "stop": ["joke", "###"]}


def test_a_bare_list_of_tools_is_a_reply() -> None:
    assert read_document(f"[{WEATHER}]").document["llm"]["tools"] == [json.loads(WEATHER)]


def test_tools_may_be_a_list_of_variables() -> None:
    text = (
        f"var weather = {WEATHER};\nvar tools = [weather, unknown];\n"
        '$response.replies.push({type: "llmRequest", tools: tools, messages: []});'
    )
    draft = read_document(text)
    assert draft.document["llm"]["tools"] == [json.loads(WEATHER)]
    assert any(": tools[1]: unknown is script, not data; it was left out." in note for note in draft.notes)


def test_a_part_of_a_tool_may_be_a_variable() -> None:
    text = (
        'const schema = {"type": "object"}; let name = "f";\n'
        '$response.replies.push({type: "llmRequest", messages: [], '
        'tools: [{type: "function", function: {name: name, parameters: schema}}]});'
    )
    (tool,) = read_document(text).document["llm"]["tools"]
    assert tool["function"] == {"name": "f", "parameters": {"type": "object"}}


def test_variables_that_name_each_other_make_no_more_than_can_be_read() -> None:
    lines = ['var a = ["x"];'] + [
        f"var {chr(98 + n)} = [{', '.join([chr(97 + n)] * 200)}];" for n in range(4)
    ]
    text = (
        "\n".join(lines) + '\n$response.replies.push({type: "llmRequest", parameters: {x: e}, messages: []});'
    )
    with pytest.raises(FormatError, match="name each other too often"):
        read_document(text)


def test_a_variable_that_names_itself_is_no_data() -> None:
    text = 'var a = [a];\n$response.replies.push({type: "llmRequest", parameters: {x: a}, messages: []});'
    draft = read_document(text)
    assert draft.document["llm"]["parameters"] == {"x": []}
    assert any("a is script, not data; it was left out." in note for note in draft.notes)


# Tavus' answers


def test_the_answer_of_a_get_is_read() -> None:
    draft = read_document(json.dumps({"data": [persona("Ann")]}))
    assert draft.document["persona_name"] == "Ann"


def test_every_persona_of_a_list_is_read() -> None:
    text = json.dumps({"data": [persona("Ann"), persona("Bob")], "total_count": 2})
    assert [draft.document["persona_name"] for draft in read_documents(text)] == ["Ann", "Bob"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"data": []}', "holds no persona"),
        ('{"data": [1]}', "Neither"),
        (json.dumps({"data": [persona("Ann")] * 101}), "At most 100"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(text: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        read_documents(text)


def test_the_app_knows_its_own_addresses_again() -> None:
    text = json.dumps(persona("Ann") | {"layers": {"llm": {"base_url": "http://site.example/demo/v1"}}})
    assert read_document(text, site_url="http://site.example").document["llm"]["address"] == "/demo/v1"
    script = '$response.replies.push({type: "llmRequest", url: "http://site.example/x", messages: []});'
    assert read_document(script, site_url="http://site.example/").document["llm"]["address"] == "/x"


# A conversation


def test_a_conversation_is_read_as_it_stands_on_the_page() -> None:
    conversation = read_conversation(examples.CONVERSATION)
    assert conversation is not None
    assert conversation.persona_id == "p234324a"
    assert conversation.options["conversation_name"] == "My Conversation"
    assert conversation.options["conversational_context"].startswith("You are talking to Maya")
    assert conversation.options["callback_url"] == "https://webhook.site/"
    assert conversation.notes == ()


def test_what_a_conversation_holds_beside_is_named() -> None:
    conversation = read_conversation(
        '{"persona_id": "p1", "properties": {"language": "english"}, "status": "active"}'
    )
    assert conversation is not None
    assert conversation.notes == ("properties is not rehearsed; it was left out.",)


@pytest.mark.parametrize("text", [examples.STORYTELLER, examples.YANDEX_GPT, "[1]", "{}", "hello"])
def test_what_is_no_conversation_is_none(text: str) -> None:
    assert read_conversation(text) is None


# Files


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("persona.json", b"0" * 10_000_000)
    return buffer.getvalue()


def test_a_file_beyond_its_size_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(FormatError, match="too large"):
        text_of(b" " * (MAX_BYTES + 1))


@pytest.mark.parametrize("data", [zipped(), gzip.compress(b"0" * 10_000_000)], ids=["zip", "gzip"])
def test_a_compressed_file_is_refused_and_never_unpacked(data: bytes) -> None:
    assert len(data) < 100_000
    with pytest.raises(FormatError, match="unpack it"):
        text_of(data)


def test_a_file_that_is_not_utf_8_is_refused_where_it_ends_to_be() -> None:
    with pytest.raises(FormatError) as refusal:
        text_of("{\n  é".encode() + b"\xff}")
    assert (refusal.value.line, refusal.value.column) == (2, 4)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert text_of(b"\xef\xbb\xbf{}") == "{}"
