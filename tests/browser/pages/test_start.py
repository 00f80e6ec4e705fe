"""The start page: options, the user's own endpoint, both platforms' documents. In a browser: its boxes are scripted."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.talking import answer, say, send_button
from tests.llm_server import fixture
from tests.llm_server.fixture import LLMServerHandle
from tests.llm_server.openai_wire import TEXT
from tests.personas.examples import STORYTELLER

own_server = fixture.llm_server_process

LIVE = re.compile(r"/playground/c[0-9a-z]+/$")
TAVUS = STORYTELLER.replace("Mert the Storyteller", "Pasted Mert")


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


def test_ones_own_endpoint_answers_after_four_fields(page: Page, own_server: LLMServerHandle) -> None:
    page.goto("/playground/")
    page.get_by_label("Base URL").fill(own_server.base_url("ok"))
    page.get_by_label(re.compile("^Key")).fill("sk-browser-0123456789")
    page.get_by_label("Model").fill("gpt-4o")
    page.get_by_label("As", exact=True).select_option("jaicp")
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


PYTHON = """\
persona = {
    "persona_name": "Ann", "system_prompt": f"You are Ann of {{house}}.", "context": "You meet {guest}.",
    "layers": {"llm": {"model": "m", "base_url": "https://llm.example.com/v1", "tools": choose(
        one,
        two,
    )}},
}
"""


def test_a_pasted_python_dict_says_what_is_left_out_in_its_lines_and_braces(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 900})
    paste(page, PYTHON)
    notes = page.locator(".messages li")
    shown = notes.filter(has_text="choose(")
    expect(shown).to_have_text(
        re.compile(r"tools: choose\(\n +one,\n +two,\n +\) is script"), use_inner_text=False
    )
    assert shown.evaluate("node => getComputedStyle(node).whiteSpace") == "pre-line"
    expect(notes.filter(has_text="{house} is sent as it stands")).to_have_count(1)
    expect(notes.filter(has_text="{guest} is sent as it stands")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("path", ["/playground/", "/conversations/"])
def test_nothing_scrolls_sideways_on_a_phone(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
