"""Keys and the command palette. In a browser: focus, fields and dialogs decide where a key goes."""

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.site import Site
from tests.browser.talking import answered, hear_at_once, say, start_talking, text_box, turn

MERT = "Mert the Storyteller"


def test_the_palette_finds_a_persona_by_keyboard_alone(page: Page) -> None:
    page.goto("/conversations/")
    page.keyboard.press("Control+k")
    box = page.get_by_role("dialog").get_by_role("combobox")
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
    expect(page.get_by_role("dialog").get_by_role("option")).to_have_text(["New persona"])
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
    page.get_by_role("link", name="Skip to the content").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text box")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(text_box(page)).to_be_focused()
    request = page.get_by_role("tab", name="Request")
    text_box(page).press_sequentially("2?")
    expect(text_box(page)).to_have_value("2?")
    expect(request).to_have_attribute("aria-selected", "false")
    text_box(page).blur()
    page.keyboard.press("2")
    expect(request).to_have_attribute("aria-selected", "true")

    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Shortcuts")
    expect(dialog.get_by_role("heading")).to_be_in_viewport(ratio=1)
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


def test_what_shows_a_turn_has_keys_beside_the_page_and_in_the_sheet(page: Page, site: Site) -> None:
    hear_at_once(site, start_talking(page, MERT))
    for place, text in enumerate(("**Tell** me of the wolf", "And then?")):
        page.locator("#context-menu > summary").click()
        page.get_by_label("Say verbatim").fill(f"**{text}**")
        page.get_by_role("button", name="Say it").click()
        answered(page, place)
    say(page, "Who is there?")
    answered(page, 2)
    text_box(page).press_sequentially("kjha2")
    expect(text_box(page)).to_have_value("kjha2")
    expect(turn(page, 2)).to_have_attribute("data-selected", "")
    text_box(page).blur()

    for _ in range(3):
        page.keyboard.press("k")
    expect(turn(page, 0)).to_have_attribute("data-selected", "")
    expect(page.locator("#announcements")).to_have_text("Turn 1 of 3")
    page.keyboard.press("h")
    expect(turn(page, 0).locator(".heard")).to_be_visible()
    expect(turn(page, 1).locator(".heard")).to_be_hidden()
    page.keyboard.press("h")
    expect(turn(page, 0).locator(".heard")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("2")
    expect(page.get_by_role("group", name="As which platform sends it")).to_be_visible()
    page.keyboard.press("s")
    page.keyboard.press("2")
    expect(page.locator("#panel-request")).to_contain_text("This was not sent.")
    page.keyboard.press("1")
    page.keyboard.press("b")
    expect(page.locator("#panel-timeline .timeline-table")).to_be_visible()
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Shortcuts")
    for action in (
        "The turn above",
        "The turn below",
        "The answer as heard",
        "The timeline as a table",
        "Save the large timeline as SVG",
    ):
        expect(listed.get_by_text(action, exact=True)).to_be_visible()
    expect(listed.get_by_text(re.compile("^The request as .+ sends it$"))).to_have_count(2)
    page.keyboard.press("2")
    expect(page.locator("#tab-timeline")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")

    page.set_viewport_size({"width": 360, "height": 740})
    page.keyboard.press("o")
    expect(page.get_by_role("slider", name="Cursor on the time axis")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    sheet = page.locator("#inspector-sheet")
    expect(sheet).to_be_visible()
    page.keyboard.press("k")
    expect(page.locator("#announcements")).to_have_text("Turn 2 of 3")
    page.keyboard.press("4")
    expect(sheet.get_by_role("tab", name="Notes")).to_have_attribute("aria-selected", "true")
    assert violations(page) == []
