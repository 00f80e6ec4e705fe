"""The large timeline in a browser, because only there is it drawn, zoomed, and saved as a file."""

import re
from pathlib import Path
from xml.etree import ElementTree

from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations, violations_in_forced_colours
from tests.browser.site import Site
from tests.browser.talking import expect_status, say, start_talking, wait_until_heard

PNG = b"\x89PNG"


def timeline(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Tell me about the wolf.")


def cursor(page: Page) -> Locator:
    return page.get_by_role("slider", name="Cursor on the time axis")


def figure(page: Page, label: str) -> Locator:
    return timeline(page).locator(".numbers__item", has_text=label).locator("dd")


def saved(page: Page, key: str) -> tuple[str, bytes]:
    with page.expect_download() as download:
        page.keyboard.press(key)
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_a_turn_is_followed_looked_into_and_saved(page: Page, site: Site) -> None:
    start_talking(page, "Mert the Storyteller")
    say(page, "Tell me about the wolf.")
    wait_until_heard(page, 0)
    page.locator("body").click(position={"x": 5, "y": 5})
    page.keyboard.press("o")
    expect(cursor(page)).to_be_focused()
    expect(timeline(page).locator("svg text[data-tone=on-fill]")).not_to_have_count(0)
    expect(figure(page, "gap p95")).to_have_text("– ")

    page.keyboard.press("Escape")
    expect(timeline(page)).to_be_hidden()
    expect_status(page, 0, "streaming")
    page.keyboard.press("Escape")
    expect_status(page, 0, "interrupted")
    page.keyboard.press("o")

    expect(figure(page, "gap p95")).to_have_text(re.compile(r"^\d+ ms$"))
    page.keyboard.press("Home")
    expect(cursor(page)).to_have_attribute("aria-valuetext", re.compile(r"^0 ms\. You: You: “Tell me"))
    page.keyboard.press("Shift+ArrowRight")
    named = timeline(page).locator("[data-part=named]")
    expect(named).to_have_text(re.compile("Request sent to this app’s own endpoint|Waiting for the headers"))
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
        caption = named.inner_text()
        page.keyboard.press("Enter")
        expect(named).to_have_text(caption)
    expect(cursor(page)).to_have_attribute(
        "aria-valuetext", re.compile(re.escape(caption.partition(" · ")[0]))
    )
    page.keyboard.press("0")
    page.keyboard.press("End")
    expect(cursor(page)).to_have_attribute("aria-valuetext", re.compile("Interrupt: Interrupted, at"))

    whole = timeline(page).get_by_role("button", name="Whole turn")
    expect(whole).to_be_disabled()
    cursor(page).hover()
    page.mouse.wheel(0, -600)
    expect(whole).to_be_enabled()
    page.keyboard.press("0")
    expect(whole).to_be_disabled()
    page.keyboard.press("Enter")
    expect(named).not_to_have_text(re.compile("Point at"))
    expect(whole).to_be_enabled()
    page.keyboard.press("0")
    page.get_by_text("This timeline as a table").click()
    expect(timeline(page).get_by_role("row", name=re.compile("^Dead air"))).not_to_have_count(0)
    assert violations(page) + violations_in_forced_colours(page) == []

    name, svg = saved(page, "V")
    conversation_id = page.url.rstrip("/").rpartition("/")[2]
    assert name == f"timeline-mert-the-storyteller-{conversation_id}-turn-1.svg"
    assert f"Mert the Storyteller · conversation {conversation_id}, turn 1" in svg.decode()
    assert "Tell me about the wolf." in "".join(ElementTree.fromstring(svg).itertext())
    assert b"var(" not in svg
    assert saved(page, "P")[1].startswith(PNG)
