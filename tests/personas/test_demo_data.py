"""The demo data: the platforms' own examples on the built-in demo LLM."""

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from pytest_django import Settings

from personas.demo_data import DEMO_SECRET, DemoData, load_demo_data
from personas.models import FillerConfig, Persona, TokenSecret
from personas.readiness import readiness_problems
from personas.saving import save_persona
from personas.secrets import clear_value, decrypt, holds, set_value
from playground.engine.persona_document import read_persona
from tests.personas.making import make_persona, make_secret

pytestmark = pytest.mark.django_db

NEW_KEY = "sk-demo-another-key-file"


def demo_secret() -> TokenSecret:
    return TokenSecret.objects.get(name=DEMO_SECRET)


def test_an_empty_database_gets_three_personas_that_can_start() -> None:
    assert load_demo_data() is DemoData.LOADED
    personas = Persona.objects.all()
    assert [persona.persona_name for persona in personas] == [
        "JAICP reply",
        "Mert the Storyteller",
        "Weather Assistant",
    ]
    assert [readiness_problems(persona) for persona in personas] == [[], [], []]
    assert [persona.version for persona in personas] == [1, 1, 1]


def test_the_reply_has_its_two_fillers_after_a_second() -> None:
    load_demo_data()
    persona = Persona.objects.get(persona_name="JAICP reply")
    settings = read_persona(persona.pk, persona.versions.get().document)
    assert settings.filler is not None
    assert settings.filler.phrases == ("Great question!", "Just a moment")
    assert settings.filler.activation_delay_ms == 1_000
    assert settings.llm.headers == (("Authorization", "Bearer DEMO_LLM_KEY"),)
    assert settings.llm.event_name == "myEvent"


def test_the_demo_key_goes_to_this_app_alone(settings: Settings) -> None:
    load_demo_data()
    assert demo_secret().allowed_hosts == ["/"]
    assert decrypt(demo_secret()).reveal() == settings.DEMO_LLM_KEY


def test_a_second_time_changes_nothing() -> None:
    load_demo_data()
    before = demo_secret().ciphertext
    assert load_demo_data() is DemoData.PRESENT
    assert (Persona.objects.count(), demo_secret().ciphertext) == (3, before)


@pytest.mark.parametrize("what", ["persona", "secret", "filler"])
def test_a_database_with_anything_in_it_is_left_alone(what: str) -> None:
    match what:
        case "persona":
            save_persona(make_persona(), by=None)
        case "secret":
            make_secret()
        case _:
            FillerConfig.objects.create(name="Fillers", filler_phrase="Hm")
    before = [model.objects.count() for model in (Persona, TokenSecret, FillerConfig)]
    assert load_demo_data() is DemoData.PRESENT
    assert [model.objects.count() for model in (Persona, TokenSecret, FillerConfig)] == before


def test_a_new_demo_key_is_put_into_the_secret(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    load_demo_data()
    settings.DEMO_LLM_KEY = NEW_KEY
    call_command("load_demo_data")
    assert holds(demo_secret(), NEW_KEY)
    output = capsys.readouterr().out
    assert "new key" in output
    assert NEW_KEY not in output


def test_a_demo_key_that_no_longer_decrypts_is_put_in_anew(settings: Settings) -> None:
    load_demo_data()
    TokenSecret.objects.update(ciphertext="spoilt")
    assert load_demo_data() is DemoData.KEY_RENEWED
    assert holds(demo_secret(), settings.DEMO_LLM_KEY)


def test_a_value_that_a_person_entered_or_cleared_stays(settings: Settings, user: User) -> None:
    load_demo_data()
    set_value(demo_secret(), "a-wrong-key-to-see-the-error", by=user)
    assert load_demo_data() is DemoData.KEY_DIFFERS
    assert holds(demo_secret(), "a-wrong-key-to-see-the-error")
    clear_value(demo_secret(), by=user)
    assert load_demo_data() is DemoData.KEY_DIFFERS
    assert demo_secret().ciphertext == ""


def test_the_demo_key_is_not_put_into_a_secret_that_may_leave_this_app(settings: Settings) -> None:
    make_secret(DEMO_SECRET, hosts=("/", "evil.example.com"))
    assert load_demo_data() is DemoData.KEY_DIFFERS
    assert not holds(demo_secret(), settings.DEMO_LLM_KEY)
