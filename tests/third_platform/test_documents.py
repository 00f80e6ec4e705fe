"""Parley's documents: pasted, imported by page, command and API, exported and converted to and from the others."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from personas.documents import document_of
from personas.exporting import export, export_formats
from personas.formats import FormatError, read_document
from personas.formats.conversion import Fate, conversion_notes, converted
from personas.importing import import_draft
from personas.models import Persona, TokenSecret
from tests.api import PERSONAS, api_client
from tests.personas import examples as platforms_examples
from tests.third_platform.examples import AGENT, TEXT

pytestmark = pytest.mark.django_db
OTHERS = ("tavus", "jaicp")


def stored(by: User) -> Persona:
    return import_draft(read_document(TEXT), by=by).persona


def page(name: str, persona: Persona) -> str:
    return reverse(f"personas:{name}", args=[persona.pk])


def sentences(document: dict[str, Any], target: str, *fates: Fate) -> list[str]:
    return [note.message for note in conversion_notes(document, target) if note.fate in fates]


def test_a_pasted_agent_becomes_a_persona(admin_client: Client) -> None:
    shown = admin_client.get(reverse("personas:import")).content.decode()
    assert "Tavus persona JSON, or JAICP reply or script, or Parley agent" in shown
    admin_client.post(reverse("personas:import"), {"document": f"const agent = {TEXT};"})
    persona = Persona.objects.get()
    assert (persona.platform, persona.persona_name, persona.model) == ("parley", "Nora at the desk", "gpt-4o")
    assert persona.versions.get().note == "Imported from Parley"
    assert TokenSecret.objects.get().name == "PARLEY_KEY"


def test_an_agent_in_a_file_is_imported_by_command(admin_user: User, tmp_path: Path) -> None:
    (tmp_path / "nora.parley").write_text(TEXT)
    out = StringIO()
    call_command("import_persona", str(tmp_path / "nora.parley"), stdout=out, stderr=StringIO())
    assert Persona.objects.get(pk=out.getvalue().strip()).platform == "parley"


def test_an_agent_pasted_on_the_start_page_is_stored(admin_client: Client) -> None:
    assert "or Parley agent" in admin_client.get("/playground/").content.decode()
    admin_client.post("/playground/paste/", {"document": TEXT})
    assert Persona.objects.get().platform == "parley"


def test_what_is_no_document_is_said_with_all_that_could_be_one() -> None:
    with pytest.raises(
        FormatError, match="Neither a Tavus persona nor a JAICP reply nor a Parley agent begins"
    ):
        read_document('{"a": 1}')
    with pytest.raises(FormatError, match="paste a persona's JSON or a JAICP script or a Parley agent"):
        read_document("")


def test_the_others_documents_are_still_theirs() -> None:
    assert read_document(platforms_examples.STORYTELLER).platform == "tavus"
    assert read_document(platforms_examples.CAILA).platform == "jaicp"


def test_the_export_of_an_agent_is_the_agent(admin_client: Client, admin_user: User) -> None:
    persona = stored(admin_user)
    file = admin_client.get(page("download", persona))
    assert json.loads(file.content) == AGENT
    assert file.headers["Content-Disposition"].endswith('filename="nora-at-the-desk.parley"')
    shown = admin_client.get(page("export", persona)).content.decode()
    for known in export_formats():
        assert f'href="?format={known.name}"' in shown
        assert export(document_of(persona), known.name).text
    out = StringIO()
    call_command("export_persona", persona.pk, format="parley", stdout=out, stderr=StringIO())
    assert out.getvalue() == file.content.decode()


@pytest.mark.parametrize(
    ("target", "named", "lost"),
    [
        (
            "tavus",
            [
                "endpoint becomes base_url, without /chat/completions: Tavus adds it.",
                "The header X-Parley-Key is added, which Parley sends by itself.",
                "functions stand in layers.llm.tools.",
                "key becomes api_key.",
                "options become extra_body.",
                "temperature becomes extra_body.temperature: Tavus has no field for it.",
            ],
            [
                "Other keys (mood): only Parley's documents have them.",
                "eventName: Tavus raises no event, it leaves a call to your server.",
            ],
        ),
        (
            "jaicp",
            [
                "endpoint becomes url.",
                "key becomes tokenSecret PARLEY_KEY.",
                "The header X-Parley-Key is added, which Parley sends by itself.",
                "options become parameters.",
                "functions become tools.",
                "system_prompt becomes the system message in messages.",
            ],
            [
                "The tts layer (engine, voice and their key): only Tavus' and Parley's documents have them.",
                "Other keys (mood): only Parley's documents have them.",
            ],
        ),
    ],
)
def test_an_agent_is_exported_to_each_of_the_others(
    admin_client: Client, admin_user: User, target: str, named: list[str], lost: list[str]
) -> None:
    persona = stored(admin_user)
    document = document_of(persona)
    assert sentences(document, target, Fate.MAPPED, Fate.CHANGED) == named
    assert sentences(document, target, Fate.LOST) == lost
    text = export(document, target).text
    assert read_document(text).document["llm"] == converted(document, target)["llm"]
    shown = admin_client.get(page("export", persona), {"format": target}).content.decode()
    assert lost[-1].partition(":")[0] in shown


@pytest.mark.parametrize(
    ("text", "named", "lost"),
    [
        (
            platforms_examples.WEATHER_ASSISTANT,
            "layers.llm.tools become functions.",
            ["The vqa layer: only Tavus' documents have them."],
        ),
        (
            platforms_examples.YANDEX_GPT,
            "tokenSecret MY_TOKEN becomes key.",
            ["Parley always sends the last two exchanges.", "fillersPhraseConfig: Parley plays no fillers."],
        ),
        (
            platforms_examples.CAILA,
            "CAILA_OPEN_AI becomes Caila's OpenAI adapter as endpoint, the key bare in Authorization, and "
            "just-ai/openai-proxy/ before the model.",
            ["Parley always sends the last two exchanges.", "fillersPhraseConfig: Parley plays no fillers."],
        ),
    ],
)
def test_each_of_the_others_is_exported_as_an_agent(text: str, named: str, lost: list[str]) -> None:
    document = read_document(text).document
    assert named in sentences(document, "parley", Fate.MAPPED, Fate.CHANGED)
    assert sentences(document, "parley", Fate.LOST) == lost
    exported = export(document, "parley")
    assert exported.filename.endswith(".parley")
    again = read_document(exported.text)
    assert (again.platform, again.document["llm"]) == ("parley", converted(document, "parley")["llm"])


@pytest.mark.parametrize("target", OTHERS)
def test_on_another_platform_and_back_an_agent_is_called_the_same(target: str) -> None:
    document = read_document(TEXT).document
    back = converted(converted(document, target), "parley")
    for key in ("address", "model", "tools", "token_secret"):
        assert back["llm"][key] == document["llm"][key]


def test_a_persona_is_duplicated_as_an_agent_and_an_agent_as_another(
    admin_client: Client, admin_user: User
) -> None:
    tavus = import_draft(read_document(platforms_examples.WEATHER_ASSISTANT), by=admin_user).persona
    shown = admin_client.get(page("duplicate", tavus), {"platform": "parley"}).content.decode()
    assert "For Parley" in shown
    assert "The vqa layer" in shown
    admin_client.post(page("duplicate", tavus), {"persona_name": "Nora", "platform": "parley"})
    copy = Persona.objects.get(persona_name="Nora")
    assert (copy.platform, copy.vqa) == ("parley", None)
    admin_client.post(page("duplicate", copy), {"persona_name": "Nora II", "platform": "jaicp"})
    assert Persona.objects.get(persona_name="Nora II").platform == "jaicp"


def test_the_api_shows_an_agent_as_tavus_would_have_it_and_changes_no_layer_of_it(admin_user: User) -> None:
    persona = stored(admin_user)
    client = api_client(admin_user)
    (shown,) = client.get(f"{PERSONAS}/{persona.pk}").json()["data"]
    assert shown["layers"]["llm"]["base_url"] == "https://llm.example.com/v1"
    renamed = [{"op": "replace", "path": "/persona_name", "value": "Nora II"}]
    remodelled = [{"op": "replace", "path": "/layers/llm/model", "value": "m"}]
    url, kind = f"{PERSONAS}/{persona.pk}", "application/json"
    assert client.patch(url, json.dumps(renamed), content_type=kind).status_code == 200
    refused = client.patch(url, json.dumps(remodelled), content_type=kind)
    assert "A Parley persona's layers are only how it would look at Tavus" in refused.json()["error"]
    persona.refresh_from_db()
    assert (persona.platform, persona.persona_name, persona.model) == ("parley", "Nora II", "gpt-4o")
