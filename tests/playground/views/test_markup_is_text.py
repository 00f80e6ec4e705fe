"""Markup in whatever a person or an LLM's server wrote is text on every page, the admin's and the errors' included."""

from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from personas.models import FillerConfig, Persona
from personas.saving import save_persona
from playground.models import Completion, Conversation, Turn
from tests.personas.making import make_persona, make_secret

pytestmark = pytest.mark.django_db

MARKUP = "</script></title></textarea><img src=x onerror=PWNED> <!-- \u2028 '\"><b"


INJECTED = "%3C/script%3E%3C/title%3E%3Cimg%20src=x%20onerror=PWNED%3E"


class Elements(HTMLParser):
    """Every element of a page, with its attributes' names; comments too."""

    def __init__(self) -> None:
        super().__init__()
        self.handlers: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handlers += [name for name, _ in attributes if name.startswith("on")]
        self.sources += [value or "" for name, value in attributes if name == "src"]


def assert_text(client: Client, address: str, *, shown: bool = True) -> None:
    answer = client.get(address)
    assert answer.status_code in {200, 404}, address
    html = answer.content.decode()
    assert "<img src=x" not in html, address
    assert "</script></title>" not in html, address
    assert not shown or "onerror=PWNED" in html, f"{address} shows nothing of it: the test tests nothing"
    elements = Elements()
    elements.feed(html)
    assert elements.handlers == [], address
    assert "x" not in elements.sources, address


@pytest.fixture
def persona() -> Persona:
    persona = make_persona(
        persona_name=MARKUP,
        system_prompt=MARKUP,
        context=MARKUP,
        model=MARKUP,
        token_secret=make_secret(hosts=("llm.example.com",)),
        headers=[["X-Folder", MARKUP.replace("\u2028", "")]],
        filler_config=FillerConfig.objects.create(name=MARKUP, filler_phrase=MARKUP),
        event_name=MARKUP,
        tools=[
            {
                "type": "function",
                "function": {"name": "f", "description": MARKUP, "parameters": {MARKUP: MARKUP}},
            }
        ],
        other_keys={MARKUP: MARKUP},
    )
    save_persona(persona, by=None, note=MARKUP)
    persona.system_prompt += "!"
    save_persona(persona, by=None)
    return persona


@pytest.mark.parametrize(
    "name",
    [
        "edit",
        "delete",
        "export",
        "duplicate",
        "versions",
        "compare",
        "edit?face=text",
        "export?format=python",
    ],
)
def test_markup_is_text_on_the_pages_of_a_persona(admin_client: Client, persona: Persona, name: str) -> None:
    page, _, query = name.partition("?")
    query = "older=1&newer=2" if page == "compare" else query
    assert_text(admin_client, f"{reverse(f'personas:{page}', args=[persona.pk])}?{query}")


@pytest.mark.parametrize(
    "address", ["/", "/personas/", "/fillers/", "/playground/", "/admin/personas/persona/"]
)
def test_markup_is_text_on_every_list(admin_client: Client, persona: Persona, address: str) -> None:
    assert_text(admin_client, address, shown=address != "/")


@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_markup_is_text_on_the_admins_pages(admin_client: Client, persona: Persona, page: str) -> None:
    config = persona.filler_config
    assert config is not None
    version = persona.versions.latest("number")
    assert_text(admin_client, reverse(f"admin:personas_persona_{page}", args=[persona.pk]))
    assert_text(admin_client, reverse(f"admin:personas_fillerconfig_{page}", args=[config.pk]))
    if page == "change":
        assert_text(admin_client, reverse("admin:personas_personaversion_change", args=[version.pk]))
        assert_text(
            admin_client, reverse("admin:personas_tokensecret_change", args=[persona.token_secret_id])
        )


def test_markup_is_text_on_the_pages_of_fillers(admin_client: Client, persona: Persona) -> None:
    for page in ("edit", "delete"):
        assert_text(admin_client, reverse(f"fillers:{page}", args=[persona.filler_config_id]))


