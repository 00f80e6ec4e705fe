"""Code around a document, in Python or JavaScript: what is assigned, exported or passed is read as the document."""

import json
import time
from typing import Any

import pytest

from personas.formats import Draft, FormatError, read_conversation, read_document

OBJECT = '{"persona_name": "Ann", "system_prompt": "Be Ann."}'


def read(text: str) -> tuple[Draft, Any]:
    draft = read_document(text)
    return draft, draft.document


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


IN_A_TEXT = json.dumps({"persona_name": "Ann", "system_prompt": 'It\'s "late".\nBe Ann.'}, indent=2)


@pytest.mark.parametrize(
    "text",
    [
        f"payload = {json.dumps(IN_A_TEXT)}\nrequests.post(url, data=payload)",
        f"payload := strings.NewReader({json.dumps(IN_A_TEXT)})",
        f'payload = json.loads(r"""\n{IN_A_TEXT}\n""")',
        f"body: '{IN_A_TEXT}',".replace("'s", "\\'s")
        .replace("\\n", "\\\\n")
        .replace('\\"', '\\\\"')
        .replace("\n", " "),
    ],
)
def test_a_document_may_stand_in_a_text_of_the_code(text: str) -> None:
    _, document = read(text)
    assert (document["persona_name"], document["system_prompt"]) == ("Ann", 'It\'s "late".\nBe Ann.')


def test_the_platforms_key_beside_such_a_text_is_named() -> None:
    draft, _ = read(f'x = {json.dumps(OBJECT)}\nheaders = {{"x-api-key": "abcdef0123"}}')
    assert "abcdef0123" not in repr(draft)
    assert any("stored nowhere" in note for note in draft.notes)


PYTHON = '''\
# The persona of the house.
TOOLS = load_tools()
RULES = """Be brief.
Never say "no"."""
payload = {
    "persona_name": "Ann",  # her name
    "system_prompt": (
        "You are Ann. "
        'It\\'s "late".\\n'
        + RULES
    ),
    "context": f"Hotel {{Lisboa}}, room {room!r}, {RULES}",
    "layers": {
        "llm": {
            "model": "m", "base_url": "https://llm.example.com/v1",
            "api_key": API_KEY, "tools": TOOLS, "speculative_inference": True,
            "extra_body": {"stop": ("a", "b"), "seed": None},
        },
        "tts": None,
    },
}
'''


def test_a_python_dict_is_read_with_its_texts_names_and_constants() -> None:
    draft, document = read(PYTHON)
    assert document["system_prompt"] == 'You are Ann. It\'s "late".\nBe brief.\nNever say "no".'
    assert document["context"] == 'Hotel {Lisboa}, room {room}, Be brief.\nNever say "no".'
    assert document["llm"]["parameters"] == {"stop": ["a", "b"], "seed": None}
    assert document["other_layers"] == {"llm": {"speculative_inference": True}}
    assert [(secret.name, secret.value) for secret in draft.secrets] == [("LLM_EXAMPLE_COM_KEY", None)]
    for words in (
        "Line 12: {room} in context is not in the text; it is kept as it stands.",
        "layers.llm.api_key: its value is a placeholder; it was left out.",
        "Line 2: layers.llm.tools: load_tools() is script, not data; it was left out.",
    ):
        assert words in draft.notes


@pytest.mark.parametrize(
    "text",
    [
        "dict(persona_name='Ann', layers=dict(llm=dict(model='m')))",
        "p = dict(\n    # the persona\n    persona_name='Ann',\n    layers={'llm': dict(model='m')},\n)",
        "requests.post(url, json=dict(layers=dict(llm={'model': 'm'}), persona_name='Ann'))",
        "LLM = dict(model='m')\np = {'persona_name': 'Ann', 'layers': dict(llm=LLM)}",
    ],
)
def test_a_call_of_dict_is_an_object(text: str) -> None:
    draft, document = read(text)
    assert (document["persona_name"], document["llm"]["model"]) == ("Ann", "m")
    assert not any("script" in note or "left out" in note for note in draft.notes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p = dict(persona_name='Ann', persona_name='Bob')", "stands twice"),
        ("p = dict(persona_name='Ann', context)", "A = is missing"),
        ("p = dict(persona_name='Ann'", "is not closed"),
    ],
)
def test_a_call_of_dict_that_cannot_be_read_is_refused(text: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "requests.post(url, json=%s)",
        "httpx.post(url, data=%s)",
        "client.post(\n    url,\n    json=%s,\n)",
        "requests.request('POST', url, data=json.dumps(%s))",
    ],
)
def test_texts_side_by_side_in_a_request_of_python_are_one(text: str) -> None:
    document = read(text % '{"persona_name": "Ann", "system_prompt": "Be " "Ann."}')[1]
    assert document["system_prompt"] == "Be Ann."


