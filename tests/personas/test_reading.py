"""Documents read in a process of their own: what comes out is the same, and one that takes too long is refused."""

import subprocess
import sys

import pytest

from personas import reading
from personas.formats import FormatError
from personas.formats import read_conversation as read_conversation_here
from personas.formats import read_documents as read_documents_here
from personas.formats.tolerant import MAX_CHARS, MAX_VALUES
from personas.reading import ReadingFailedError, read_conversation, read_document, read_documents
from tests.dashboard.processes import ROOT
from tests.personas import examples

CONVERSATION = '{"persona_id": "p1", "conversational_context": "You talk to Maya.", "audio_only": true}'


@pytest.mark.parametrize(
    "text", [examples.STORYTELLER, examples.YANDEX_GPT, f'{{"data": [{examples.STORYTELLER}]}}']
)
def test_it_is_read_as_in_this_process(text: str) -> None:
    assert read_documents(text, site_url="https://a.example") == read_documents_here(
        text, site_url="https://a.example"
    )


def test_a_conversation_is_read_as_in_this_process() -> None:
    assert read_conversation(CONVERSATION) == read_conversation_here(CONVERSATION) is not None
    assert read_conversation(examples.STORYTELLER) is None


def test_a_refusal_names_the_place() -> None:
    with pytest.raises(FormatError, match=r"^Line 2, column 18: "):
        read_document('{\n"persona_name": [}')


def test_what_takes_too_long_is_refused_and_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read_document(examples.STORYTELLER)
    monkeypatch.setattr(reading, "READ_MS", 1)
    with pytest.raises(FormatError, match="took more than"):
        read_document("`" * MAX_CHARS)
    monkeypatch.undo()
    assert read_document(examples.STORYTELLER).document["persona_name"] == "Mert the Storyteller"


def test_what_is_too_long_is_given_to_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading.readers, "ask_all", None)
    with pytest.raises(FormatError, match="too long"):
        read_document("a" * (MAX_CHARS + 1))


def test_a_fault_of_the_reader_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        reading.readers, "ask_all", lambda *_, **__: [{"failure": "KeyError in read, line 7"}]
    )
    with pytest.raises(ReadingFailedError, match="KeyError in read, line 7"):
        read_document("{}")


def test_the_process_starts_without_the_site() -> None:
    shown = "import sys, personas.document_process; print('django' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", shown], cwd=ROOT, text=True) == "False\n"


def test_a_persona_has_a_most_of_values() -> None:
    values = ",".join(["1"] * MAX_VALUES)
    with pytest.raises(FormatError, match="at most 20,000 values"):
        read_document('{"system_prompt": "", "k": [' + values + "]}")
