"""The start page: options, the user's own endpoint, both platforms' documents. In a browser: its boxes are scripted."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.talking import answer, say, send_button
from tests.llm_server import fixture
from tests.llm_server.fixture import LLMServerHandle
from tests.llm_server.openai_wire import TEXT

own_server = fixture.llm_server_process

LIVE = re.compile(r"/playground/c[0-9a-z]+/$")
TAVUS = """{
    "system_prompt": "You are a storyteller. Reply in brief utterances.",
    "context": "Here are some of your favorite stories: The Ugly Duckling and The Three Little Pigs",
    "persona_name": "Pasted Mert",
    "layers": {
        "llm": {
            "model": "custom_model_here",
            "api_key": "example-api-key",
            "base_url": "open-ai-compatible-llm-http-endpoint",
            "tools": [<your-tools-here>],
        },
        "tts": {
            "api_key": "example-api-key",
            "tts_engine": "playht",
            "voice_settings": {} // can also leave the "voice_settings" attr out if you want to use default settings
        },
    }
}"""
JAICP = """state: NoMatch
event!: noMatch
script:
$response.replies = $response.replies || [];
$response.replies.push({
type: "llmRequest",
provider: "CUSTOM_LLM",
// Secret name in JAICP
tokenSecret: "PASTED_TOKEN",
url: "https://llm.api.cloud.yandex.net/v1/chat/completions",
headers: {"Authorization": "Api-Key PASTED_TOKEN"},
model: "gpt://folder12345/yandexgpt",
temperature: 0.6,
parameters: { maxTokens: 150 },
fillersPhraseConfig: {
"fillerPhrasesList": ["Great question!", "Just a moment"],
"activationDelayMs": 1000
},
messages: $jsapi.chatHistoryInLlmFormat()
});
"""


def paste(page: Page, document: str) -> None:
    page.goto("/playground/")
    page.get_by_label("Tavus persona or conversation JSON, or JAICP reply").fill(document)
    page.get_by_role("button", name="Make a persona of it").click()
    page.wait_for_url(re.compile("persona="))


def test_a_box_appears_for_each_identifier_and_its_value_reaches_the_persona(page: Page) -> None:
    page.goto("/playground/")
    page.get_by_text("Options of the conversation").click()
    context = page.get_by_label("Conversational context")
    context.fill("You are talking to {user_name}. They are {x} years old.")
    page.get_by_label("{user_name}").fill("Ann")
    context.fill("You are talking to {user_name}.")
    expect(page.get_by_label("{x}")).to_have_count(0)
    expect(page.get_by_label("{user_name}")).to_have_value("Ann")
    page.get_by_role("button", name="Talk to Mert the Storyteller", exact=True).click()
    page.wait_for_url(LIVE)
    expect(send_button(page)).to_be_enabled()
    say(page, "Hello!")
    expect(answer(page, 0)).to_contain_text("Hello, Ann!")


def test_a_box_that_is_empty_holds_the_start_back(page: Page) -> None:
    page.goto("/playground/")
    page.get_by_text("Options of the conversation").click()
    page.get_by_label("Conversational context").fill("You are talking to {user_name}.")
    page.get_by_role("button", name="Talk to Mert the Storyteller", exact=True).click()
    expect(page.get_by_label("{user_name}")).to_be_focused()
    assert not LIVE.search(page.url)


@pytest.mark.parametrize("platform", ["tavus", "jaicp"])
def test_ones_own_endpoint_answers_after_four_fields(
    page: Page, own_server: LLMServerHandle, platform: str
) -> None:
    page.goto("/playground/")
    page.get_by_label("Base URL").fill(own_server.base_url("ok"))
    page.get_by_label(re.compile("^Key")).fill(f"sk-browser-{platform}-0123456789")
    page.get_by_label("Model").fill("gpt-4o")
    page.get_by_label("As", exact=True).select_option(platform)
    page.get_by_role("button", name="Talk to it").click()
    page.wait_for_url(LIVE)
    expect(send_button(page)).to_be_enabled()
    say(page, "Tell me a story")
    expect(answer(page, 0)).to_have_text(TEXT)


def test_a_pasted_tavus_persona_says_what_it_lacks_and_talks_on_the_demo_llm(page: Page) -> None:
    paste(page, TAVUS)
    row = page.locator(".choice--chosen")
    expect(row).to_contain_text("The base_url is still a placeholder")
    expect(row).to_contain_text("The model is still a placeholder")
    row.get_by_role("button", name="Use the demo LLM meanwhile").click()
    page.wait_for_url(LIVE)
    expect(send_button(page)).to_be_enabled()
    expect(page.get_by_text("on the demo LLM: rehearsal")).to_be_visible()
    say(page, "Hello!")
    expect(answer(page, 0)).to_contain_text("The Ugly Duckling or The Three Little Pigs")


def test_a_pasted_jaicp_script_says_what_it_lacks_and_talks_on_the_demo_llm(page: Page) -> None:
    paste(page, JAICP)
    row = page.locator(".choice--chosen")
    expect(row).to_contain_text("The token secret PASTED_TOKEN has no value yet")
    expect(row).to_contain_text("Filler")
    row.get_by_role("button", name="Use the demo LLM meanwhile").click()
    page.wait_for_url(LIVE)
    expect(send_button(page)).to_be_enabled()
    say(page, "Расскажи сказку про гадкого утёнка")
    expect(answer(page, 0)).to_contain_text("у старого пруда")


PYTHON = """\
persona = {
    "persona_name": "Ann", "system_prompt": f"You are Ann of {{house}}.", "context": "You meet {guest}.",
    "layers": {"llm": {"model": "m", "base_url": "https://llm.example.com/v1", "tools": choose(
        one,
        two,
    )}},
}
"""
CURL = """\
curl -X POST https://tavusapi.com/v2/personas \\
  -H "x-api-key: 0123456789abcdef" \\
  -d '{"persona_name": "Bob", "system_prompt": "It'\\''s late."}'
