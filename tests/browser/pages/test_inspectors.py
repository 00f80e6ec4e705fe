"""What an endpoint is sent, from the empty list to a persona made of a request.

In a browser: the list is live, and the answer is drawn by the playground's components.
"""

import re

import httpx
from playwright.sync_api import Page, expect

from tests.browser.axe import violations

WORDS = "Once upon a time there was a wolf. He was hungry. Shall I go on?"


def make_inspector(page: Page, name: str) -> str:
    """Make an inspector that answers with WORDS and show its page; return its address."""
    page.goto("/inspectors/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("A text at a chosen pace").check()
    page.get_by_role("textbox", name="Text").fill(WORDS)
    page.get_by_label(re.compile("^First delta after")).fill("0")
    page.get_by_label(re.compile("^Between deltas")).fill("0")
    page.get_by_role("button", name="Make the inspector").click()
    page.wait_for_url(re.compile(r"/inspectors/i[0-9a-z]+/$"))
    return page.locator("#inspector-address").inner_text()


def call(address: str, *texts: str, conversation: str = "c1") -> None:
    """Send the inspector what Tavus would, and read the answer to its end."""
    messages = [{"role": "system", "content": "You tell stories."}]
    messages += [
        {"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(texts)
    ]
    answer = httpx.post(
        f"{address}/chat/completions",
        json={"model": "teller", "messages": messages, "stream": True},
        headers={"Authorization": "Bearer sk-0123456789", "conversation_id": conversation},
    )
    assert "[DONE]" in answer.text


def test_a_first_request_is_examined_as_it_arrives(page: Page) -> None:
    address = make_inspector(page, "Watched")
    expect(page.get_by_role("heading", name="Waiting for the first request")).to_be_visible()
    assert violations(page) == []
    call(address, "Tell me a story")
    row = page.locator(".request-row").first
    expect(row).to_contain_text("“Tell me a story”")
    expect(page.locator("#live-state")).to_have_text("live")
    call(address, "Tell me a story", WORDS, "Go on", conversation="c1")
    expect(row).to_contain_text("“Go on”")
    expect(row).to_contain_text("✓ 200")
    assert violations(page) == []
    page.get_by_label("Requests that contain").fill("nobody said this")
    expect(page.get_by_text("No request is like that.")).to_be_visible()
    page.get_by_label("Requests that contain").blur()
    page.keyboard.press("/")
    expect(page.get_by_label("Requests that contain")).to_be_focused()
    page.get_by_label("Requests that contain").fill("go on")
    expect(page.locator(".request-row")).to_have_count(1)
    row.get_by_role("link").click()

    expect(page.get_by_text("✓ as it sends").first).to_be_visible()
    expect(page.locator(".headers-table").first).to_contain_text("conversation_id")
    expect(page.locator(".json-tree")).to_contain_text("You tell stories.")
    expect(page.locator(".answer")).to_have_text(WORDS)
    expect(page.locator("#answer-picture path.bar--speech")).to_have_count(1)
    page.get_by_text("The stream, payload by payload").click()
    expect(page.locator(".payload").first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("d")
    expect(page.get_by_text("2 kept, 0 dropped, 2 added.")).to_be_visible()
    assert violations(page) == []


def test_a_request_is_replayed_and_becomes_a_persona(page: Page) -> None:
    call(make_inspector(page, "Gone on from"), "Tell me a story")
    page.locator(".request-row__link").first.click()
    page.get_by_label("To a persona's endpoint").select_option(label="Mert the Storyteller")
    page.get_by_role("button", name="Replay").click()
    expect(page.locator(".replayed .prose")).not_to_be_empty()
    assert violations(page) == []
    page.get_by_role("button", name="Make a persona").click()
    page.wait_for_url(re.compile("/personas/p"))
    expect(page.get_by_label(re.compile("^system_prompt"))).to_have_value("You tell stories.")


def widths(page: Page) -> dict[int, int]:
    """Return how wide what can be scrolled is on a screen of each width."""
    scrolled = {}
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 740})
        scrolled[width] = page.evaluate("document.documentElement.scrollWidth")
    return scrolled


def test_nothing_scrolls_sideways(page: Page) -> None:
    address = make_inspector(page, "A name of an inspector that is rather long for a phone")
    call(address, "word" * 300)
    expect(page.locator(".request-row")).to_have_count(1)
    assert widths(page) == {360: 360, 1440: 1440}
    page.locator(".request-row__link").first.click()
    expect(page.locator(".answer")).to_have_text(WORDS)
    assert widths(page) == {360: 360, 1440: 1440}
    page.goto("/inspectors/public-address/")
    assert widths(page) == {360: 360, 1440: 1440}
