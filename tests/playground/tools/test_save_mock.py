"""A typed result that is saved as a mock: a new version of the persona, which the conversation goes on with."""

import json
from http import HTTPStatus

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from dashboard.roles import Role
from personas.models import Persona
from personas.saving import save_persona
from playground.engine.tools.mocks import Mock, fitting_mock
from playground.engine.user_json import LIMIT_BYTES, LIMIT_DEPTH
from playground.models import Conversation, Turn
from playground.realtime.commands import OUTPUT_CHARS
from playground.storage.start_conversation import ConversationOptions, start_conversation
from playground.tools.save_mock import TOO_LONG
from tests.conftest import signed_in
from tests.dashboard.roles import person
from tests.personas.making import make_persona
from tests.playground.rehearsals import running, watch
from tests.playground.scripted_llm import DONE, END, TOOL_CALLS, Step, call, text

pytestmark = pytest.mark.django_db(transaction=True)

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
CALLING: list[Step] = [
    call(0, id="call_1", name="look", arguments='{"city": "Riga", "unit": "C"}'),
    TOOL_CALLS,
    DONE,
]


@pytest.fixture
def turn(transactional_db: None, user: User) -> Turn:
    """A closed turn that called ``look``."""
    persona = make_persona(tools=[TOOL], tool_mocks={"other": 1})
    save_persona(persona, by=None)
    conversation = start_conversation(
        persona, ConversationOptions(properties={"simulated_speech": "instant"}), owner=user
    )
    calls = [{"id": "call_1", "name": "look", "arguments": '{"city": "Riga", "unit": "C"}', "valid": True}]
    return Turn.objects.create(
        conversation=conversation, position=0, status=Turn.Status.COMPLETED, timeline={"tool_calls": calls}
    )


def save(client: Client, turn: Turn, output: str, *when: str) -> tuple[int, str]:
    """Return the answer's status and message."""
    data = {"tool_call_id": "call_1", "output": output, "when": when}
    answer = client.post(reverse("playground:turn-mock", args=[turn.pk]), data)
    return answer.status_code, json.loads(answer.content)["message"]


def test_it_is_saved_with_its_conditions_and_the_conversation_goes_on_with_it(
    turn: Turn, user_client: Client
) -> None:
    status, message = save(user_client, turn, '{"temp": -3}', "city")
    assert (status, "version 2" in message) == (HTTPStatus.OK, True)
    saved = Persona.objects.get().tool_mocks
    assert saved == {"other": 1, "look": [{"when": {"city": "Riga"}, "result": {"temp": -3}}]}
    assert Conversation.objects.get().persona_version.number == 2


def test_a_conversation_on_an_older_version_stays_there(turn: Turn, user_client: Client) -> None:
    save_persona(Persona.objects.get(), by=None)
    _, message = save(user_client, turn, "fog")
    assert "start again" in message
    assert Persona.objects.get().tool_mocks["look"] == "fog"
    assert Conversation.objects.get().persona_version.number == 1


@pytest.mark.parametrize("output", ['{"temp":  -3}', "fog"])
def test_the_page_knows_which_results_are_saved_as_mocks(
    turn: Turn, user_client: Client, output: str
) -> None:
    def known() -> list[str]:
        page = user_client.get(reverse("playground:conversation", args=[turn.conversation_id]))
        return list(json.loads(page.context["calls_with_mocks"]))

    turn.tool_results = {"call_1": {"output": output, "status": "success", "source": "hand"}}
    turn.save()
    assert known() == []
    save(user_client, turn, output, "city")
    assert known() == [f"{turn.pk}|call_1"]
    save(user_client, turn, "something else", "city")
    assert known() == []


@pytest.mark.parametrize("output", ['"quoted"', "not JSON", "{"])
def test_the_mock_answers_with_the_very_text_that_would_be_sent(
    turn: Turn, user_client: Client, output: str
) -> None:
    save(user_client, turn, output)
    assert Persona.objects.get().tool_mocks["look"] == output


def test_what_the_editor_would_refuse_is_refused(turn: Turn, user_client: Client) -> None:
    persona = Persona.objects.get()
    persona.tool_mocks = {"other": "x" * (LIMIT_BYTES - 100)}
    save_persona(persona, by=None)
    assert save(user_client, turn, "y" * 200) == (HTTPStatus.UNPROCESSABLE_ENTITY, TOO_LONG)
    assert "look" not in Persona.objects.get().tool_mocks


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("x" * (OUTPUT_CHARS + 1), "The result is too long: 65537 characters, and a mock may have 65536."),
        ("a\0b", "The result holds a NUL character: take it out."),
    ],
)
def test_what_no_result_may_be_is_said_of_the_result(
    turn: Turn, user_client: Client, output: str, sentence: str
) -> None:
    assert save(user_client, turn, output) == (HTTPStatus.UNPROCESSABLE_ENTITY, sentence)


def test_a_result_is_kept_however_it_looks(turn: Turn, user_client: Client) -> None:
    """A list that resembles one of mocks, and one that nests as deep as a persona's JSON may."""
    resembling = [{"when": {"city": "Riga"}, "result": 1}, {"result": 2, "unit": "C"}]
    deep = "[" * LIMIT_DEPTH + "]" * LIMIT_DEPTH
    for output, result in [(json.dumps(resembling), resembling), (deep, deep)]:
        assert save(user_client, turn, output)[0] == HTTPStatus.OK
        mocks = Persona.objects.get().tool_mocks
        assert fitting_mock("look", "{}", mocks) == Mock(result)


def test_an_argument_that_the_call_did_not_have_is_no_condition(turn: Turn, user_client: Client) -> None:
    assert save(user_client, turn, "fog", "country")[0] == HTTPStatus.UNPROCESSABLE_ENTITY


def test_who_may_not_edit_personas_has_no_button(turn: Turn) -> None:
    viewer = person(Role.VIEWER)
    Conversation.objects.update(owner=viewer)
    shown = signed_in(viewer).get(reverse("playground:conversation", args=[turn.conversation_id]))
    assert "Send result" in shown.content.decode()
    assert "Save mock" not in shown.content.decode()


async def test_the_next_call_that_fits_is_answered_by_it(turn: Turn, user_client: Client) -> None:
    await database_sync_to_async(save)(user_client, turn, "fog", "city")
    async with running(CALLING, [text("Fog."), END]) as runner:
        watcher = watch(runner, turn.conversation)
        await runner.respond(turn.conversation_id, "And now?")
        result = await watcher.until(lambda event: event["event_type"] == "playground.tool_result")
        await watcher.until_closed()
    assert (result["properties"]["output"], result["properties"]["source"]) == ("fog", "mock")
