"""The persona editor and the filler page. In a browser: keyboard, widths, themes, and fragments while typing."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.axe import violations
from tests.browser.editing import open_persona
from tests.browser.site import Site

SIZES = {"phone": (360, 740), "desk": (1600, 900)}
TOOL = {"type": "function", "function": {"name": "get_time", "parameters": {"type": "object"}}}


@pytest.fixture(params=SIZES)
def sized_page(request: pytest.FixtureRequest, page: Page) -> Page:
    """A page at one size."""
    width, height = SIZES[request.param]
    page.set_viewport_size({"width": width, "height": height})
    return page


def faults(page: Page) -> list[str]:
    """Return axe's violations at each size, and whether the page scrolls sideways there."""
    found = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        at_size = violations(page) + ["scrolls sideways"] * scrolls_sideways(page)
        found += [f"{size}: {fault}" for fault in at_size]
    return found


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
                const topmost = document.elementFromPoint(box.x + box.width / 2, top + (bottom - top) * part);
                return topmost !== null && (focused.contains(topmost) || topmost.contains(focused));
              });
            }"""
        )
    )


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def test_neither_face_of_the_editor_has_a_violation_or_scrolls_sideways(page: Page) -> None:
    open_persona(page, "Weather Assistant")
    assert faults(page) == []
    page.get_by_role("button", name="JSON", exact=True).click()
    expect(page.locator(".CodeMirror-code")).to_contain_text("get_current_weather")
    assert faults(page) == []


def test_the_filler_page_has_no_violation_and_does_not_scroll_sideways(page: Page) -> None:
    page.goto("/fillers/")
    page.get_by_role("link", name="Question fillers").click()
    expect(page.get_by_role("heading", name="In your own turns")).to_be_visible()
    assert faults(page) == []


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
    expect(page.locator("[data-changes]")).to_contain_text(
        "5 fields changed: Name, system_prompt, base_url or url"
    )
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
    page.locator("#id_model").fill("model-from-the-form")
    expect(page.locator("[data-changes]")).to_have_text("1 field changed: model")
    page.get_by_role("button", name="JSON", exact=True).click()
    area = page.locator("#id_text")
    expect(area).to_have_value(re.compile("model-from-the-form"))
    retype(page, area.input_value().replace("model-from-the-form", "model-from-the-document"))
    page.get_by_role("button", name="Form", exact=True).click()
    expect(page.locator("#id_model")).to_have_value("model-from-the-document")
    expect(page.locator("[data-changes]")).to_have_text("1 field changed: model")


def retype(page: Page, text: str) -> None:
    """Put a text into the editor of code in place of all that is there."""
    expect(page.locator("#id_text")).to_be_hidden()
    page.get_by_role("textbox", name="Tavus persona JSON").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def test_the_document_is_completed_faulted_at_its_place_and_formatted(
    page: Page, problems: list[str]
) -> None:
    open_persona(page, "Mert the Storyteller")
    page.get_by_role("button", name="JSON", exact=True).click()
    area = page.locator("#id_text")
    expect(page.locator(".CodeMirror-linenumber").first).to_have_text("1")
    retype(page, '{\n"persona_name": "😀", ')
    page.keyboard.type('"con')
    option = page.get_by_role("option", name=re.compile("context"))
    expect(option).to_contain_text("What the persona focuses on")
    expect(page.get_by_role("textbox", name="Tavus persona JSON")).to_have_attribute(
        "aria-activedescendant", re.compile(".")
    )
    page.keyboard.press("Enter")
    page.keyboard.insert_text("]}")
    expect(area).to_have_value('{\n"persona_name": "😀", "context": ]}')
    expect(page.locator("#text-problem")).to_contain_text("Line 2, column 33")
    expect(page.locator(".code-wrong")).to_have_text("]")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Line 2, column 33")
    expect(page.get_by_role("textbox", name="Tavus persona JSON")).to_be_focused()
    page.keyboard.insert_text('"Songs"')
    expect(area).to_have_value('{\n"persona_name": "😀", "context": "Songs"}')
    expect(page.locator("#text-problem")).to_be_hidden()
    page.keyboard.press("Shift+Alt+F")
    expect(area).to_have_value('{\n  "persona_name": "😀",\n  "context": "Songs"\n}\n')
    page.keyboard.press("Tab")
    expect(page.locator("#id_note")).to_be_focused()
    page.get_by_role("button", name="Plain text").click()
    area.fill('{"persona_name": "Plain"}')
    page.get_by_role("button", name="Plain text").click()
    expect(page.locator(".CodeMirror-code")).to_have_text(re.compile('"Plain"'))
    page.get_by_role("button", name="Plain text").click()
    area.evaluate("(area, text) => { area.value = text; }", '{"persona_name": "Long"' + "\n" * 10_000 + "}")
    page.get_by_role("button", name="Plain text").click()
    expect(page.locator(".CodeMirror-code")).to_have_text(re.compile('"Long"'))
    assert page.locator(".CodeMirror-line").count() < 1_000
    assert [problem for problem in problems if "422" not in problem] == []
    problems.clear()


def test_a_form_is_its_platform_s_and_its_sections_stay_as_they_were_left(page: Page) -> None:
    open_persona(page, "Weather Assistant")
    provider, engine = page.locator("#id_provider"), page.locator("#id_tts_engine")
    expect(provider).to_be_hidden()
    page.get_by_text("Not in Tavus: provider, messages, Last messages").click()
    expect(provider).to_be_visible()
    expect(page.locator("#id_provider_helptext")).to_contain_text("On a Tavus persona nothing")
    page.locator("#id_platform").select_option("jaicp")
    expect(page.get_by_text("Not in JAICP: default_replica_id")).to_be_visible()
    expect(page.locator("#id_provider_helptext")).not_to_contain_text(
        "On a Tavus persona", use_inner_text=True
    )
    page.locator("#id_platform").select_option("tavus")
    page.get_by_role("group", name="tools").get_by_role("button", name="Add a tool").click()
    page.get_by_role("group", name="headers").get_by_role("button", name="Add a header").click()
    page.get_by_text("Speech and fillers").click()
    page.get_by_text("How the LLM is called").click()
    expect(engine).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Discard").click()
    expect(page.locator(".tool-card")).to_have_count(1)
    expect(engine).to_be_visible()
    expect(page.locator("#id_model")).to_be_hidden()


def test_only_what_a_person_changed_is_asked_about(page: Page) -> None:
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    open_persona(page, "Weather Assistant")
    page.get_by_role("button", name="JSON", exact=True).click()
    expect(page.locator(".CodeMirror-code")).to_be_visible()
    page.get_by_role("button", name="Form", exact=True).click()
    page.locator(".tool-card").get_by_label("Name").focus()
    expect(page.locator("[data-changes]")).to_have_text("")
    page.goto("/personas/")
    assert asked == []
    open_persona(page, "Weather Assistant")
    page.locator(".tool-card").get_by_label("Description").fill("Another")
    expect(page.locator("[data-changes]")).to_have_text("1 field changed: tools")
    page.goto("/personas/")
    assert asked == ["beforeunload"]


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


def test_a_refused_save_tells_a_fault_once_at_its_place_in_the_field(page: Page, problems: list[str]) -> None:
    open_persona(page, "Weather Assistant")
    page.locator(".tool-card").get_by_label("Parameters").fill('{"type": oops}')
    expect(page.get_by_text("This is not JSON yet.")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    area = page.locator("#id_tools")
    expect(area).to_be_focused()
    expect(area).to_have_value(re.compile(r"\{\"type\": oops\}"))
    selected = "document.activeElement.value.slice(document.activeElement.selectionStart).slice(0, 4)"
    assert page.evaluate(selected) == "oops"
    error = page.locator(".field--tools .errorlist").inner_text().strip()
    assert error.startswith("Line")
    page.locator("#id_model").fill("another")
    expect(page.locator("#preview-request")).to_contain_text("another")
    expect(page.get_by_text(error)).to_have_count(1)
    expect(page.locator("#remarks-tools")).to_contain_text(error)
    expect(area).to_have_attribute("aria-invalid", "true")
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
    expect(live).to_contain_text("The filler is said at 1,000 ms")
    page.get_by_label(re.compile("activationDelayMs")).fill("4000")
    expect(live).to_contain_text("in time: no filler is said")
    expect(page.locator("#filler-measured")).to_contain_text("In your own turns")
    page.get_by_role("slider").focus()
    page.keyboard.press("End")
    expect(live).to_contain_text("The filler is said at 4,000 ms")


def test_a_preset_before_there_is_a_name_keeps_the_place(page: Page) -> None:
    page.goto("/personas/new/")
    preset = page.locator("#preset")
    preset.select_option("ollama")
    preset.evaluate("node => node.scrollIntoView({ block: 'center' })")
    top_px = page.evaluate("scrollY")
    page.get_by_role("button", name="Fill in").click()
    expect(page.locator(".editor__presets")).to_contain_text("Ollama is filled in, and not saved yet")
    expect(preset).to_be_focused()
    assert (page.evaluate("scrollY"), top_px > 0) == (top_px, True)


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
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    context.close()
