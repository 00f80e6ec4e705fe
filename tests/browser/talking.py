"""Steps of a conversation on the live page: start it, say something, look at a turn."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.site import Site, rows

TURN_MS = 30_000
"""A turn is spoken in real time, so its end may take as long as that."""

CLOSED = re.compile("completed|interrupted|failed")


def start_talking(page: Page, persona: str) -> str:
    """Start a conversation from the start page; its id."""
    page.goto("/playground/")
    page.get_by_role("button", name=f"Talk to {persona}", exact=True).click()
    page.wait_for_url(re.compile(r"/playground/c[0-9a-z]+/$"))
    expect(page.locator("[data-persona=version]")).not_to_be_empty()
    return page.url.rstrip("/").rpartition("/")[2]


def hear_at_once(site: Site, conversation_id: str) -> None:
    """From the next turn on everything is heard as soon as it is ready."""
    rows(
        site.data,
        "UPDATE playground_conversation SET properties = ? WHERE id = ?",
        '{"simulated_speech": "instant"}',
        conversation_id,
    )


def send_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Send", exact=True)


def text_box(page: Page) -> Locator:
    return page.get_by_label("What you say")


def say(page: Page, text: str) -> None:
    text_box(page).fill(text)
    text_box(page).press("Enter")


def turn(page: Page, place: int) -> Locator:
    return page.locator("#turns > .turn").nth(place)


def answer(page: Page, place: int) -> Locator:
    return turn(page, place).locator(".answer")


def expect_status(page: Page, place: int, status: str | re.Pattern[str]) -> None:
    expect(turn(page, place)).to_have_attribute("data-status", status, timeout=TURN_MS)


def wait_until_heard(page: Page, place: int) -> None:
    """Until a sentence of the turn is being spoken."""
    expect(turn(page, place).locator(".sentence[data-state=speaking]")).to_have_count(1, timeout=TURN_MS)


def answered(page: Page, place: int) -> str:
    """Return the whole text of a closed turn's answer."""
    expect_status(page, place, CLOSED)
    return answer(page, place).text_content() or ""
