"""Code around a document, in Python or JavaScript: what is assigned, exported or passed is read as the document."""

import json
import time

import pytest

from personas.formats import FormatError, read_conversation, read_document
from tests.personas.code_texts import OBJECT, read
from tests.personas.linear_cost import is_linear


@pytest.mark.parametrize(
    "text",
    [
        "persona = %s",
        "import requests\n\npersona: dict[str, Any] = %s\nrequests.post(URL, json=persona)",
        "requests.post(\n    'https://tavusapi.com/v2/personas',\n    json=%s,\n    headers={'a': 'b'},\n)",
        "payload = json.dumps(%s)",
        "def make():\n    return %s",
        "client.personas.create(**%s)",
        "const persona = %s;",
        "export const persona: Persona = %s as const;",
        "export default %s",
        "module.exports = %s;",
        "await fetch(url, {method: 'POST', body: JSON.stringify(%s)});",
        "axios.post('https://tavusapi.com/v2/personas', %s, {headers: {a: 'b'}})",
        "function make() { return %s; }",
        "// the persona\nlet x = {a: {b: 1}};\nvar persona = %s",
        "# the persona\npersona = %s  # of the house",
        "%s # as it is at Tavus",
    ],
)
def test_the_object_in_the_code_is_the_document(text: str) -> None:
    draft, document = read(text % OBJECT)
    assert (document["persona_name"], document["system_prompt"]) == ("Ann", "Be Ann.")
    assert draft.notes == ()


@pytest.mark.parametrize("spread", ["...base", "**base"])
def test_a_spread_is_named_with_its_line(spread: str) -> None:
    draft, _ = read(f"p = {{\n{spread},\n'persona_name': 'Ann'}}")
    assert f"Line 2: {spread} stands for something that is not in the text." in draft.notes


@pytest.mark.parametrize(
    "change",
    [
        'p["context"] = "More."',
        'p["layers"]["llm"]["tools"] = TOOLS',
        'p.update({"context": "More."})',
        'p.context = "More.";',
        "p.layers.llm.tools.push(tool);",
        'p["tools"].append(x)',
    ],
)
def test_a_change_of_the_document_after_it_is_named(change: str) -> None:
    draft, _ = read(f"p = {OBJECT}\n{change}\n")
    assert len([note for note in draft.notes if note.startswith("Line 2: ")]) == 1, draft.notes


def test_a_change_of_a_part_is_named() -> None:
    draft, document = read(
        "rules = 'Be brief.'\nrules += ' Be kind.'\np = {'persona_name': 'A', 'system_prompt': rules}"
    )
    assert document["system_prompt"] == "Be brief."
    assert any(note.startswith("Line 2: rules += … was not followed") for note in draft.notes)


def test_another_persona_in_the_code_is_named() -> None:
    draft, document = read(f"a = {OBJECT}\nb = {OBJECT.replace('Ann', 'Bob')}")
    assert document["persona_name"] == "Ann"
    assert draft.notes == ("Line 2: another document begins there; the first one was taken.",)


def test_layers_that_are_written_apart_are_no_document_of_their_own() -> None:
    text = "p = {'persona_name': 'Ann', 'layers': layers}\nlayers = {'llm': {'model': 'm'}, 'pipeline_mode': 'x'}"
    draft, document = read(text)
    assert document["llm"]["model"] == "m"
    assert not any("another document" in note for note in draft.notes)


def test_the_platforms_key_beside_the_document_is_left_out_and_said_so() -> None:
    draft, _ = read(f"requests.post(u, headers={{'x-api-key': 'abcdef0123456789'}}, json={OBJECT})")
    assert draft.notes == (
        "x-api-key is the platform's key (tavusapi.com), not your LLM's: it was left out, and is stored nowhere.",
    )
    assert "abcdef0123456789" not in repr(draft)


def test_a_reply_of_jaicp_may_be_assigned() -> None:
    draft, document = read(
        'var reply = {type: "llmRequest", tokenSecret: "MY_TOKEN", model: "m", messages: []};'
    )
    assert (draft.platform, document["llm"]["model"]) == ("jaicp", "m")


def test_a_conversation_may_stand_in_code() -> None:
    conversation = read_conversation("body = {'persona_id': 'p1', 'conversation_name': 'Mine', 'x': None}")
    assert conversation is not None
    assert (conversation.persona_id, conversation.options) == ("p1", {"conversation_name": "Mine"})


@pytest.mark.parametrize("words", ["$session", "llmRequest", "\\nstate: A", "curl https://a.example -d x"])
def test_words_in_a_text_do_not_change_what_the_code_is(words: str) -> None:
    assert (
        read(f'p = {{"persona_name": "Ann", "system_prompt": "Say {words}", "x": None}}')[1]["persona_name"]
        == "Ann"
    )


def test_a_mistake_in_code_is_named_with_its_place() -> None:
    with pytest.raises(FormatError) as refused:
        read("import json\np = {\n  'persona_name': 'Ann'\n  'context': 1}")
    assert (refused.value.line, refused.value.column) == (4, 3)


def test_code_is_never_run() -> None:
    draft, _ = read("p = {'persona_name': 'Ann', 'context': __import__('os').system('false')}")
    assert any("is script, not data" in note for note in draft.notes)


@pytest.mark.parametrize(
    "text", ["x = 1", "p = {'a': 1}", "print('persona_name: {')", "const a = {b: {c: 1}};"]
)
def test_code_without_a_document_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="Neither"):
        read(text)


@pytest.mark.slow  # Measures long inputs, several times each.
@pytest.mark.parametrize(
    "unit",
    [
        "{",
        "dict(",
        "dict(a=",
        "a={",
        '"',
        "'''",
        "a.b=",
        "a[",
        "f'{",
        "layers:",
        "x = y\n",
        "if a:\n",
        "a += 1\n",
    ],
)
def test_the_cost_is_linear_for_hostile_repetitions(unit: str) -> None:
    def cost(repeats: int) -> float:
        began = time.process_time()
        with pytest.raises(FormatError):
            read_document("p = {'persona_name': 1, " + unit * repeats)
        return time.process_time() - began

    assert is_linear(cost, 20_000, smaller=10)


def test_json_survives_being_assigned() -> None:
    value = {"persona_name": "A", "system_prompt": "x\n\"y\" 'z' \\ {a} ${b} # c // d", "context": "é😀"}
    for text in (f"const p = {json.dumps(value)};", f"p = {value!r}", f"p = {json.dumps(value, indent=1)}"):
        document = read(text)[1]
        assert {key: document[key] for key in value} == value
