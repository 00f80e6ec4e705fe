"""Hearing a conversation. In a browser: its voice follows the page's events, clock and visibility.

Headless Chromium has no voices, so the browser's speech synthesis and recognition are stubs.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.talking import (
    TURN_MS,
    answer,
    expect_status,
    say,
    start_talking,
    text_box,
    turn,
    wait_until_heard,
)

STUB = Path(__file__).with_name("speech_stub.js")
MERT = "Mert the Storyteller"
JAICP = "JAICP reply"


@pytest.fixture
def page(page: Page) -> Page:
    """A page that moves, for a voice is followed as often as it redraws; its browser has a voice and a microphone."""
    page.emulate_media(reduced_motion="no-preference")
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
    assert violations(page) == []


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


def test_of_several_windows_only_the_last_one_speaks(page: Page) -> None:
    start_talking(page, MERT)
    switch(page, "Sound")
    other = page.context.new_page()
    other.add_init_script(path=STUB)
    other.goto(page.url)
    expect(page.locator("#sound-says")).to_have_text("Another window speaks; click into this one to hear it.")
    say(page, "Tell me about the wolf.")
    wait_until_spoken(other, 1)
    assert spoken(page) == []


def test_without_a_voice_the_button_says_why(page: Page) -> None:
    page.add_init_script("speaking.voices = [{ lang: 'tr-TR', default: true }]")
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => {"
        " document.getElementById('live')?.setAttribute('data-voice-language', 'english') })"
    )
    start_talking(page, MERT)
    button = page.get_by_role("button", name="Sound", exact=True)
    place = "[...document.querySelectorAll('.live__header, .transcript')].map((one) => one.getBoundingClientRect())"
    before = page.evaluate(f"JSON.stringify({place})")
    button.click()
    says = page.locator("#sound-says")
    expect(says).to_have_text("This browser has no voice for English.")
    assert page.evaluate(f"JSON.stringify({place})") == before
    assert says.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    expect(button).to_be_disabled()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_dictation_says_first_what_leaves_the_machine_and_fills_the_box(page: Page) -> None:
    start_talking(page, MERT)
    dictate = page.get_by_role("button", name="Dictate", exact=True)
    dictate.click()
    dialog = page.get_by_role("dialog", name="Before you dictate")
    expect(dialog).to_contain_text("Your browser sends what you say, as sound, to its maker's server")
    assert page.evaluate("speaking.log") == []
    dialog.get_by_role("button", name="Use dictation").click()

    text_box(page).fill("Please")
    dictate.hover()
    page.mouse.down()
    listening(page)
    expect(dictate).to_have_attribute("aria-pressed", "true")
    page.evaluate("speaking.recognition.hear('tell me about the wolf', true)")
    page.mouse.up()
    expect(dictate).to_have_attribute("aria-pressed", "false")
    expect(text_box(page)).to_have_value("Please tell me about the wolf")
    expect(page.locator("#turns > .turn")).to_have_count(0)

    page.get_by_text("More ▾").click()
    page.get_by_role("button", name="Dictation: what leaves").click()
    dialog.get_by_label("Send what was recognized").check()
    dialog.get_by_role("button", name="Use dictation").click()
    page.keyboard.press("Escape")
    text_box(page).fill("")
    page.keyboard.down("Alt")
    page.keyboard.down("m")
    listening(page)
    page.evaluate("speaking.recognition.hear('tell me more', true)")
    page.keyboard.up("m")
    page.keyboard.up("Alt")
    expect(turn(page, 0).locator(".turn__question")).to_have_text("tell me more")


def listening(page: Page) -> None:
    page.wait_for_function("() => speaking.log.at(-1)?.what === 'listen'")


def test_a_browser_without_recognition_or_permission_says_so(page: Page) -> None:
    page.add_init_script("localStorage.setItem('dictation:agreed', 'yes')")
    start_talking(page, MERT)
    dictate = page.get_by_role("button", name="Dictate", exact=True)
    dictate.press("Enter")
    listening(page)
    page.evaluate("speaking.recognition.onerror({ error: 'not-allowed' }); speaking.recognition.onend()")
    expect(page.locator("#sound-says")).to_contain_text("did not give this page the microphone")
    expect(dictate).to_have_attribute("aria-pressed", "false")

    page.add_init_script("SpeechRecognition = undefined; webkitSpeechRecognition = undefined")
    page.reload()
    expect(dictate).to_be_disabled()
    dictate.click(force=True)
    expect(page.locator("#sound-says")).to_contain_text("This browser has no speech recognition")


def test_the_callers_view_shows_only_what_a_caller_notices_and_escape_leaves_it(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    start_talking(page, JAICP)
    switch(page, "Caller's view")
    view = page.get_by_role("region", name="What the caller notices")
    expect(view).to_have_attribute("data-state", "idle")
    states = watch_states(page)
    say(page, "Recommend a movie.")
    expect(view).to_have_attribute("data-state", "speech", timeout=TURN_MS)
    expect(answer(page, 0)).to_be_hidden()
    first, *others = page.evaluate(states)
    assert first == "silence" and "filler" in others and others[-1] == "speech"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("#context-menu > summary").click()
    page.get_by_label("Say verbatim").fill("A long sentence that takes its time to be said. " * 20)
    page.get_by_role("button", name="Say it").click()
    wait_until_heard(page, 1)
    expect(view).to_have_attribute("data-state", "speech")
    assert violations(page) == []
    page.get_by_role("button", name="Interrupt").click()
    expect(view.get_by_role("status")).to_have_text("Interrupted")
    page.reload()
    expect(view).to_be_visible()
    page.keyboard.press("Escape")
    expect(view).to_be_hidden()
    expect(answer(page, 0)).to_be_visible()


def watch_states(page: Page) -> str:
    """Record the states that the view shows from now on; returns what evaluates to them."""
    page.evaluate(
        "() => { const view = document.getElementById('callers-view'); window.states = [];"
        " new MutationObserver(() => { const { state } = view.dataset;"
        " if (state !== states.at(-1)) states.push(state); })"
        ".observe(view, { attributes: true, attributeFilter: ['data-state'] }) }"
    )
    return "() => states"
