"""The Stream tab in a browser, because what is drawn of a long list is known there alone."""

import json
import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations, violations_in_forced_colours
from tests.browser.site import Site, rows
from tests.browser.talking import answered, hear_at_once, say, start_talking

MERT = "Mert the Storyteller"
MANY = 20_000
MOST_DRAWN = 60


def payloads(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Payloads")


def fill_cassette(site: Site, count: int) -> None:
    """Give the newest completion this many payloads of a character each, 5 ms after each other."""
    delta = json.dumps({"choices": [{"index": 0, "delta": {"content": "a"}}]})
    cassette = json.dumps([[5 * place, delta] for place in range(count)])
    newest = "SELECT id FROM playground_completion ORDER BY created_at DESC LIMIT 1"
    rows(site.data, f"UPDATE playground_completion SET payloads = ? WHERE id = ({newest})", cassette)


def test_each_payload_of_an_answer_says_what_it_became(page: Page, site: Site) -> None:
    hear_at_once(site, start_talking(page, MERT))
    say(page, "Tell me about the wolf.")
    text = answered(page, 0)
    page.get_by_role("tab", name="Stream").click()
    expect(page.get_by_text("HTTP 200.")).to_contain_text("payloads, the first after")
    page.get_by_text("Headers of the answer").click()
    expect(page.locator(".stream-headers")).to_contain_text("text/event-stream")
    page.get_by_label("Payloads that contain").fill("no payload has this")
    expect(page.get_by_text("No payload is like that.")).to_be_visible()
    page.get_by_label("Payloads that contain").fill("")
    page.get_by_role("button", name="sentence", exact=True).click()
    payloads(page).press("ArrowDown")
    chosen = payloads(page).get_by_role("option", selected=True)
    expect(chosen).to_have_attribute("aria-posinset", "2")
    became = page.locator("[data-part=detail-became]")
    expect(became).to_contain_text("completes the sentence")
    sentence = became.locator("dt", has_text="sentence").locator("+ dd").text_content()
    assert sentence
    assert sentence in text
    raw = page.locator("#panel-stream [data-part=detail-data]")
    expect(raw).to_have_text(re.compile(r'^\{"\S.*\}$'))
    payloads(page).press("f")
    expect(raw).to_have_text(re.compile(r'^\{\n  "'), use_inner_text=True)
    page.get_by_role("button", name="As it arrived").click()
    expect(raw).to_have_text(re.compile(r'^\{"\S'))
    assert violations(page) + violations_in_forced_colours(page) == []


def test_twenty_thousand_payloads_are_a_few_rows(page: Page, site: Site) -> None:
    hear_at_once(site, start_talking(page, MERT))
    say(page, "Tell me about the wolf.")
    answered(page, 0)
    fill_cassette(site, MANY)
    page.get_by_role("tab", name="Stream").click()
    expect(page.get_by_text("20,000 payloads")).to_be_visible()
    payloads(page).press("End")
    expect(payloads(page).get_by_role("option", selected=True)).to_have_attribute(
        "aria-posinset", str(MANY + 1)
    )
    expect(payloads(page).get_by_role("option", selected=True)).to_be_in_viewport()
    assert payloads(page).get_by_role("option").count() < MOST_DRAWN
