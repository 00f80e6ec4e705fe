"""Documents come in by the page and by `manage.py`, pasted, as files, as lists; and what is refused."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from dashboard.roles import Role
from personas.documents import document_of
from personas.formats.files import MAX_BYTES
from personas.formats.tolerant import MAX_VALUES
from personas.models import Persona, PersonaVersion, TokenSecret
from tests.api import PERSONAS, api_client
from tests.conftest import make_user
from tests.personas import examples

pytestmark = pytest.mark.django_db

IMPORT = reverse("personas:import")
KEY = "sk-live-0123456789"


def file(name: str, text: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def of(name: str, **llm: Any) -> str:
    return json.dumps({"persona_name": name, "system_prompt": "Be brief.", "layers": {"llm": llm}})


def errors(response: Any) -> str:
    assert response.status_code == 422
    return " ".join(
        str(message) for field_errors in response.context["form"].errors.values() for message in field_errors
    )


def test_a_pasted_document_becomes_a_persona(user_client: Client) -> None:
    response = user_client.post(IMPORT, {"document": examples.YANDEX_GPT}, follow=True)
    persona = Persona.objects.get()
    assert response.redirect_chain[-1][0] == reverse("personas:edit", args=[persona.pk])
    assert persona.model == "gpt://folder12345/yandexgpt"


def test_files_become_personas_all_of_them(user_client: Client) -> None:
    files = [
        file("a.json", of("Ann")),
        file("b.sc", examples.CAILA),
        file("c.json", f'{{"data": [{of("Cid")}]}}'),
    ]
    response = user_client.post(IMPORT, {"uploads": files, "document": of("Pasted")})
    assert response.headers["Location"] == reverse("personas:list")
    assert sorted(Persona.objects.values_list("persona_name", flat=True)) == [
        "Ann",
        "Cid",
        "NoMatch",
        "Pasted",
    ]


def test_what_became_of_many_files_is_one_message(user_client: Client) -> None:
    files = [file(f"{number}.json", of(f"<b>{number}</b>")) for number in range(3)]
    noted = file("c.json", examples.STORYTELLER)
    page = user_client.post(IMPORT, {"uploads": [*files, noted]}, follow=True)
    (message,) = page.context["messages"]
    assert "<details" in str(message)
    shown = page.content.decode()
    assert "4 persona" in shown and "of 4 sources, with " in shown
    assert "&lt;b&gt;2&lt;/b&gt; is stored" in shown
    assert "&lt;your-tools-here&gt; is a placeholder; it was left out." in shown


def test_of_several_documents_one_that_is_refused_stops_all(user_client: Client) -> None:
    response = user_client.post(IMPORT, {"uploads": [file("a.json", of("Ann")), file("b.json", '{"a": }')]})
    assert errors(response).startswith("b.json: Line 1, column 7:")
    assert not Persona.objects.exists()


def test_what_was_pasted_stays_typed(user_client: Client) -> None:
    response = user_client.post(IMPORT, {"document": '{"persona_name": "Mert",, }'})
    assert "Line 1" in errors(response)
    assert "&quot;Mert&quot;,, }" in response.content.decode()


def test_nothing_given_is_said_so(user_client: Client) -> None:
    assert errors(user_client.post(IMPORT, {})) == "Paste a document, or choose a file."


def test_a_huge_file_is_a_size_error(user_client: Client) -> None:
    response = user_client.post(IMPORT, {"uploads": file("big.json", b" " * (MAX_BYTES + 1))})
    assert "big.json: Line 1, column 1: The file is too large" in errors(response)


def test_an_import_makes_its_own_new_objects_only(user_client: Client, user: User, other_user: User) -> None:
    user_client.post(IMPORT, {"document": of("Mine")})
    stored = Persona.objects.get()
    foreign = {
        "persona_id": stored.pk, "id": stored.pk, "pk": stored.pk, "owner": other_user.pk, "owner_id": other_user.pk,
        "created_by": other_user.pk, "version": 7, "persona_name": "Copy", "system_prompt": "",
    }  # fmt: skip
    user_client.post(IMPORT, {"document": json.dumps(foreign)})
    stored.refresh_from_db()
    assert stored.persona_name == "Mine"
    copy = Persona.objects.get(persona_name="Copy")
    assert copy.pk != stored.pk
    version = PersonaVersion.objects.get(persona=copy)
    assert (version.number, version.created_by) == (1, user)


def test_a_key_is_refused_for_who_may_not_make_secrets_and_is_in_no_answer(user_client: Client) -> None:
    document = of("Ann", base_url="https://a.example/v1", api_key=KEY)
    response = user_client.post(IMPORT, {"uploads": file("a.json", document)})
    assert "you may not add token secrets" in errors(response)
    assert KEY not in response.content.decode()
    assert not Persona.objects.exists()
    assert not TokenSecret.objects.exists()


def test_who_may_not_add_personas_imports_none(client: Client, stranger: User) -> None:
    client.force_login(stranger)
    assert client.post(IMPORT, {"document": of("Ann")}).status_code == 403


# manage.py


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mert.json").write_text(examples.STORYTELLER)
    (tmp_path / "reply.sc").write_text(examples.YANDEX_GPT)
    return tmp_path


def command(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.usefixtures("admin_user")
def test_import_persona_prints_the_ids_and_says_what_is_missing(folder: Path) -> None:
    out, err = command("import_persona", str(folder / "mert.json"), str(folder / "reply.sc"))
    mert, reply = (Persona.objects.get(pk=pk) for pk in out.split())
    assert (mert.persona_name, reply.platform) == ("Mert the Storyteller", "jaicp")
    assert "Mert the Storyteller: The base_url is still a placeholder" in err


@pytest.mark.usefixtures("admin_user")
def test_import_persona_takes_as_many_values_as_the_page(folder: Path) -> None:
    values = ", ".join(["1"] * MAX_VALUES)
    (folder / "large.json").write_text(f'{{"system_prompt": "", "x": [{values}]}}')
    with pytest.raises(CommandError, match="at most 20,000 values"):
        command("import_persona", str(folder / "large.json"))


@pytest.mark.usefixtures("admin_user")
@pytest.mark.parametrize("name", ["mert.json", "reply.sc"])
def test_what_is_exported_and_imported_is_the_same_persona(folder: Path, name: str) -> None:
    first = Persona.objects.get(pk=command("import_persona", str(folder / name))[0].strip())
    text, warnings = command("export_persona", first.pk)
    (folder / "again").write_text(text)
    second = Persona.objects.get(pk=command("import_persona", str(folder / "again"))[0].strip())
    before, after = document_of(first), document_of(second)
    assert before == after
    assert command("export_persona", second.pk)[0] == text
    assert warnings == ""


@pytest.mark.usefixtures("admin_user")
def test_a_persona_on_this_apps_own_llm_comes_back_to_it(folder: Path, settings: Settings) -> None:
    settings.SITE_URL = "http://127.0.0.1:8765"
    (folder / "own.json").write_text(of("Own", base_url="/demo/v1", model="demo"))
    first = command("import_persona", str(folder / "own.json"))[0].strip()
    (folder / "again.json").write_text(command("export_persona", first)[0])
    again = command("import_persona", str(folder / "again.json"))[0].strip()
    assert Persona.objects.get(pk=again).address == "/demo/v1"


@pytest.mark.usefixtures("admin_user")
def test_export_persona_says_what_the_other_platform_has_no_place_for(folder: Path) -> None:
    pk = command("import_persona", str(folder / "mert.json"))[0].strip()
    out, err = command("export_persona", pk, "--format", "jaicp")
    assert out.startswith("state: Mert the Storyteller")
    assert "Lost: The vqa layer" in err


@pytest.mark.usefixtures("admin_user")
def test_a_file_that_is_refused_stores_nothing(folder: Path) -> None:
    (folder / "wrong.json").write_text('{"persona_name": 1}')
    with pytest.raises(CommandError, match=r"wrong\.json: Line 1, column 18"):
        command("import_persona", str(folder / "mert.json"), str(folder / "wrong.json"))
    assert not Persona.objects.exists()


def test_import_persona_needs_someone_who_imports(folder: Path) -> None:
    with pytest.raises(CommandError, match="no admin yet"):
        command("import_persona", str(folder / "mert.json"))
    with pytest.raises(CommandError, match="no active user nobody"):
        command("import_persona", str(folder / "mert.json"), "--user", "nobody")


def test_import_persona_is_bound_to_the_rights_of_its_user(folder: Path) -> None:
    make_user("edith", "personas.add_persona")
    (folder / "key.json").write_text(of("Ann", base_url="https://a.example/v1", api_key=KEY))
    with pytest.raises(CommandError, match="may not add token secrets") as refusal:
        command("import_persona", str(folder / "key.json"), "--user", "edith")
    assert KEY not in str(refusal.value)


@pytest.mark.usefixtures("admin_user")
def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.json: No such file"):
        command("import_persona", str(folder / "none.json"))
    with pytest.raises(CommandError, match="There is no persona pnone"):
        command("export_persona", "pnone")


# What is refused at one door is refused at every door


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/v1?api-key=sk-1234567890",
        "https://me:sk-1234567890@a.example/v1",
        "ftp://a.example",
    ],
)
def test_a_key_in_an_address_is_refused_at_every_door(user_client: Client, user: User, address: str) -> None:
    script = f'$response.replies.push({{type: "llmRequest", url: "{address}", messages: []}});'
    typed = {"persona_name": "Ann", "platform": "tavus", "provider": "CUSTOM_LLM", "address": address}
    answers = [
        user_client.post(IMPORT, {"document": of("Ann", base_url=address)}),
        user_client.post(IMPORT, {"document": script}),
        user_client.post(reverse("personas:new"), typed),
        user_client.post("/playground/paste/", {"document": script}),
        api_client(user, Role.EDITOR).post(
            PERSONAS, of("Ann", base_url=address), content_type="application/json"
        ),
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 400]
    assert not Persona.objects.exists()


@pytest.mark.parametrize("name", ["Host", "Cookie", "X Folder", "X:Folder", "", "Proxy-Authorization"])
def test_a_header_that_cannot_be_set_is_refused_at_every_door(
    user_client: Client, user: User, name: str
) -> None:
    document = of("Ann", base_url="https://a.example/v1", headers={name: "x"})
    assert user_client.post(IMPORT, {"document": document}).status_code == 422
    assert user_client.post("/playground/paste/", {"document": document}).status_code == 422
    answer = api_client(user, Role.EDITOR).post(PERSONAS, document, content_type="application/json")
    assert answer.status_code == 400
    assert not Persona.objects.exists()


def test_a_header_that_would_break_the_request_is_refused_at_every_door(user_client: Client) -> None:
    document = of("Ann", base_url="https://a.example/v1", headers={"X-A": "a\r\nX-B: b"})
    assert "b" not in errors(user_client.post(IMPORT, {"document": document})).split()
    assert not Persona.objects.exists()


def test_a_character_that_is_no_text_is_refused(user_client: Client) -> None:
    for text in ('{"persona_name": "A\\u0000"}', '{"persona_name": "A\\ud800"}'):
        assert "no text" in errors(user_client.post(IMPORT, {"document": text}))


def test_depth_and_numbers_beyond_reason_are_field_errors(user_client: Client) -> None:
    for value in ("[" * 2_000, "1" * 5_000, "NaN", "1e999"):
        document = f'{{"persona_name": "A", "layers": {{"llm": {{"extra_body": {{"x": {value}}}}}}}}}'
        assert "Line 1" in errors(user_client.post(IMPORT, {"document": document}))


def test_one_request_makes_a_few_hundred_secrets_at_the_most(admin_client: Client) -> None:
    keys = {f"k{n}_api_key": f"sk-live-{n:010}" for n in range(30)}
    personas = ",".join(of(f"P{n}", model="m", other=keys) for n in range(7))
    response = admin_client.post(IMPORT, {"document": f'{{"data": [{personas}]}}'})
    assert "more than 200 keys and token secrets together" in errors(response)
    assert not TokenSecret.objects.exists()
    assert not Persona.objects.exists()


# Conversations, folders and archives


def test_a_conversation_fills_in_the_start_page(user_client: Client) -> None:
    conversation = json.dumps(
        {"persona_id": "p1", "conversation_name": "Demo", "conversational_context": "Maya."}
    )
    files = [file("a.json", of("Ann")), file("call.json", conversation)]
    shown = user_client.post(IMPORT, {"uploads": files}, follow=True)
    assert shown.redirect_chain[-1][0] == reverse("playground:start")
    text = shown.content.decode()
    assert "a.json: Ann is stored." in text
    assert "call.json: A conversation: its options are filled in" in text
    assert 'value="Demo"' in text
    twice = user_client.post(
        IMPORT, {"uploads": [file("c.json", conversation), file("d.json", conversation)]}
    )
    assert "one conversation at a time" in errors(twice)


def test_checking_says_what_would_happen_and_stores_nothing(user_client: Client) -> None:
    response = user_client.post(IMPORT, {"document": of("Ann"), "check": "1"})
    assert "Ann is stored." in response.content.decode()
    assert not Persona.objects.exists()


@pytest.mark.usefixtures("admin_user")
def test_a_folder_is_its_documents(folder: Path) -> None:
    (folder / "notes.md").write_text("not a document")
    ids = command("import_persona", str(folder))[0].split()
    assert len(ids) == Persona.objects.count() == 2
    (folder / "wrong.json").write_text("{")
    (folder / "call.json").write_text('{"conversational_context": "Maya."}')
    with pytest.raises(CommandError) as refused:
        command("import_persona", str(folder))
    assert "wrong.json: Line 1" in str(refused.value)
    assert "call.json: This is a conversation" in str(refused.value)
    assert Persona.objects.count() == 2


@pytest.mark.usefixtures("admin_user")
def test_all_personas_go_by_one_archive_packed_or_not(folder: Path) -> None:
    command("import_persona", str(folder))
    archive = folder / "all.zip"
    command("export_personas", str(archive))
    with pytest.raises(CommandError, match="is there already"):
        command("export_personas", str(archive))
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder / "unpacked")
    Persona.objects.get(persona_name="Mert the Storyteller").delete()
    assert (
        "1 persona of an archive stored, 1 left out"
        in command("import_persona", "--dry-run", str(archive))[1]
    )
    assert Persona.objects.count() == 1
    assert len(command("import_persona", str(folder / "unpacked"))[0].split()) == 1
    assert command("import_persona", str(archive))[0] == ""
