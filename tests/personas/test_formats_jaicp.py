"""JAICP's ``llmRequest``: the page's examples to the letter, whole scripts, histories, secrets, the way out."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.formats import FormatError, FoundSecret, jaicp, read_document
from personas.formats.conversion import written
from tests.personas import examples

NO_LLM: dict[str, Any] = {
    "platform": "jaicp",
    "provider": "CUSTOM_LLM",
    "address": "",
    "model": "",
    "token_secret": "",
    "headers": [],
    "temperature": None,
    "parameters": {},
    "tools": [],
    "event_name": "",
    "history_mode": "session",
    "history_last": None,
    "stream_options": None,
}
FILLER = {
    "name": "",
    "fillerPhrase": "",
    "fillerPhrasesList": ["Great question!", "Just a moment"],
    "activationDelayMs": 1000,
}
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


def document(**changes: Any) -> dict[str, Any]:
    llm = NO_LLM | changes.pop("llm", {})
    return {
        "persona_name": "JAICP reply",
        "system_prompt": "",
        "context": "",
        "default_replica_id": "",
        "llm": llm,
        "barge_in": {},
        "filler": None,
        "tts": None,
        "vqa": None,
        "other_layers": {},
        "other_keys": {},
    } | changes


def pushed(members: str, before: str = "", after: str = "") -> str:
    return f'{before}$response.replies.push({{\ntype: "llmRequest", provider: "CUSTOM_LLM",\n{members}\n}});\n{after}'


YANDEX = document(
    persona_name="NoMatch",
    filler=FILLER,
    llm={
        "address": "https://llm.api.cloud.yandex.net/v1/chat/completions",
        "model": "gpt://folder12345/yandexgpt",
        "token_secret": "MY_TOKEN",
        "headers": [["Authorization", "Api-Key MY_TOKEN"]],
        "temperature": 0.6,
        "parameters": {"maxTokens": 150},
    },
)


def test_reads_the_reply_to_yandex_gpt_as_it_stands_on_the_page() -> None:
    draft = read_document(examples.YANDEX_GPT)
    assert draft.platform == "jaicp"
    assert draft.document == YANDEX
    assert draft.secrets == (FoundSecret("MY_TOKEN", None, ("llm.api.cloud.yandex.net",), is_named=True),)
    assert draft.notices == (examples.MAX_TOKENS_OF_YANDEX,)


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
    assert draft.secrets == (FoundSecret("MY_TOKEN", None, ("caila.io",), is_named=True),)
    assert draft.notices == ()


def test_reads_the_function_calling_example_with_its_variable_and_its_ellipsis() -> None:
    draft = read_document(examples.FUNCTION_CALLING)
    assert draft.document == document(llm={"tools": [WEATHER_TOOL], "event_name": "myEvent"})
    assert draft.notices == (
        "Line 22: … stands for something that is not in the text.",
        "messages is missing; the session's history was assumed.",
        "provider is missing; CUSTOM_LLM was assumed.",
    )


def test_reads_the_parameters_example() -> None:
    found = read_document(pushed(examples.PARAMETERS + ", messages: []")).document
    assert found["llm"]["parameters"] == {"max_completion_tokens": 150, "stop": ["joke", "###"]}


def test_writes_the_reply_to_yandex_gpt_to_the_letter() -> None:
    assert jaicp.to_script(YANDEX) == (
        "state: NoMatch\n"
        "    event!: noMatch\n"
        "    script:\n"
        "        $response.replies = $response.replies || [];\n"
        "        $response.replies.push({\n"
        '            type: "llmRequest",\n'
        '            provider: "CUSTOM_LLM",\n'
        '            tokenSecret: "MY_TOKEN",\n'
        '            url: "https://llm.api.cloud.yandex.net/v1/chat/completions",\n'
        '            headers: {"Authorization": "Api-Key MY_TOKEN"},\n'
        '            model: "gpt://folder12345/yandexgpt",\n'
        "            temperature: 0.6,\n"
        '            parameters: {"maxTokens": 150},\n'
        '            fillersPhraseConfig: {"fillerPhrasesList": ["Great question!", "Just a moment"], '
        '"activationDelayMs": 1000},\n'
        "            messages: $jsapi.chatHistoryInLlmFormat()\n"
        "        });\n"
    )


@pytest.mark.parametrize("text", [examples.YANDEX_GPT, examples.CAILA, examples.FUNCTION_CALLING])
def test_the_examples_survive_a_way_out_and_in_again(text: str) -> None:
    found = read_document(text).document
    assert read_document(jaicp.to_script(found)).document == found


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
        "parameters.stop: choose(\n  one,\n  two) is script, not data; it was left out." in notice
        for notice in draft.notices
    )
    assert any(" … is script, not data" in notice for notice in draft.notices)


def test_messages_may_be_a_variable() -> None:
    draft = read_document(
        pushed("messages: history", before="var history = $jsapi.chatHistoryInLlmFormat()\n")
    )
    assert draft.document["llm"]["history_mode"] == "session"
    assert draft.notices == ()


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
    assert draft.notices == (
        "The script has 1 more llmRequest; the first one was taken.",
        "1 more reply of the script was left out.",
    )


def test_a_reply_may_be_pushed_by_the_name_of_its_variable() -> None:
    text = 'var reply = {type: "llmRequest", provider: "CUSTOM_LLM", model: "m", messages: []};\n'
    draft = read_document(text + "$response.replies.push(reply);")
    assert draft.document["llm"]["model"] == "m"
    assert draft.notices == ()


def test_comments_texts_and_prose_hide_no_reply_and_make_none() -> None:
    text = (
        "# don't\nstate: Start\n  a: It's fine\n  script:\n"
        "// $response.replies.push({type: 'llmRequest', model: 'commented'})\n"
        'var hint = "$response.replies.push({";\n' + pushed('model: "real", messages: []')
    )
    draft = read_document(text)
    assert (draft.document["llm"]["model"], draft.document["persona_name"]) == ("real", "Start")


def test_barge_in_is_kept_as_given() -> None:
    reply = {"bargin_transition": "t1", "bargeInIntent": {"type": "intent"}}
    draft = read_document(
        pushed(
            'messages: [], bargeInReply: {"bargin_transition": "t1", "bargeInIntent": {"type": "intent"}}',
            before='$dialer.bargeInResponse({bargeIn: "phrase", bargeInTrigger: "final", noInterruptTime: 300});\n',
        )
    )
    assert draft.document["barge_in"] == {
        "bargeIn": "phrase",
        "bargeInTrigger": "final",
        "noInterruptTime": 300,
        "bargeInReply": reply,
    }
    assert read_document(jaicp.to_script(draft.document)).document == draft.document


def test_a_barge_in_reply_that_is_script_is_kept_as_its_text() -> None:
    draft = read_document(pushed("messages: [], bargeInReply: $response.replies[0].bargeInReply"))
    assert draft.document["barge_in"] == {
        "bargeInReply": {"$expression": "$response.replies[0].bargeInReply"}
    }
    assert "bargeInReply: $response.replies[0].bargeInReply\n" in jaicp.to_script(draft.document)


def test_a_key_in_place_of_a_secrets_name_becomes_a_secret() -> None:
    draft = read_document(
        pushed('url: "https://a.example/v1", tokenSecret: "sk-live-0123456789", messages: []')
    )
    assert draft.secrets == (FoundSecret("A_EXAMPLE_KEY", "sk-live-0123456789", ("a.example",)),)
    assert draft.document["llm"]["token_secret"] == "A_EXAMPLE_KEY"


def test_a_key_in_authorization_takes_the_place_of_the_secret_that_no_header_names() -> None:
    draft = read_document(
        pushed(
            'url: "https://a.example/v1", tokenSecret: "MY_TOKEN", messages: [],'
            'headers: {"Authorization": "Bearer sk-live-0123456789"}'
        )
    )
    assert draft.document["llm"]["token_secret"] == "A_EXAMPLE_KEY"
    assert draft.document["llm"]["headers"] == [["Authorization", "Bearer A_EXAMPLE_KEY"]]
    assert draft.notices == ("The key in the header Authorization takes the place of the secret MY_TOKEN.",)


def test_a_name_in_braces_is_the_bare_name() -> None:
    draft = read_document(
        pushed(
            'tokenSecret: "MY_TOKEN", messages: [], headers: {"Authorization": "Bearer {{secret:MY_TOKEN}}"}'
        )
    )
    assert draft.document["llm"]["headers"] == [["Authorization", "Bearer MY_TOKEN"]]


def test_the_thirteen_ignored_parameters_are_saved_with_a_notice() -> None:
    names = (
        "audio, function_call, functions, logit_bias, logprobs, messages, modalities, model, n, stream, "
        "stream_options, tool_choice, tools"
    )
    members = ", ".join(f"{name}: 1" for name in names.split(", "))
    draft = read_document(pushed(f"messages: [], parameters: {{{members}, top_p: 1}}"))
    assert set(draft.document["llm"]["parameters"]) == {*names.split(", "), "top_p"}
    assert draft.notices == (
        f"{names} in parameters are kept but not sent: JAICP ignores what is passed there.",
    )


def test_a_short_delay_warns_and_is_kept() -> None:
    draft = read_document(
        pushed('messages: [], fillersPhraseConfig: {fillerPhrase: "Hm", activationDelayMs: 499}')
    )
    assert draft.document["filler"] == {
        "name": "",
        "fillerPhrase": "Hm",
        "fillerPhrasesList": [],
        "activationDelayMs": 499,
    }
    assert draft.notices == (
        "activationDelayMs is 499: values less than 500 might cause errors in llmRequest.",
    )


def test_the_delay_is_2000_ms_where_none_is_given() -> None:
    draft = read_document(pushed('messages: [], fillersPhraseConfig: {fillerPhrasesList: ["Hm"]}'))
    assert draft.document["filler"]["activationDelayMs"] == 2_000


def test_the_older_name_of_caila_is_understood() -> None:
    draft = read_document('{type: "llmRequest", provider: "MLP_OPEN_AI", model: "gpt-4o", messages: []}')
    assert draft.document["llm"]["provider"] == "CAILA_OPEN_AI"
    assert draft.notices == ("MLP_OPEN_AI is an older name for CAILA_OPEN_AI.",)


def test_what_caila_does_not_use_is_kept_with_a_notice() -> None:
    draft = read_document('{type: "llmRequest", provider: "CAILA_OPEN_AI", eventName: "e", messages: []}')
    assert draft.document["llm"]["event_name"] == "e"
    assert draft.notices == ("eventName is kept but not used: JAICP takes it for CUSTOM_LLM alone.",)


def test_unknown_properties_are_kept_and_come_out_again() -> None:
    draft = read_document(pushed('messages: [], newThing: {a: 1}, "odd-key": 2'))
    assert draft.document["other_keys"] == {"newThing": {"a": 1}, "odd-key": 2}
    assert read_document(jaicp.to_script(draft.document)).document == draft.document


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "empty"),
        ("Hello there", 1, 1, "Neither"),
        ('$response.replies.push({type: "text"});', 1, 24, "No reply of this script is an llmRequest"),
        (pushed("provider: 1"), 3, 1, "twice"),
        (pushed('messages: [{role: "robot", content: "x"}]'), 3, 12, "messages[0].role is one of"),
        (pushed('messages: "x"'), 3, 11, "messages is not a list"),
        (pushed('messages: [], temperature: "0.6"'), 3, 28, "The temperature is not a number"),
        (pushed("messages: [],\nfillersPhraseConfig: {}"), 4, 22, "Give at least one phrase"),
        (pushed('messages: [],\nfillersPhraseConfig: {fillerPhrasesList: ["a", " "]}'), 4, 48, "Phrase 2"),
        (
            pushed('messages: [],\nfillersPhraseConfig: {fillerPhrase: "a", activationDelayMs: "2000"}'),
            4,
            61,
            "whole number",
        ),
        (pushed('messages: [], url: "https://u:p@a.example"'), 3, 20, "user name or a key"),
        ('{type: "llmRequest", provider: "OTHER"}', 1, 32, "provider is one of CUSTOM_LLM, CAILA_OPEN_AI"),
        (
            pushed("messages: []", before='$dialer.bargeInResponse({bargeIn: "never"});\n'),
            1,
            35,
            "bargeIn is one of",
        ),
        ("$response.replies.push({type: 'llmRequest'\n", 1, 24, "not closed"),
    ],
)
def test_what_is_wrong_is_refused_where_it_stands(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(FormatError) as refused:
        read_document(text)
    assert words in refused.value.message
    assert (refused.value.line, refused.value.column) == (line, column)


@pytest.mark.parametrize(
    ("head", "unit"),
    [
        ("var a = {b: [" + "1," * 100_000 + "]};\n", "$response.replies.push(a);"),
        ("", "var a = [1,\n"),
        ("", "/*"),
        ("", '"'),
        ("", "$response.replies.push"),
        ("", "state: A\n"),
        ("", "$dialer.bargeInResponse({});"),
    ],
)
def test_the_cost_is_linear_for_hostile_scripts(head: str, unit: str) -> None:
    def cost(repeats: int) -> float:
        began = time.process_time()
        with pytest.raises(FormatError):
            read_document(head + unit * repeats)
        return time.process_time() - began

    assert cost(20_000) < 20 * cost(2_000) + 0.5


def test_a_tavus_persona_becomes_the_script_that_does_the_same() -> None:
    tavus = read_document(examples.WEATHER_ASSISTANT).document
    tavus["llm"] |= {"address": "https://a.example/v1/", "tools": [], "token_secret": "MY_TOKEN"}
    tavus["other_keys"] = {"pipeline_mode": "full"}
    assert written(tavus, "jaicp") == (
        "state: Weather Assistant\n"
        "    event!: noMatch\n"
        "    script:\n"
        "        $response.replies = $response.replies || [];\n"
        "        $response.replies.push({\n"
        '            type: "llmRequest",\n'
        '            provider: "CUSTOM_LLM",\n'
        '            tokenSecret: "MY_TOKEN",\n'
        '            url: "https://a.example/v1/chat/completions",\n'
        '            headers: {"Authorization": "Bearer MY_TOKEN"},\n'
        '            model: "custom_model_here",\n'
        "            messages: [\n"
        "                {\n"
        '                    "role": "system",\n'
        '                    "content": "You are a helpful assistant.\\n\\n'
        'Help users get the weather for a given location."\n'
        "                }\n"
        "            ].concat($jsapi.chatHistoryInLlmFormat())\n"
        "        });\n"
    )


TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=40)
NAMES = (
    st.from_regex(r"[A-Za-z0-9_. -]{1,30}", fullmatch=True)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
WORDS = st.from_regex(r"[a-z]{1,12}", fullmatch=True)
PHRASES = TEXTS.filter(lambda text: bool(text.strip()))
VALUES = TEXTS | st.integers(-1000, 1000) | st.booleans() | st.lists(TEXTS, max_size=3)
TOOLS = st.lists(WORDS, max_size=3, unique=True).map(
    lambda names: [{"type": "function", "function": {"name": name, "parameters": {}}} for name in names]
)
FILLERS = st.builds(
    lambda phrase, phrases, delay_ms: {
        "name": "",
        "fillerPhrase": phrase,
        "fillerPhrasesList": phrases,
        "activationDelayMs": delay_ms,
    },
    PHRASES,
    st.lists(PHRASES, max_size=3),
    st.integers(0, 60_000),
)
BARGE_IN = st.fixed_dictionaries(
    {},
    optional={
        "bargeIn": st.sampled_from(["disabled", "forced", "phrase"]),
        "noInterruptTime": st.integers(0, 10_000),
        "bargeInReply": st.dictionaries(WORDS, VALUES),
    },
)


HISTORIES = [
    ("last_request", None),
    ("session", None),
    ("session", 4),
    ("prompt_and_session", None),
    ("prompt_and_session", 1),
]


@st.composite
def jaicp_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Every document that JAICP's format can hold."""
    secret = draw(st.sampled_from(["", "MY_TOKEN"]))
    mode, last = draw(st.sampled_from(HISTORIES))
    llm = {
        "provider": draw(st.sampled_from(["CUSTOM_LLM", "CAILA_OPEN_AI"])),
        "address": draw(st.sampled_from(["", "https://a.example/v1/chat/completions", "your-url"])),
        "model": draw(TEXTS),
        "token_secret": secret,
        "headers": [["Authorization", f"Api-Key {secret}"]] if secret and draw(st.booleans()) else [],
        "temperature": draw(st.none() | st.floats(0, 1)),
        "parameters": draw(st.dictionaries(TEXTS, VALUES, max_size=3)),
        "tools": draw(TOOLS),
        "event_name": draw(st.sampled_from(["", "myEvent"])),
        "history_mode": mode,
        "history_last": last,
    }
    return document(
        persona_name=draw(NAMES),
        system_prompt=draw(PHRASES) if mode == "prompt_and_session" else "",
        llm=llm,
        filler=draw(st.none() | FILLERS),
        barge_in=draw(BARGE_IN),
        other_keys=draw(st.dictionaries(WORDS.map("x_{}".format), VALUES, max_size=2)),
    )


@settings(deadline=None)
@given(jaicp_documents())
def test_import_of_an_export_gives_the_same_document(document: dict[str, Any]) -> None:
    assert read_document(jaicp.to_script(document)).document == document
