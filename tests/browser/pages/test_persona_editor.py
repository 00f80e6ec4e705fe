"""The persona editor and the filler page. In a browser: keyboard, widths, themes, and fragments while typing."""

import json
import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.editing import open_persona
from tests.browser.site import Site

SIZES = {"phone": (360, 740), "desk": (1600, 900)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TOOL = {"type": "function", "function": {"name": "get_time", "parameters": {"type": "object"}}}


@pytest.fixture(params=SIZES)
def sized_page(request: pytest.FixtureRequest, page: Page) -> Page:
    """A page at one size."""
    width, height = SIZES[request.param]
    page.set_viewport_size({"width": width, "height": height})
    return page


def faults(page: Page) -> list[str]:
    """Return axe's violations in each theme, and whether the page scrolls sideways."""
    faults = ["scrolls sideways"] if scrolls_sideways(page) else []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished))")
        faults += [f"{theme}: {violation}" for violation in violations(page)]
    return faults


def tab_to(page: Page, selector: str, most: int = 200) -> None:
    """Press Tab until the element has the focus, as someone without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} can't be reached with {most} tabs")


def is_in_sight(page: Page) -> bool:
    """Whether the focused element is on the screen, at least in part, and not covered there."""
    return bool(
        page.evaluate(
            """() => {
              const focused = document.activeElement;
              if (focused === document.body) return true;
              const box = focused.getBoundingClientRect();
              const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
              return [0.1, 0.3, 0.5, 0.7, 0.9].some((part) => {
                const found = document.elementFromPoint(box.x + box.width / 2, top + (bottom - top) * part);
                return found !== null && (focused.contains(found) || found.contains(focused));
              });
            }"""
        )
    )


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def test_the_editor_has_no_violation_and_does_not_scroll_sideways(sized_page: Page) -> None:
    open_persona(sized_page, "Weather Assistant")
    assert faults(sized_page) == []


def test_the_document_face_has_no_violation_and_does_not_scroll_sideways(sized_page: Page) -> None:
    open_persona(sized_page, "Weather Assistant")
    sized_page.get_by_role("button", name="JSON", exact=True).click()
    expect(sized_page.get_by_label("Tavus persona JSON")).to_have_value(re.compile("get_current_weather"))
    assert faults(sized_page) == []


def test_the_filler_page_has_no_violation_and_does_not_scroll_sideways(sized_page: Page) -> None:
    sized_page.goto("/fillers/")
    sized_page.get_by_role("link", name="Question fillers").click()
    expect(sized_page.get_by_role("heading", name="In your own turns")).to_be_visible()
    assert faults(sized_page) == []


def test_a_persona_is_made_by_keyboard_alone(sized_page: Page) -> None:
    page = sized_page
    page.goto("/personas/new/")
    tab_to(page, "#id_persona_name")
    page.keyboard.type("Ann of the keyboard")
    tab_to(page, "#id_system_prompt")
    page.keyboard.type("You tell {who} jokes.")
    expect(page.locator("#remarks-system_prompt")).to_contain_text("{who} is sent as it stands")
    tab_to(page, "#id_address")
    page.keyboard.type("/demo/v1")
    tab_to(page, "#add-header")
    page.keyboard.press("Enter")
    page.keyboard.type("X-Folder")
    page.keyboard.press("Tab")
    page.keyboard.type("b1g")
    tab_to(page, "#add-tool")
    page.keyboard.press("Enter")
    page.keyboard.type("get_time")
    assert is_in_sight(page)
    expect(page.locator("#preview-request")).to_contain_text("get_time")
    expect(page.locator("#preview-request")).to_contain_text("X-Folder")
    tab_to(page, "#id_note")
    page.keyboard.type("By keyboard")
    assert is_in_sight(page)
    expect(page.locator("[data-changes]")).to_contain_text("prompt +4 words")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    expect(page.locator("#id_headers")).to_have_value("X-Folder: b1g")
    assert json.loads(page.locator("#id_tools").input_value())[0]["function"]["name"] == "get_time"


def test_nothing_in_the_form_hides_the_focus(sized_page: Page) -> None:
    page = sized_page
    open_persona(page, "Weather Assistant")
    page.locator("#id_persona_name").focus()
    hidden = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if not is_in_sight(page):
            hidden.append(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
    assert hidden == []


def test_what_is_typed_crosses_over_to_the_document_and_back(page: Page) -> None:
    open_persona(page, "Mert the Storyteller")
    page.get_by_label("model", exact=False).first.fill("model-from-the-form")
    page.get_by_role("button", name="JSON", exact=True).click()
    area = page.get_by_label("Tavus persona JSON")
    expect(area).to_have_value(re.compile("model-from-the-form"))
    area.fill(area.input_value().replace("model-from-the-form", "model-from-the-document"))
    page.get_by_role("button", name="Form", exact=True).click()
    expect(page.locator("#id_model")).to_have_value("model-from-the-document")
    expect(page.locator("[data-changes]")).to_have_text("Not saved yet")


def test_an_error_in_the_document_is_selected_at_its_place(page: Page, problems: list[str]) -> None:
    open_persona(page, "Mert the Storyteller")
    page.get_by_role("button", name="JSON", exact=True).click()
    area = page.get_by_label("Tavus persona JSON")
    area.fill('{\n  "persona_name": "😀", "context": ]\n}')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 2, column 35")
    expect(area).to_be_focused()
    assert (
        page.evaluate("document.activeElement.value.slice(document.activeElement.selectionStart)[0]") == "]"
    )
    assert [problem for problem in problems if "422" not in problem] == []
    problems.clear()


def test_tools_are_moved_duplicated_deleted_and_pasted(page: Page) -> None:
    open_persona(page, "Weather Assistant")
    cards = page.locator(".tool-card")
    expect(cards).to_have_count(1)
    cards.first.get_by_role("button", name="Duplicate").click()
    expect(cards).to_have_count(2)
    cards.last.get_by_role("button", name="Move up").click()
    expect(page.locator(":focus")).to_have_text("Move down")
    page.get_by_role("button", name="Paste an array…").click()
    page.get_by_label("An array of tools").fill(json.dumps([TOOL]))
    page.get_by_role("button", name="Add them").click()
    expect(cards).to_have_count(3)
    cards.nth(1).get_by_role("button", name="Delete").click()
    names = [tool["function"]["name"] for tool in json.loads(page.locator("#id_tools").input_value())]
    assert names == ["get_current_weather_2", "get_time"]


def test_parameters_that_are_no_json_stay_typed_and_are_refused_with_their_place(
    page: Page, problems: list[str]
) -> None:
    open_persona(page, "Weather Assistant")
    page.locator(".tool-card").get_by_label("Parameters").fill('{"type": oops}')
    expect(page.get_by_text("This is not JSON yet.")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field--tools .errorlist")).to_contain_text("Line")
    expect(page.locator("#id_tools")).to_have_value(re.compile(r"\{\"type\": oops\}"))
    problems.clear()


def test_the_preview_follows_the_platform_and_the_sample(page: Page) -> None:
    open_persona(page, "Mert the Storyteller")
    page.get_by_text("A sample conversation").click()
    page.get_by_label("conversational_context").last.fill("You are talking to Maya.")
    expect(page.locator("[data-origin=conversational_context]")).to_contain_text("Maya")
    page.get_by_label("curl").check()
    expect(page.locator("#preview-request")).to_contain_text("curl --no-buffer")
    page.get_by_role("radio", name="JAICP").check()
    expect(page.locator(".departures")).to_contain_text("JAICP calls a whole url")


def test_a_new_secret_comes_back_chosen(page: Page) -> None:
    page.goto("/personas/new/")
    page.locator("#id_address").fill("https://keys.example.com/v1")
    link = page.get_by_role("link", name="New secret…")
    expect(link).to_have_attribute("href", re.compile("KEYS_EXAMPLE_COM_KEY"))
    with page.expect_popup() as opened:
        link.click()
    popup = opened.value
    expect(popup.locator("#id_name")).to_have_value("KEYS_EXAMPLE_COM_KEY")
    expect(popup.locator("#id_allowed_hosts")).to_have_value("keys.example.com")
    popup.locator("#id_value").fill("sk-browser-0123456789")
    with popup.expect_event("close"):
        popup.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#id_token_secret option:checked")).to_have_text("KEYS_EXAMPLE_COM_KEY")
    expect(page.locator("#preview-request")).to_contain_text("Bearer KEYS_EXAMPLE_COM_KEY")


def test_the_filler_picture_follows_the_slider_and_the_delay(page: Page) -> None:
    page.goto("/fillers/")
    page.get_by_role("link", name="Question fillers").click()
    page.wait_for_url(re.compile("/fillers/[^/]+/$"))
    page.wait_for_load_state()
    live = page.locator("#filler-live")
    expect(live).to_contain_text("The filler is said at 1000 ms")
    page.get_by_label(re.compile("activationDelayMs")).fill("4000")
    expect(live).to_contain_text("in time: no filler is said")
    page.get_by_role("slider").focus()
    page.keyboard.press("End")
    expect(live).to_contain_text("The filler is said at 4000 ms")


def test_the_form_works_without_a_script(browser: Browser, site: Site, signed_in_state: Path) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False, storage_state=signed_in_state)
    page = context.new_page()
    page.goto("/personas/new/")
    page.locator("#id_persona_name").fill("Ann without a script")
    page.locator("#preset").select_option("ollama")
    page.get_by_role("button", name="Fill in").click()
    expect(page.locator("#id_address")).to_have_value("http://127.0.0.1:11434/v1")
    page.locator("#id_headers").fill("X-A: 1")
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#preview-request")).to_contain_text("X-A")
    page.get_by_role("button", name="JSON", exact=True).click()
    expect(page.locator("#id_text")).to_have_value(re.compile("Ann without a script"))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    context.close()
