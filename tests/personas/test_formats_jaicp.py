"""Reading JAICP's ``llmRequest``: the page's examples to the letter, whole scripts, histories."""

import pytest

from personas.formats import DraftSecret, read_document
from tests.personas import examples
from tests.personas.jaicp_scripts import FILLER, YANDEX, document, pushed

WEATHER_TOOL = {
    "type": "function",
    "function": {
        "name": "getWeather",
        "description": "Get the current weather in the city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "The city to get the weather for"}},
            "required": ["city"],
        },
    },
}


def test_reads_the_reply_to_yandex_gpt_as_it_stands_on_the_page() -> None:
    draft = read_document(examples.YANDEX_GPT)
    assert draft.platform == "jaicp"
    assert draft.document == YANDEX
    assert draft.secrets == (DraftSecret("MY_TOKEN", None, ("llm.api.cloud.yandex.net",), is_named=True),)
    assert draft.notes == (examples.MAX_TOKENS_OF_YANDEX,)


def test_reads_the_reply_to_caila_as_it_stands_on_the_page() -> None:
    draft = read_document(examples.CAILA)
    assert draft.document == document(
        persona_name="NoMatch",
        filler=FILLER,
        llm={
            "provider": "CAILA_OPEN_AI",
            "model": "gpt-4o",
            "token_secret": "MY_TOKEN",
            "temperature": 0.6,
            "parameters": {"max_completion_tokens": 150},
        },
    )
    assert draft.secrets == (DraftSecret("MY_TOKEN", None, ("caila.io",), is_named=True),)
    assert draft.notes == ()


def test_reads_the_function_calling_example_with_its_variable_and_its_ellipsis() -> None:
    draft = read_document(examples.FUNCTION_CALLING)
    assert draft.document == document(llm={"tools": [WEATHER_TOOL], "event_name": "myEvent"})
    assert draft.notes == (
        "Line 22: … stands for something that is not in the text.",
        "messages is missing; the session's history was assumed.",
        "provider is missing; CUSTOM_LLM was assumed.",
    )


def test_reads_the_parameters_example() -> None:
    document = read_document(pushed(examples.PARAMETERS + ", messages: []")).document
    assert document["llm"]["parameters"] == {"max_completion_tokens": 150, "stop": ["joke", "###"]}


def test_reads_the_bare_object() -> None:
    begin = examples.YANDEX_GPT.index("{")
    end = examples.YANDEX_GPT.rindex("}") + 1
    bare = examples.YANDEX_GPT[begin:end]
    assert read_document(bare).document == YANDEX | {"persona_name": "JAICP reply"}
    assert read_document(bare + ");").document == YANDEX | {"persona_name": "JAICP reply"}


@pytest.mark.parametrize(
    ("messages", "mode", "last", "prompt", "initial"),
    [
        ("$jsapi.chatHistoryInLlmFormat()", "session", None, "", ()),
        ("$jsapi.chatHistoryInLlmFormat().slice(-6)", "session", 6, "", ()),
        (examples.LAST_REQUEST, "last_request", None, "", ()),
        (
            '[{"role": "system", "content": "Be brief"}].concat($jsapi.chatHistoryInLlmFormat())',
            "prompt_and_session",
            None,
            "Be brief",
            (),
        ),
        (
            "[{role: 'system', content: 'Be brief'}, ...$jsapi.chatHistoryInLlmFormat().slice(-2)]",
            "prompt_and_session",
            2,
            "Be brief",
            (),
        ),
        (
            '[{"role": "system", "content": "Be brief"}, {"role": "user", "content": $request.query}]',
            "prompt_and_session",
            1,
            "Be brief",
            (),
        ),
        (
            examples.PROMPT_AND_MESSAGES,
            "prompt_and_session",
            None,
            "Keep answers short. A few sentences at most",
            (
                {"role": "user", "content": "Recommend a movie"},
                {"role": "assistant", "content": "What genre?"},
                {"role": "user", "content": "Comedy"},
            ),
        ),
        ("myHistory", "session", None, "", ()),
        ("[]", "session", None, "", ()),
    ],
)
def test_messages_become_the_history_mode(
    messages: str, mode: str, last: int | None, prompt: str, initial: tuple[dict[str, str], ...]
) -> None:
    draft = read_document(pushed(f"messages: {messages}"))
    assert (draft.document["llm"]["history_mode"], draft.document["llm"]["history_last"]) == (mode, last)
    assert draft.document["system_prompt"] == prompt
    assert draft.initial_messages == initial


def test_what_is_quoted_in_a_notice_keeps_its_line_breaks_and_shows_where_it_is_cut() -> None:
    draft = read_document(
        pushed("messages: [], parameters: {stop: choose(\n  one,\n  two), x: " + "a+" * 40 + "a}")
    )
    assert any(
        "parameters.stop: choose(\n  one,\n  two) is script, not data; it was left out." in note
        for note in draft.notes
    )
    assert any(" … is script, not data" in note for note in draft.notes)


def test_messages_may_be_a_variable() -> None:
    draft = read_document(
        pushed("messages: history", before="var history = $jsapi.chatHistoryInLlmFormat()\n")
    )
    assert draft.document["llm"]["history_mode"] == "session"
    assert draft.notes == ()


def test_of_several_requests_the_first_is_taken_and_the_others_are_named() -> None:
    text = (
        'state: A\n  script:\n$response.replies.push({type: "text", text: "Hi"});\nstate: B\n  script:\n'
        + pushed('model: "one", messages: []')
        + "state: C\n"
        + pushed('model: "two", messages: []')
    )
    draft = read_document(text)
    assert draft.document["persona_name"] == "B"
    assert draft.document["llm"]["model"] == "one"
    assert draft.notes == (
        "The script has 1 more llmRequest; the first one was taken.",
        "1 more reply of the script was left out.",
    )


def test_a_reply_may_be_pushed_by_the_name_of_its_variable() -> None:
    text = 'var reply = {type: "llmRequest", provider: "CUSTOM_LLM", model: "m", messages: []};\n'
    draft = read_document(text + "$response.replies.push(reply);")
    assert draft.document["llm"]["model"] == "m"
    assert draft.notes == ()


def test_comments_texts_and_prose_hide_no_reply_and_make_none() -> None:
    text = (
        "# don't\nstate: Start\n  a: It's fine\n  script:\n"
        "// $response.replies.push({type: 'llmRequest', model: 'commented'})\n"
        'var hint = "$response.replies.push({";\n' + pushed('model: "real", messages: []')
    )
    draft = read_document(text)
    assert (draft.document["llm"]["model"], draft.document["persona_name"]) == ("real", "Start")