@pytest.mark.parametrize("address", ["/personas/?q=", "/nowhere/?q=", "/personas/import/?q=", "/admin/?q="])
def test_markup_is_text_in_an_address(admin_client: Client, address: str) -> None:
    assert_text(
        admin_client, address + "%3C/script%3E%3C/title%3E%3Cimg%20src=x%20onerror=PWNED%3E", shown=False
    )


@pytest.fixture
def conversation(persona: Persona, admin_user: User) -> Conversation:
    """A conversation whose every text, the server's included, is markup."""
    stored = Conversation.objects.create(
        owner=admin_user,
        persona_version=persona.versions.latest("number"),
        conversation_name=MARKUP,
        conversational_context=MARKUP,
        custom_greeting=MARKUP,
    )
    call = {"id": MARKUP, "name": MARKUP, "arguments": MARKUP, "valid": False}
    turn = Turn.objects.create(
        conversation=stored,
        position=0,
        status=Turn.Status.FAILED,
        user_text=MARKUP,
        text=MARKUP,
        heard_text=MARKUP[:5],
        timeline={
            "filler": {"state": "played", "phrase": MARKUP, "reason": None, "due_ms": 1},
            "tool_calls": [call],
            "notes": [MARKUP],
        },
        tool_results={MARKUP: {"output": MARKUP, "status": "error"}},
        error={"code": "server_error", "message": MARKUP, "excerpt": MARKUP},
    )
    Completion.objects.create(
        turn=turn,
        request={"method": "POST", "url": MARKUP, "headers": [["X", MARKUP]], "body": {MARKUP: MARKUP}},
        response_status=500,
        response_headers=[[MARKUP, MARKUP]],
        payloads=[[1, MARKUP]],
        reasoning=MARKUP,
        tool_calls=[call],
        usage={MARKUP: 1},
        finish_reason=MARKUP[:64],
    )
    return stored


@pytest.mark.parametrize("address", ["/conversations/", "/conversations/{}/", "/playground/{}/"])
def test_markup_is_text_on_the_pages_of_a_conversation(
    admin_client: Client, conversation: Conversation, address: str
) -> None:
    assert_text(admin_client, address.format(conversation.pk))


@pytest.mark.parametrize("model", ["conversation", "turn", "completion"])
def test_markup_of_a_server_is_text_on_the_admins_pages(
    admin_client: Client, conversation: Conversation, model: str
) -> None:
    turn = conversation.turns.get()
    row = {"conversation": conversation, "turn": turn, "completion": turn.completions.get()}[model]
    assert_text(admin_client, reverse(f"admin:playground_{model}_change", args=[row.pk]))
    assert_text(admin_client, reverse(f"admin:playground_{model}_changelist"), shown=False)


def test_markup_is_text_in_the_request_of_a_turn(admin_client: Client, conversation: Conversation) -> None:
    answer = admin_client.get(
        reverse("playground:turn-request", args=[conversation.turns.get().pk]) + "?platform=tavus"
    )
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# What goes, and what stays


def test_a_conversation_is_readable_without_its_persona(
    admin_client: Client, persona: Persona, conversation: Conversation
) -> None:
    answer = admin_client.post(reverse("personas:delete", args=[persona.pk]))
    assert answer.status_code == 302
    for address in ("/conversations/", "/conversations/{}/", "/playground/{}/"):
        assert_text(admin_client, address.format(conversation.pk))


def test_a_user_with_conversations_stays_and_so_do_they(
    admin_client: Client, conversation: Conversation
) -> None:
    owner = User.objects.create(username="leaves")
    Conversation.objects.filter(pk=conversation.pk).update(owner=owner)
    answer = admin_client.post(reverse("admin:auth_user_delete", args=[owner.pk]), {"post": "yes"})
    assert answer.status_code < 500
    assert User.objects.filter(pk=owner.pk).exists()
    assert Conversation.objects.filter(pk=conversation.pk).exists()
