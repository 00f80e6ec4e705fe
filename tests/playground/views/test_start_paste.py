"""The paste box: a document of either platform becomes a persona, and what it still lacks is listed."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from personas.models import Persona, TokenSecret
from playground.models import Conversation
from tests.personas.making import CANARY

PASTE = "/playground/paste/"
TAVUS = """{
    "system_prompt": "You are a storyteller.",
    "context": "Here are some of your favorite stories: The Ugly Duckling",
    "persona_name": "Mert the Storyteller",
    "layers": {
        "llm": {
            "model": "custom_model_here",
            "api_key": "example-api-key",
            "base_url": "open-ai-compatible-llm-http-endpoint",
            "tools": [<your-tools-here>],
        },
        "vqa": {
            "enabled": false // can also leave the "vqa" attr out if you want vqa enabled
        }
    }
}"""
JAICP = """
$response.replies.push({
    type: "llmRequest",
    provider: "CUSTOM_LLM",
    tokenSecret: "MY_TOKEN",
    url: "https://llm.example.com/v1/chat/completions",
    headers: {"Authorization": "Api-Key MY_TOKEN"},
    model: "gpt-4o",
    fillersPhraseConfig: {"fillerPhrasesList": ["Great question!"], "activationDelayMs": 1000},
    messages: [{"role": "user", "content": "Recommend a movie"}, {"role": "assistant", "content": "What genre?"}]
});
"""


def paste(client: Client, text: str) -> Any:
    return client.post(PASTE, {"document": text}, follow=True)


def test_a_tavus_persona_is_stored_and_what_it_lacks_is_listed(admin_client: Client) -> None:
    shown = paste(admin_client, TAVUS).content.decode()
    persona = Persona.objects.get()
    assert persona.persona_name == "Mert the Storyteller"
    assert "The base_url is still a placeholder" in shown
    assert "The model is still a placeholder" in shown
    assert f'name="stand_in" value="{persona.pk}"' in shown
    assert "Use the demo LLM meanwhile" in shown


def test_the_pasted_persona_talks_on_the_demo_llm_meanwhile(admin_client: Client) -> None:
    paste(admin_client, TAVUS)
    admin_client.post("/playground/start/", {"stand_in": Persona.objects.get().pk})
    assert Conversation.objects.get().stand_in


def test_a_jaicp_reply_is_stored_with_its_filler_and_its_secret_by_name(admin_client: Client) -> None:
    shown = paste(admin_client, JAICP).content.decode()
    persona = Persona.objects.get()
    assert persona.platform == "jaicp"
    assert persona.filler_config is not None
    assert TokenSecret.objects.get().name == "MY_TOKEN"
    assert "The token secret MY_TOKEN has no value yet" in shown


def test_the_scripts_own_messages_begin_its_conversations(admin_client: Client) -> None:
    shown = paste(admin_client, JAICP).content.decode()
    assert "begins with 2 messages of the script" in shown
    admin_client.post("/playground/start/", {"stand_in": Persona.objects.get().pk})
    assert Conversation.objects.get().initial_messages == [
        {"role": "user", "content": "Recommend a movie"},
        {"role": "assistant", "content": "What genre?"},
    ]


def test_a_key_in_the_document_becomes_a_token_secret_and_is_shown_nowhere(admin_client: Client) -> None:
    text = TAVUS.replace("example-api-key", CANARY).replace(
        "open-ai-compatible-llm-http-endpoint", "https://llm.example.com/v1"
    )
    shown = paste(admin_client, text).content.decode()
    secret = TokenSecret.objects.get()
    assert secret.allowed_hosts == ["llm.example.com"]
    assert CANARY not in shown


def test_a_key_from_someone_who_may_not_add_token_secrets_is_refused_whole(user_client: Client) -> None:
    text = TAVUS.replace("example-api-key", CANARY).replace(
        "open-ai-compatible-llm-http-endpoint", "https://llm.example.com/v1"
    )
    response = paste(user_client, text)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "you may not add token secrets" in response.content.decode()
    assert not Persona.objects.exists()


@pytest.mark.parametrize("text", ["", "   ", "hello", "[1, 2]", '{"name": "p1"}', '{"layers": ', "{" * 3_000])
def test_what_is_no_document_is_refused_and_stays_in_the_box(admin_client: Client, text: str) -> None:
    response = paste(admin_client, text)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="id_document"' in response.content.decode()
    assert not Persona.objects.exists()


def test_a_mistake_is_named_with_its_line_and_column(admin_client: Client) -> None:
    shown = paste(admin_client, '{\n  "persona_name": "Mert",\n  "layers" 1\n}').content.decode()
    assert "Line 3, column " in shown


def test_a_text_beyond_the_limit_is_refused(admin_client: Client) -> None:
    response = paste(admin_client, '{"layers": "' + "x" * 200_000 + '"}')
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


CONVERSATION = """{
    "replica_id": "r123456789",
    "conversation_name": "My Conversation",
    "callback_url": "https://webhook.site/",
    "persona_id": "%s",
    "conversational_context": "You are talking to {name}, who is from Dallas, Texas.",
    "properties": {"language": "english"}
}"""


def test_a_pasted_conversation_fills_the_options_and_chooses_its_persona(admin_client: Client) -> None:
    admin_client.post(PASTE, {"document": TAVUS})
    persona = Persona.objects.get()
    response = admin_client.post(PASTE, {"document": CONVERSATION % persona.pk}, follow=True)
    assert response.redirect_chain == [(f"/playground/?persona={persona.pk}", HTTPStatus.FOUND)]
    options = response.context["options"]
    assert options["conversation_name"].value() == "My Conversation"
    assert options["replica_id"].value() == "r123456789"
    assert [field.name for field in options.value_fields] == ["value-name"]
    assert "properties is not rehearsed" in response.content.decode()
    assert Persona.objects.count() == 1


def test_a_pasted_conversation_fills_the_options_once(admin_client: Client) -> None:
    admin_client.post(PASTE, {"document": CONVERSATION % "pnone"}, follow=True)
    assert admin_client.get("/playground/").context["options"]["conversation_name"].value() in {None, ""}


def test_a_conversation_with_a_persona_from_elsewhere_says_so(admin_client: Client) -> None:
    response = admin_client.post(PASTE, {"document": CONVERSATION % "p234324a"}, follow=True)
    assert "persona is not here" in response.content.decode()
    assert response.context["options"]["callback_url"].value() == "https://webhook.site/"
    assert not Persona.objects.exists()


def test_a_conversation_that_is_wrong_is_refused_with_its_place(admin_client: Client) -> None:
    response = admin_client.post(PASTE, {"document": '{"persona_id": 5}'})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Line 1, column 16: persona_id is not a text." in response.content.decode()
