"""The personas that a user talked to last come first, as many as are asked for."""

import pytest

from personas.models import Persona
from playground.storage.latest_personas import latest_personas
from tests.personas.making import make_persona

pytestmark = pytest.mark.django_db


def stored(name: str) -> str:
    persona = make_persona(persona_name=name)
    persona.save()
    return persona.pk


@pytest.fixture
def ids() -> list[str]:
    """Three personas; the last has changed last."""
    return [stored(name) for name in ("Ada", "Bo", "Cleo")]


def latest(talked_to: list[str], most: int, first_id: str = "") -> list[str]:
    personas = latest_personas(Persona.objects.all(), talked_to, most, first_id=first_id)
    return [persona.pk for persona in personas]


def test_as_many_as_are_asked_for_are_those_talked_to(ids: list[str]) -> None:
    ada, bo, _cleo = ids
    assert latest([ada, bo], most=2) == [ada, bo]


def test_the_first_takes_a_place_and_is_named_once(ids: list[str]) -> None:
    ada, bo, cleo = ids
    assert latest([ada, bo], most=2, first_id=cleo) == [cleo, ada]
    assert latest([ada, bo], most=3, first_id=bo) == [bo, ada, cleo]


def test_those_that_changed_last_fill_the_rest(ids: list[str]) -> None:
    ada, bo, cleo = ids
    assert latest([ada], most=2) == [ada, cleo]
    assert latest([ada, "p000000000009"], most=3) == [ada, cleo, bo]
