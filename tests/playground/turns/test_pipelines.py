"""A persona's pipeline_mode and greeting: what the voice says without the LLM."""

import pytest
from django.contrib.auth.models import User

from personas.models import Persona
from personas.readiness import readiness_problems
from personas.saving import save_persona
from playground.models import Conversation, Turn
from playground.storage.start_conversation import ConversationOptions, start_conversation
from tests.personas.making import make_persona
from tests.playground.rehearsals import DOCUMENT, make_conversation, running, watch
from tests.playground.scripted_llm import DONE, END, Step, text

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER: list[Step] = [text("From the LLM."), END, DONE]


def greeter(**other_keys: object) -> Persona:
    persona = make_persona(other_keys=other_keys)
    save_persona(persona, by=None)
    return persona


@pytest.fixture
def conversation(admin_user: User, pipeline_mode: str) -> Conversation:
    return make_conversation(admin_user, DOCUMENT | {"other_keys": {"pipeline_mode": pipeline_mode}})


@pytest.mark.parametrize("pipeline_mode", ["echo"])
async def test_with_pipeline_mode_echo_the_voice_says_what_is_typed_and_no_llm_is_called(
    conversation: Conversation,
) -> None:
    async with running(ANSWER) as runner:
        watcher = watch(runner, conversation)
        await runner.respond(conversation.pk, "Welcome aboard.")
        closed = await watcher.until_closed()
    assert closed["properties"]["heard_text"] == "Welcome aboard."
    assert "playground.request" not in watcher.types()
    turn = await Turn.objects.aget(conversation=conversation)
    assert (turn.kind, turn.user_text) == (Turn.Kind.ECHO, "")


@pytest.mark.parametrize("pipeline_mode", ["full"])
async def test_with_pipeline_mode_full_the_llm_answers(conversation: Conversation) -> None:
    async with running(ANSWER) as runner:
        watcher = watch(runner, conversation)
        await runner.respond(conversation.pk, "Hi")
        closed = await watcher.until_closed()
    assert closed["properties"]["text"] == "From the LLM."


def test_a_persona_that_echoes_lacks_nothing_of_an_llm() -> None:
    persona = make_persona(address="", model="", other_keys={"pipeline_mode": "echo"})
    assert readiness_problems(persona) == []


@pytest.mark.parametrize("key", ["greeting", "custom_greeting"])
def test_the_personas_greeting_opens_its_conversations(key: str, admin_user: User) -> None:
    conversation = start_conversation(
        greeter(**{key: "Good evening."}), ConversationOptions(), owner=admin_user
    )
    assert conversation.custom_greeting == "Good evening."


def test_the_conversations_own_greeting_wins(admin_user: User) -> None:
    persona = greeter(greeting="Good evening.")
    conversation = start_conversation(
        persona, ConversationOptions(custom_greeting="Hello!"), owner=admin_user
    )
    assert conversation.custom_greeting == "Hello!"


@pytest.mark.parametrize("greeting", [None, "", " ", 5, {"text": "Hi"}])
def test_what_is_no_greeting_opens_nothing(greeting: object, admin_user: User) -> None:
    assert (
        start_conversation(
            greeter(greeting=greeting), ConversationOptions(), owner=admin_user
        ).custom_greeting
        == ""
    )