def test_an_unknown_name_is_a_placeholder_that_is_named() -> None:
    draft, document = read(
        "p = {'persona_name': 'Ann', 'context': CONTEXT, 'layers': {'llm': {'tools': TOOLS}}}"
    )
    assert document["context"] == ""
    assert draft.notes[:2] == (
        "context: CONTEXT is a placeholder; it was left out.",
        "layers.llm.tools: TOOLS is a placeholder; it was left out.",
    )


@pytest.mark.parametrize(
    ("value", "prompt"),
    [
        ('"""\n    Be Ann.\n      Always.\n    """', "\n    Be Ann.\n      Always.\n    "),
        ('"""\n  Be Ann.\n""".strip()', "Be Ann."),
        ('textwrap.dedent("""\n    Be Ann.\n      Always.\n""").strip()', "Be Ann.\n  Always."),
        ("f'{{a}} {{b}}'", "{a} {b}"),
        ("r'a\\n' 'b\\n'", "a\\nb\n"),
        ("'one ' \\\n 'two'", None),
        ("(\n 'one '  # first\n 'two'\n)", "one two"),
        ("'one ' f'{x} ' 'two'", "one {x} two"),
        ("'you are ' + NAME", "you are {NAME}"),
    ],
)
def test_a_text_of_python(value: str, prompt: str | None) -> None:
    text = f"p = {{'persona_name': 'Ann', 'system_prompt': {value}, 'x': True}}"
    if prompt is None:
        with pytest.raises(FormatError):
            read(text)
        return
    assert read(text)[1]["system_prompt"] == prompt


@pytest.mark.parametrize(
    ("value", "prompt"),
    [
        ("`Be Ann.\nAlways \\`brief\\`.`", "Be Ann.\nAlways `brief`."),
        ("`Be ${name}, ${user.first}.`", "Be Ann, {user.first}."),
        ("'Be ' + name + '.'", "Be Ann."),
        ("`  Be Ann. `.trim()", "Be Ann."),
        ("'Be Ann.'", "Be Ann."),
    ],
)
def test_a_text_of_javascript(value: str, prompt: str) -> None:
    text = f"const name = 'Ann';\nexport const p = {{persona_name: name, system_prompt: {value}}};"
    draft, document = read(text)
    assert (document["persona_name"], document["system_prompt"]) == ("Ann", prompt)
    assert any("{user.first} in system_prompt" in note for note in draft.notes) is ("{user" in prompt)


def test_a_shorthand_member_is_its_names_value() -> None:
    text = (
        "const system_prompt = 'Be Ann.', persona_name = 'Ann';\n"
        "const p = {persona_name, system_prompt: system_prompt, layers};"
    )
    draft, document = read(text)
    assert (document["persona_name"], document["system_prompt"]) == ("Ann", "Be Ann.")
    assert any(": layers: layers is script, not data; it was left out." in note for note in draft.notes)


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

    assert cost(20_000) < 20 * cost(2_000) + 0.5


def test_json_survives_being_assigned() -> None:
    value = {"persona_name": "A", "system_prompt": "x\n\"y\" 'z' \\ {a} ${b} # c // d", "context": "é😀"}
    for text in (f"const p = {json.dumps(value)};", f"p = {value!r}", f"p = {json.dumps(value, indent=1)}"):
        document = read(text)[1]
        assert {key: document[key] for key in value} == value


@pytest.mark.parametrize(
    ("before", "prompt"),
    [
        ("fetch(url, {method: 'POST', body: ", r"Be \\\"so\\\""),
        ("payload := strings.NewReader(", r"Be \"so\""),
    ],
    ids=["JavaScript", "Go"],
)
def test_the_document_may_stand_in_a_text_between_backticks(before: str, prompt: str) -> None:
    document = read(f"{before}`{OBJECT.replace('Be', prompt)}`)")[1]

    assert document["system_prompt"] == 'Be "so" Ann.'
