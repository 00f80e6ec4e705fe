"""The values of JAICP's ``llmRequest``: what is kept, made a secret, noted, or refused with its position."""

import time

import pytest

from personas.formats import DraftSecret, FormatError, jaicp, read_document
from tests.personas.jaicp_scripts import pushed
from tests.personas.linear_cost import is_linear


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
    assert draft.secrets == (DraftSecret("A_EXAMPLE_KEY", "sk-live-0123456789", ("a.example",)),)
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
    assert draft.notes == ("The key in the header Authorization takes the place of the secret MY_TOKEN.",)


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
    assert draft.notes == (
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
    assert draft.notes == (
        "activationDelayMs is 499: values less than 500 might cause errors in llmRequest.",
    )


def test_the_delay_is_2000_ms_where_none_is_given() -> None:
    draft = read_document(pushed('messages: [], fillersPhraseConfig: {fillerPhrasesList: ["Hm"]}'))
    assert draft.document["filler"]["activationDelayMs"] == 2_000


def test_the_older_name_of_caila_is_understood() -> None:
    draft = read_document('{type: "llmRequest", provider: "MLP_OPEN_AI", model: "gpt-4o", messages: []}')
    assert draft.document["llm"]["provider"] == "CAILA_OPEN_AI"
    assert draft.notes == ("MLP_OPEN_AI is an older name for CAILA_OPEN_AI.",)


def test_what_caila_does_not_use_is_kept_with_a_notice() -> None:
    draft = read_document('{type: "llmRequest", provider: "CAILA_OPEN_AI", eventName: "e", messages: []}')
    assert draft.document["llm"]["event_name"] == "e"
    assert draft.notes == ("eventName is kept but not used: JAICP takes it for CUSTOM_LLM alone.",)


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


@pytest.mark.slow  # Measures long inputs, several times each.
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

    assert is_linear(cost, 8_000)
