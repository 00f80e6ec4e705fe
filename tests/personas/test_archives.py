"""An archive of all personas: the same bytes from where it is imported, bounded, and never over what is there."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from personas.archives import layout, members
from personas.archives.layout import ArchiveRefusedError
from personas.archives.members import files_of_archive
from personas.archives.reading import read_archive
from personas.archives.storing import ArchiveImport, store_archive
from personas.archives.writing import archive_bytes
from personas.demo_data import load_demo_data
from personas.documents import document_of
from personas.importing import import_draft
from personas.models import FillerConfig, Persona, PersonaVersion, TokenSecret
from personas.reading import read_document
from personas.saving import save_persona
from tests.personas import examples
from tests.personas.making import CANARY, make_persona, make_secret
from tests.personas.persona_pages import TOOL, stored

pytestmark = pytest.mark.django_db

MANIFEST = json.dumps({"format": layout.FORMAT, "version": layout.FORMAT_VERSION})


def exported() -> bytes:
    return archive_bytes(TokenSecret.objects.all())


def imported(data: bytes, by: User) -> ArchiveImport:
    return store_archive(read_archive(files_of_archive(data)), by=by)


def emptied() -> None:
    """Leave nothing of the archive's, as in a fresh instance."""
    PersonaVersion.objects.all()._raw_delete(using="default")
    for model in (Persona, FillerConfig, TokenSecret):
        model.objects.all().delete()


