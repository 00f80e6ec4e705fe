"""Texts, dicts, names and constants of Python and JavaScript, read as the values of a document."""

import json

import pytest

from personas.formats import FormatError
from tests.personas.code_texts import OBJECT, read

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
