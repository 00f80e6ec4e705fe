"""An inspector's address as a persona's ``base_url``: it is called in-process, through the front doors."""

import pytest
from django.contrib.auth.models import User

from playground.inspectors.application import inspecting
from playground.models import Inspector
from tests.playground.front_door import FrontDoor
from tests.playground.inspectors.asking import DEADLINE_S, made, newest

pytestmark = pytest.mark.usefixtures("inspectors")

TEXT = "Thanks for calling. Goodbye."


async def test_a_persona_rehearses_on_an_inspector(front_door: FrontDoor, admin_user: User) -> None:
    inspector = await made(admin_user, answer_settings={"text": TEXT})
    conversation = await front_door.enter(inspector.path)
    assert conversation is not None
    closed = await front_door.say(conversation)
    assert (closed["text"], closed["error"]) == (TEXT, None)
    await inspecting().until_stored(DEADLINE_S)
    request = await newest(inspector)
    assert (request.path, request.server, request.client_address) == ("/chat/completions", "Greenroom", "")
    assert request.conversation_id == conversation.pk
    assert ["conversation_id", conversation.pk] in request.headers
    assert (request.ended, request.answer_status) == ("complete", 200)


@pytest.mark.parametrize("fault", ["dies_midway", "never_answers"])
async def test_a_persona_meets_a_fault(
    front_door: FrontDoor, admin_user: User, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.inspectors.exchange.ANSWER_S", 0.2)
    inspector = await made(admin_user, Inspector.Answer.FAULT, answer_settings={"fault": fault, "text": TEXT})
    closed = await front_door.say_to(inspector.path)
    assert closed["error"] is not None
    await inspecting().until_stored(DEADLINE_S)
    assert (await newest(inspector)).ended == ("fault" if fault == "dies_midway" else "too_long")


async def test_a_persona_rehearses_on_an_inspector_that_passes_on_to_the_demo_llm(
    front_door: FrontDoor, admin_user: User
) -> None:
    inspector = await made(admin_user, Inspector.Answer.PASS_ON, forward_url="/demo/v1")
    closed = await front_door.say_to(inspector.path)
    assert closed["error"] is not None  # the caller's own key goes on, and this one has none
    await inspecting().until_stored(DEADLINE_S)
    request = await newest(inspector)
    assert (request.answer, request.answer_status, request.ended) == ("pass_on", 401, "complete")
