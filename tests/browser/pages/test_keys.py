"""Keys and the command palette. In a browser: focus, fields and dialogs decide where a key goes."""

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.talking import start_talking, text_box

MERT = "Mert the Storyteller"


def test_the_palette_finds_a_persona_by_keyboard_alone(page: Page) -> None:
    page.goto("/conversations/")
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    box.fill("storyteller")
    option = page.get_by_role("group", name="Personas").get_by_role("option")
    expect(option).to_have_text([re.compile(MERT)])
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    assert violations(page) == []
    box.fill("nothing is called this")
    expect(page.get_by_role("dialog").get_by_role("status")).to_have_text(
        "Nothing fits “nothing is called this”."
    )
    box.fill("new persona")
    expect(page.get_by_role("option")).to_have_text(["New persona"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/personas/new/")


def test_the_palette_uses_the_actions_of_the_page(page: Page) -> None:
    start_talking(page, MERT)
    text_box(page).press("Control+k")
    page.get_by_role("combobox").fill("caller")
    expect(page.get_by_role("group", name="On this page").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="What the caller notices")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_key_works_outside_of_fields_is_listed_and_can_be_switched_off(page: Page) -> None:
    start_talking(page, MERT)
    request = page.get_by_role("tab", name="Request")
    text_box(page).press_sequentially("2?")
    expect(text_box(page)).to_have_value("2?")
    expect(request).to_have_attribute("aria-selected", "false")
    text_box(page).blur()
    page.keyboard.press("2")
    expect(request).to_have_attribute("aria-selected", "true")

    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Shortcuts")
    for action in ("Sound", "Caller's view", "Timeline", "Personas", "To the text box"):
        expect(dialog.get_by_text(action, exact=True)).to_be_visible()
    assert violations(page) == []
    dialog.get_by_label("Use keys without Ctrl").uncheck()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("3")
    expect(request).to_have_attribute("aria-selected", "true")
    page.reload()
    page.get_by_role("button", name="Shortcuts", exact=True).click()
    dialog.get_by_label("Use keys without Ctrl").check()
    page.keyboard.press("Escape")
    text_box(page).blur()
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/personas/")
