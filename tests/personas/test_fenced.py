"""A code block of a Markdown text, as a chat gives it, is read as what is in it."""

import pytest

from personas.formats import FormatError, read_document

PERSONA = '{\n  "persona_name": "Ann",\n  "system_prompt": "Be Ann."\n}'
REPLY = '$response.replies.push({type: "llmRequest", provider: "CUSTOM_LLM", model: "m", url: "https://a.example/v1"});'
AROUND = "What stands around the first code block (between ``` lines) was left out."


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{PERSONA}\n```",
        f"```\n{PERSONA}\n```\n",
        f"~~~ json\n{PERSONA}\n~~~",
        f"````md\n{PERSONA}\n````",
        f"```json\r\n{PERSONA}\r\n```\r\n",
        f"```json\n{PERSONA}",
        f"```python\nimport requests\n\npayload = {PERSONA}\nrequests.post(URL, json=payload)\n```",
        f"```bash\ncurl https://a.example -d '{PERSONA}'\n```",
    ],
)
def test_the_block_is_the_document(text: str) -> None:
    draft = read_document(text)

    assert draft.document["system_prompt"] == "Be Ann."
    assert draft.notes == ()


def test_what_stands_around_the_block_is_named_as_left_out() -> None:
    draft = read_document(f"Here is your persona:\n\n```json\n{PERSONA}\n```\n\nGood luck with `Ann`!")

    assert draft.document["persona_name"] == "Ann"
    assert draft.notes == (AROUND,)


def test_of_several_blocks_the_first_is_read() -> None:
    draft = read_document(f"```json\n{PERSONA}\n```\n```json\n{PERSONA.replace('Ann', 'Bob')}\n```")

    assert (draft.document["persona_name"], draft.notes) == ("Ann", (AROUND,))


def test_a_script_in_a_block_is_read_and_what_stands_around_it_named() -> None:
    draft = read_document(f"Use this:\n```js\n{REPLY}\n```")

    assert draft.document["llm"]["address"] == "https://a.example/v1"
    assert AROUND in draft.notes


def test_a_mistake_is_named_with_its_line_in_what_was_pasted() -> None:
    with pytest.raises(FormatError, match="Line 5"):
        read_document('Look:\n\n```json\n{"persona_name": "Ann",\n  "system_prompt" "Be Ann."}\n```')


def test_a_fence_in_a_prompt_is_part_of_it() -> None:
    draft = read_document(
        'payload = {"persona_name": "Ann", "system_prompt": """Answer as\n```\ntext\n```\n"""}'
    )

    assert draft.document["system_prompt"] == "Answer as\n```\ntext\n```\n"
    assert draft.notes == ()
