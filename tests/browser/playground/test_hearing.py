"""Hearing a conversation. In a browser: its voice follows the page's events, clock and visibility.

Headless Chromium has no voices, so the browser's speech synthesis and recognition are stubs.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.talking import (
    TURN_MS,
    answer,
    expect_status,
    say,
    start_talking,
    turn,
    wait_until_heard,
)

STUB = Path(__file__).with_name("speech_stub.js")
MERT = "Mert the Storyteller"
JAICP = "JAICP reply"


@pytest.fixture
def page(page: Page) -> Page:
    """A page whose browser has one English voice and a microphone."""
    page.add_init_script(path=STUB)
    return page


def switch(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def spoken(page: Page) -> list[str]:
    log: list[dict[str, Any]] = page.evaluate("speaking.log")
    return [entry["text"] for entry in log if entry["what"] == "speak"]


def wait_until_spoken(page: Page, count: int) -> list[str]:
    page.wait_for_function(
        "count => speaking.log.filter((entry) => entry.what === 'speak').length >= count",
        arg=count,
        timeout=TURN_MS,
    )
    return spoken(page)


def test_the_loudspeaker_says_each_sentence_once_and_stops_at_an_interrupt(page: Page) -> None:
    start_talking(page, MERT)
    switch(page, "Sound")
    say(page, "Tell me about the wolf.")
    first, second = wait_until_spoken(page, 2)[:2]
    text = answer(page, 0).text_content() or ""
    assert text.startswith(first) and text.index(second) > 0
    assert {(entry["lang"], entry["rate"]) for entry in page.evaluate("speaking.log")} == {("en-GB", 1)}
    page.evaluate("speaking.lasts_ms = 60_000")
    wait_until_spoken(page, 3)
    expect(page.locator("#sound-says")).to_have_text(
        re.compile(r"^The browser's voice is \d\.\d s behind the timeline\.$"), timeout=TURN_MS
    )
    page.keyboard.press("Escape")
    expect_status(page, 0, "interrupted")
    assert page.evaluate("speaking.log.at(-1).what") == "cancel"
    assert len(spoken(page)) == len(set(spoken(page)))


def test_the_loudspeaker_says_the_filler_when_it_plays_and_goes_on_after_a_reload(page: Page) -> None:
    start_talking(page, JAICP)
    switch(page, "Sound")
    say(page, "Recommend a movie.")
    filler, first = wait_until_spoken(page, 2)[:2]
    assert filler in ("Great question!", "Just a moment")
    wait_until_heard(page, 0)
    page.reload()
    after = wait_until_spoken(page, 1)
    assert filler not in after
    assert first not in after or first == after[0]

    hide(page)
    quiet = spoken(page)
    over = turn(page, 0).locator(".sentence[data-state=spoken]")
    expect(over).to_have_count(over.count() + 1, timeout=TURN_MS)
    wait_until_heard(page, 0)
    assert spoken(page) == quiet


def hide(page: Page) -> None:
    """As if another tab were chosen; frames go on, so that the page alone decides to be silent."""
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )


def test_without_a_voice_the_button_says_why(page: Page) -> None:
    page.add_init_script("speaking.voices = [{ lang: 'tr-TR', default: true }]")
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => {"
        " document.getElementById('live')?.setAttribute('data-voice-language', 'english') })"
    )
    start_talking(page, MERT)
    button = page.get_by_role("button", name="Sound", exact=True)
    button.click()
    expect(page.locator("#sound-says")).to_have_text("This browser has no voice for English.")
    expect(button).to_be_disabled()
    expect(button).to_have_attribute("aria-pressed", "false")
