"""Measured turns on a filler config's page: one's own, by persona, and how often the filler would have been said."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from personas.models import FillerConfig
from personas.saving import save_persona
from playground.engine.persona import SpeechSettings
from playground.engine.speech.voices import voice_of
from playground.models import Conversation, Turn
from playground.storage.measured_turns import measured_turns
from tests.conftest import signed_in
from tests.personas.making import make_persona

SYNTHESIS_MS = voice_of(SpeechSettings(engine="cartesia")).delay_ms


@pytest.fixture
def config(db: None) -> FillerConfig:
    return FillerConfig.objects.create(name="Hm", filler_phrase="Hm", activation_delay_ms=1_000)


def talked(config: FillerConfig, owner: User, *times_ms: int | None, name: str = "Mert") -> None:
    """A conversation whose turns took this long to their first sentence; None if no sentence came."""
    version = save_persona(make_persona(persona_name=name, filler_config=config), by=None)
    conversation = Conversation.objects.create(owner=owner, persona_version=version)
    for position, first_sentence_ms in enumerate(times_ms):
        Turn.objects.create(
            conversation=conversation,
            position=position,
            status=Turn.Status.COMPLETED,
            timings={"first_sentence": first_sentence_ms},
        )


def test_a_turn_fires_where_its_answer_is_ready_after_the_delay(config: FillerConfig, user: User) -> None:
    in_time = 1_000 - SYNTHESIS_MS
    talked(config, user, in_time, in_time + 1, 3_000)
    (measure,) = measured_turns(config, user, delay_ms=config.activation_delay_ms).personas
    assert (measure.turns, measure.fired, measure.median_ms) == (3, 2, in_time + 1)


def test_a_percentile_needs_turns_to_rest_on(config: FillerConfig, user: User) -> None:
    talked(config, user, 500, name="One")
    talked(config, user, 500, 700, name="Two")
    talked(config, user, *range(100, 600, 100), name="Five")
    measured = measured_turns(config, user, delay_ms=1_000)
    assert [(row.name, row.median_ms, row.slow_ms) for row in measured.personas] == [
        ("Five", 300, 480),
        ("Two", 600, None),
        ("One", None, None),
    ]
    assert measured.usual is not None
    assert measured.usual.name == "Five"


def test_the_delay_that_is_typed_is_judged_and_another_recommended(
    config: FillerConfig, user: User, user_client: Client
) -> None:
    url = reverse("playground:measured-filler", args=[config.pk])
    talked(config, user, *[3_000] * 4)
    assert "From five turns on" in user_client.get(url).content.decode()
    talked(config, user, 3_000)
    page = user_client.get(url, {"activation_delay_ms": "2500"}).content.decode()
    assert "with 2,500 ms it is" in page
    recommended = page.partition('data-delay="')[2].partition('"')[0]
    page = user_client.get(url, {"activation_delay_ms": recommended}).content.decode()
    assert f"{int(recommended):,} ms is a good delay" in page
    assert "with a delay of 1,000 ms" in user_client.get(url, {"activation_delay_ms": "-1"}).content.decode()


def test_turns_without_a_sentence_and_other_kinds_do_not_count(config: FillerConfig, user: User) -> None:
    talked(config, user, None, 500)
    Turn.objects.filter(position=1).update(kind=Turn.Kind.CONTINUATION)
    assert measured_turns(config, user, delay_ms=0).personas == []


def test_each_persona_stands_by_itself(config: FillerConfig, user: User) -> None:
    talked(config, user, 500, name="Ann")
    talked(config, user, 600, 700, name="Bob")
    turns = {row.name: row.turns for row in measured_turns(config, user, delay_ms=0).personas}
    assert turns == {"Ann": 1, "Bob": 2}


def test_only_ones_own_turns_are_measured(config: FillerConfig, user: User, other_user: User) -> None:
    talked(config, other_user, 500)
    assert measured_turns(config, user, delay_ms=0).personas == []
    url = reverse("playground:measured-filler", args=[config.pk])
    assert "No turn is measured yet" in signed_in(user).get(url).content.decode()
    assert "Mert" in signed_in(other_user).get(url).content.decode()


def test_the_page_costs_the_same_for_any_number_of_turns(
    config: FillerConfig, user: User, user_client: Client
) -> None:
    url = reverse("playground:measured-filler", args=[config.pk])

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert user_client.get(url).status_code == 200
        return len(captured)

    talked(config, user, 500)
    few = cost()
    talked(config, user, *range(500, 540))
    assert cost() == few
