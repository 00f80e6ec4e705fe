"""Saving a persona: a row and an immutable version together."""

import threading
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from personas.documents import document_of
from personas.models import FillerConfig, Persona, PersonaVersion
from personas.models.persona_version import ImmutableVersionError
from personas.saving import save_filler_config, save_persona, save_secret
from tests.personas.making import make_persona, make_secret

pytestmark = pytest.mark.django_db


def test_each_save_is_a_version_even_without_a_change(user: User) -> None:
    persona = make_persona()
    first = save_persona(persona, by=user, note="Made")
    second = save_persona(persona, by=None)
    assert [(version.number, version.note, version.created_by) for version in (first, second)] == [
        (1, "Made", user),
        (2, "", None),
    ]
    assert Persona.objects.get(pk=persona.pk).version == 2


def test_a_version_holds_the_persona_as_it_was_saved() -> None:
    persona = make_persona(system_prompt="You are brief.")
    version = save_persona(persona, by=None)
    persona.system_prompt = "You are long-winded."
    save_persona(persona, by=None)
    version.refresh_from_db()
    assert version.document["system_prompt"] == "You are brief."


def test_a_stale_copy_gets_the_next_number_and_not_the_same() -> None:
    persona = make_persona()
    save_persona(persona, by=None)
    stale = Persona.objects.get(pk=persona.pk)
    save_persona(persona, by=None)
    assert save_persona(stale, by=None).number == 3


def test_a_save_that_fails_leaves_neither_row_nor_version(monkeypatch: pytest.MonkeyPatch) -> None:
    persona = make_persona()
    save_persona(persona, by=None)

    def refuse(**fields: object) -> PersonaVersion:
        raise IntegrityError

    persona.persona_name = "Renamed"
    monkeypatch.setattr(PersonaVersion.objects, "create", refuse)
    with pytest.raises(IntegrityError):
        save_persona(persona, by=None)
    stored = Persona.objects.get(pk=persona.pk)
    assert (stored.persona_name, stored.version, stored.versions.count()) == ("Mert", 1, 1)


def test_a_version_is_not_changed() -> None:
    version = save_persona(make_persona(), by=None)
    version.note = "Something else"
    with pytest.raises(ImmutableVersionError):
        version.save()
    with pytest.raises(ImmutableVersionError):
        PersonaVersion.objects.update(note="Something else")
    with pytest.raises(ImmutableVersionError), transaction.atomic():
        PersonaVersion.objects.bulk_update([version], ["note"])
    assert PersonaVersion.objects.get(pk=version.pk).note == ""


def test_a_version_is_not_deleted() -> None:
    persona = make_persona()
    version = save_persona(persona, by=None)
    for attempt in (version.delete, PersonaVersion.objects.all().delete, persona.versions.all().delete):
        with pytest.raises(ImmutableVersionError):
            attempt()
    assert PersonaVersion.objects.filter(pk=version.pk).exists()


def test_versions_outlive_their_persona() -> None:
    persona = make_persona()
    version = save_persona(persona, by=None)
    persona_id = persona.pk
    persona.delete()
    version.refresh_from_db()
    assert (version.persona, version.persona_ref) == (None, persona_id)
    assert version.document["persona_name"] == "Mert"


def test_versions_outlive_who_made_them(user: User) -> None:
    version = save_persona(make_persona(), by=user)
    user.delete()
    version.refresh_from_db()
    assert version.created_by is None


def test_a_changed_filler_config_is_a_new_version_of_who_uses_it(user: User) -> None:
    config = FillerConfig.objects.create(name="Fillers", filler_phrase="One moment")
    using, other = make_persona(filler_config=config), make_persona()
    for persona in (using, other):
        save_persona(persona, by=None)
    config.activation_delay_ms = 700
    [version] = save_filler_config(config, by=user)
    assert (version.persona_id, version.number, version.created_by) == (using.pk, 2, user)
    assert version.document["filler"]["activationDelayMs"] == 700


def test_an_unchanged_filler_config_makes_no_version() -> None:
    config = FillerConfig.objects.create(name="Fillers", filler_phrase="One moment")
    save_persona(make_persona(filler_config=config), by=None)
    assert save_filler_config(config, by=None) == []


@pytest.mark.parametrize(
    "field", ["token_secret", "tts_token_secret", "tool_endpoint_secret", "stand_in_secret"]
)
def test_a_renamed_secret_is_a_new_version_of_who_uses_it(field: str) -> None:
    secret = make_secret("OLD")
    persona = make_persona(tts={"tts_engine": "cartesia"}, **{field: secret})
    save_persona(persona, by=None)
    secret.name = "NEW"
    [version] = save_secret(secret, by=None)
    assert version.document == document_of(Persona.objects.get(pk=persona.pk))
    assert "NEW" in str(version.document)
    assert "OLD" not in str(version.document)


@pytest.fixture
def own_connections() -> Iterator[None]:
    yield
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_saves_at_the_same_time_get_a_number_each(own_connections: None) -> None:
    persona = make_persona()
    save_persona(persona, by=None)
    savers = 6
    ready = threading.Barrier(savers)
    numbers: list[int] = []

    def save() -> None:
        copy = Persona.objects.get(pk=persona.pk)
        ready.wait(timeout=10)
        numbers.append(save_persona(copy, by=None).number)
        connection.close()

    threads = [threading.Thread(target=save) for _ in range(savers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(numbers) == list(range(2, savers + 2))
    assert Persona.objects.get(pk=persona.pk).version == savers + 1