def zipped(**files: str | bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def changed(change: Callable[[dict[str, Any]], None]) -> bytes:
    """Return an archive of one persona whose file is changed."""
    content: dict[str, Any] = {"persona_id": "p1", "note": "", "is_trial": False, "is_archived": False}
    content["document"] = document_of(make_persona())
    change(content)
    return zipped(**{layout.MANIFEST: MANIFEST, "personas/mert-p1.json": json.dumps(content)})


def reasons(data: bytes) -> str:
    with pytest.raises(ArchiveRefusedError) as refused:
        read_archive(files_of_archive(data))
    return "\n".join(refused.value.reasons)


@pytest.fixture
def full(admin_user: User) -> bytes:
    """The archive of an instance with personas of every kind."""
    load_demo_data()
    for example in (examples.STORYTELLER, examples.YANDEX_GPT, examples.CAILA):
        import_draft(read_document(example), by=admin_user)
    make_secret("TOOLS", hosts=("tools.example.com", "*.example.org"))
    FillerConfig.objects.create(name="Unused", filler_phrase="Hm")
    rich = stored(
        persona_name='Ünï/..\\ "x"',
        tools=[TOOL],
        tool_mocks={"getWeather": [{"when": {"city": "Riga"}, "result": {"temp": -3.5}}, {"result": None}]},
        tool_endpoint="https://tools.example.com/",
        tool_endpoint_secret=TokenSecret.objects.get(name="TOOLS"),
        parameters={"b": 1, "a": [1.0, {"c": None}]},
        headers=[["X-A", "1"], ["X-B", "2"]],
        missing_secrets={"stand_in_secret": "NOT_THERE"},
        other_layers={"perception": {"x": True}},
        max_answer_s=30,
    )
    save_persona(rich, by=admin_user, note="A note\nof two lines")
    stored(persona_name="Archived", is_trial=True, archived_at=rich.created_at)
    return exported()


def test_imported_into_a_fresh_instance_it_exports_the_same_bytes(full: bytes, admin_user: User) -> None:
    ids = set(Persona.objects.values_list("pk", flat=True))
    emptied()
    result = imported(full, admin_user)
    assert exported() == full
    assert {persona.pk for persona in result.personas} == ids
    assert Persona.objects.get(persona_name="Archived").archived_at is not None
    assert set(TokenSecret.objects.values_list("ciphertext", flat=True)) == {""}


def test_no_value_of_a_secret_is_in_it(full: bytes) -> None:
    texts = b"".join(files_of_archive(full).values())
    assert CANARY.encode() not in texts
    assert b"TOOLS" in texts


def test_what_is_there_word_for_word_is_left_out_and_the_rest_stored_beside(
    full: bytes, admin_user: User
) -> None:
    count = Persona.objects.count()
    assert (imported(full, admin_user).personas, Persona.objects.count()) == ((), count)
    mert = Persona.objects.filter(persona_name="Mert the Storyteller").earliest("created_at")
    mert.system_prompt = "Mine."
    save_persona(mert, by=admin_user)
    result = imported(full, admin_user)
    (beside,) = result.personas
    assert "Mert the Storyteller is stored beside another persona of this name." in result.notes
    assert beside.pk != mert.pk
    mert.refresh_from_db()
    assert mert.system_prompt == "Mine."


def test_a_filler_config_of_a_taken_name_is_stored_under_another(full: bytes, admin_user: User) -> None:
    emptied()
    FillerConfig.objects.create(name="Question fillers", filler_phrase="Mine")
    result = imported(full, admin_user)
    (reply,) = [each for each in result.personas if each.persona_name == "JAICP reply"]
    assert document_of(reply)["filler"]["name"] == "Question fillers 2"
    assert "The filler config Question fillers is stored as Question fillers 2" in " ".join(result.notes)


def test_the_id_of_a_persona_that_was_is_not_given_again(full: bytes, admin_user: User) -> None:
    deleted = set(Persona.objects.values_list("pk", flat=True))
    Persona.objects.all().delete()
    result = imported(full, admin_user)
    assert result.personas
    assert not deleted & {persona.pk for persona in result.personas}


def test_who_may_not_add_secrets_gets_personas_that_name_them_as_missing(full: bytes, user: User) -> None:
    emptied()
    imported(full, user)
    assert not TokenSecret.objects.exists()
    assert Persona.objects.filter(missing_secrets__tool_endpoint_secret="TOOLS").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda content: content.pop("note"), "other keys than a persona's file"),
        (lambda content: content.update(persona_id="c1"), "no id of a persona"),
        (lambda content: content.update(document=[]), "The document is no object"),
        (lambda content: content["document"].update(llm=[]), "llm is no object"),
        (lambda content: content["document"].update(tts=[1]), "tts is no object"),
        (lambda content: content["document"].update(tts={"api_key": CANARY}), "holds a key"),
        (lambda content: content["document"].update(new=1), "new is not known to this version"),
        (lambda content: content["document"]["llm"].update(new=1), "llm.new is not known"),
        (lambda content: content["document"].pop("persona_name"), "persona_name is missing"),
        (lambda content: content["document"].update(persona_name=""), "persona_name: "),
        (lambda content: content["document"].update(system_prompt=["x"]), "system_prompt: It is no text"),
        (lambda content: content["document"].update(context="x" * 200_001), "context: "),
        (lambda content: content["document"]["llm"].update(platform="other"), "llm.platform: "),
        (lambda content: content["document"]["llm"].update(address="ftp://x"), "llm.address: "),
        (lambda content: content["document"]["llm"].update(headers=[["Host", "x"]]), "llm.headers: "),
        (lambda content: content["document"]["llm"].update(headers=["x"]), "a list of [name, value]"),
        (
            lambda content: content["document"]["llm"].update(headers=[["Authorization", CANARY]]),
            "hold a key",
        ),
        (lambda content: content["document"]["llm"].update(temperature="hot"), "llm.temperature: "),
        (lambda content: content["document"]["llm"].update(tools={}), "llm.tools: It is not a list"),
        (lambda content: content["document"]["llm"].update(tools=[{}]), "llm.tools: Tool 1"),
        (lambda content: content["document"]["llm"].update(token_secret="a b"), "no name of a token secret"),
        (lambda content: content["document"].update(filler={"name": "x"}), "filler: "),
        (lambda content: content["document"].update(barge_in={"noInterruptTime": -1}), "barge_in: "),
        (lambda content: content["document"]["rehearsal"].update(max_tool_rounds=21), "max_tool_rounds: "),
        (lambda content: content["document"]["rehearsal"].update(max_tool_rounds=True), "no whole number"),
        (lambda content: content["document"]["rehearsal"].update(interrupt_history="x"), "interrupt_history"),
    ],
)
def test_what_no_persona_may_have_is_refused_with_its_file(
    change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    refusals = reasons(changed(change))
    assert sentence in refusals
    assert refusals.startswith(layout.FOLDER)
    assert CANARY not in refusals


def test_each_refused_file_is_named() -> None:
    files = {layout.MANIFEST: MANIFEST.encode()} | {
        "personas/a.json": b"{",
        "personas/b.json": b"\xff",
        layout.FILLERS: b"{}",
    }
    refusals = reasons(zipped(**files))
    assert "personas/a.json: Line 1, column 2" in refusals
    assert "personas/b.json: The file is not UTF-8." in refusals
    assert f"{layout.FILLERS}: It is not a list." in refusals


def entry(name: str, **attributes: Any) -> bytes:
    """An archive with one more file whose entry has these attributes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(layout.MANIFEST, MANIFEST)
        info = zipfile.ZipInfo(name)
        for attribute, value in attributes.items():
            setattr(info, attribute, value)
        archive.writestr(info, b"[]")
    return data.getvalue()


@pytest.mark.parametrize(
    "name", ["../a.json", "personas/../../a.json", "/etc/a.json", "a\\b.json", "c:a", "./a"]
)
def test_a_name_that_leads_out_is_refused(name: str) -> None:
    assert "leads out of the archive" in reasons(entry(name))


def test_links_and_other_packings_are_refused() -> None:
    assert "link or a device" in reasons(entry("personas/a.json", external_attr=0o120777 << 16))
    assert "use deflate" in reasons(entry("personas/a.json", compress_type=zipfile.ZIP_BZIP2))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused() -> None:
    assert "two files of this name" in reasons(entry(layout.MANIFEST))


def test_a_small_archive_that_unpacks_to_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(layout.MANIFEST, MANIFEST)
        archive.writestr("personas/a.json", b" " * (layout.FILE_BYTES + 1))
    assert len(data.getvalue()) < 3_000
    assert "personas/a.json: The file is too large" in reasons(data.getvalue())
    monkeypatch.setattr(members, "UNPACKED_BYTES", 100)
    assert "at most 100 bytes are unpacked" in reasons(zipped(a="x" * 60, b="x" * 60))
    monkeypatch.setattr(members, "MOST_FILES", 1)
    assert "too many files" in reasons(zipped(a="x", b="x"))
    monkeypatch.setattr(members, "ARCHIVE_BYTES", 10)
    assert "at most 10 bytes are read" in reasons(zipped(a="x"))


def test_what_is_damaged_or_no_archive_is_refused(full: bytes) -> None:
    assert "damaged" in reasons(full[: len(full) // 2])
    assert "damaged" in reasons(full[:100] + full[108:])
    assert "damaged" in reasons(full.replace(b"greenroom.json", b"\0reenroom.json"))
    assert "no archive of Greenroom" in reasons(zipped(a="x"))


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (2, "newer version"),
        (0, "no version"),
        ("1", "no version"),
        (None, "no version"),
        (True, "no version"),
    ],
)
def test_a_version_that_cannot_be_read_is_refused(version: Any, words: str) -> None:
    manifest = json.dumps({"format": layout.FORMAT, "version": version})
    assert words in reasons(zipped(**{layout.MANIFEST: manifest}))


# By page


def test_what_another_import_stores_at_the_same_moment_is_refused(
    full: bytes, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    emptied()

    def beaten(*args: object, **kwargs: object) -> None:
        raise IntegrityError

    monkeypatch.setattr("personas.archives.storing.save_persona", beaten)
    upload = {"uploads": SimpleUploadedFile("all.zip", full)}
    refused = admin_client.post(reverse("personas:import"), upload)
    assert refused.status_code == 422
    assert "at the same moment" in refused.content.decode()
    assert not Persona.objects.exists()


def test_the_page_takes_what_it_gives(full: bytes, admin_client: Client) -> None:
    address = reverse("personas:export-all")
    assert admin_client.get(address).content == full
    emptied()
    upload = {"uploads": SimpleUploadedFile("all.zip", full)}
    checked = admin_client.post(reverse("personas:import"), upload | {"check": "1"})
    assert "all.zip: 8 personas of an archive stored, 0 left out." in checked.content.decode()
    assert not Persona.objects.exists()
    upload = {"uploads": SimpleUploadedFile("all.zip", full)}
    stored_page = admin_client.post(reverse("personas:import"), upload, follow=True)
    assert "The token secret TOOLS is made without a value" in stored_page.content.decode()
    assert admin_client.get(address).content == full


def test_who_may_not_see_secrets_exports_no_hosts(full: bytes, user_client: Client) -> None:
    files = files_of_archive(user_client.get(reverse("personas:export-all")).content)
    assert json.loads(files[layout.SECRETS]) == []
    assert files.keys() == files_of_archive(full).keys()