"""


@pytest.mark.parametrize("width", [360, 1440])
def test_a_pasted_python_dict_says_what_is_left_out_in_its_lines_and_braces(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    paste(page, PYTHON)
    notes = page.locator(".messages li")
    shown = notes.filter(has_text="choose(")
    expect(shown).to_have_text(
        re.compile(r"tools: choose\(\n +one,\n +two,\n +\) is script"), use_inner_text=False
    )
    assert shown.evaluate("node => getComputedStyle(node).whiteSpace") == "pre-line"
    expect(notes.filter(has_text="{house} is sent as it stands")).to_have_count(1)
    expect(notes.filter(has_text="{guest} is sent as it stands")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_pasted_curl_command_is_a_persona_without_the_platforms_key(page: Page) -> None:
    paste(page, CURL)
    expect(page.locator(".messages")).to_contain_text("x-api-key is the platform's key (tavusapi.com)")
    expect(page.locator(".choice--chosen")).to_contain_text("Bob")
    assert "0123456789abcdef" not in page.content()


def test_a_mistake_in_the_document_is_named_and_the_text_stays(page: Page, problems: list[str]) -> None:
    page.goto("/playground/")
    box = page.get_by_label("Tavus persona or conversation JSON, or JAICP reply")
    box.fill('{\n  "persona_name" "Mert"\n}')
    page.get_by_role("button", name="Make a persona of it").click()
    expect(page.locator("#paste-form .errorlist")).to_contain_text("Line 2")
    expect(box).to_be_focused()
    expect(box).to_have_value('{\n  "persona_name" "Mert"\n}')
    assert [problem for problem in problems if "422" not in problem] == []
    problems.clear()


@pytest.mark.parametrize("path", ["/playground/", "/conversations/"])
def test_nothing_scrolls_sideways_on_a_phone(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
