"""Odd answers of an LLM's server on the live page. In a browser: only there can rendered controls be measured."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.site import Site, rows
from tests.browser.talking import CLOSED, answer, answered, expect_status, say, send_button, turn
from tests.llm_server import fixture
from tests.llm_server.fixture import LLMServerHandle

own_server = fixture.llm_server_process

LIVE = re.compile(r"/playground/c[0-9a-z]+/$")
LEFT_OF = """(node, words) => {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  let text = "";
  const places = [];
  while (walker.nextNode()) {
    const { data } = walker.currentNode;
    for (let at = 0; at < data.length; at += 1) places.push([walker.currentNode, at]);
    text += data;
  }
  return words.map((word) => {
    const [start, at] = places[text.indexOf(word)];
    const range = new Range();
    range.setStart(start, at);
    range.setEnd(start, at + 1);
    return range.getBoundingClientRect().left;
  });
}"""


def talk_to(page: Page, base_url: str, key: str = "") -> None:
    page.goto("/playground/")
    page.get_by_label("Base URL").fill(base_url)
    page.locator("[name=key]").fill(key)
    page.get_by_label("Model").fill("gpt-4o")
    page.get_by_role("button", name="Talk to it").click()
    page.wait_for_url(LIVE)
    expect(send_button(page)).to_be_enabled()
    say(page, "Hello")


def lefts(node: Locator, *words: str) -> list[float]:
    """Return the x position of each word's first letter, in CSS pixels."""
    positions: list[float] = node.evaluate(LEFT_OF, list(words))
    return positions


def test_controls_are_seen_and_a_turned_direction_ends_with_its_sentence(
    page: Page, own_server: LLMServerHandle
) -> None:
    talk_to(page, own_server.base_url("turned"))
    assert answered(page, 0) == "esc ␛[31m bidi \u202e turned. Straight on."
    before, t, d, straight, on = lefts(answer(page, 0), "bidi", "turned", "d.", "Straight", "on.")
    assert before < d < t < straight < on


def test_a_refused_key_shows_the_refusal_and_leads_to_the_persona(
    page: Page, own_server: LLMServerHandle
) -> None:
    talk_to(page, own_server.base_url("unauthorised"))
    expect_status(page, 0, "failed")
    page.get_by_role("tab", name="Notes 1").click()
    facts = page.get_by_role("tabpanel", name="Notes").locator(".facts")
    expect(facts.locator("dt", has_text="HTTP status").locator("+ dd")).to_have_text("401")
    expect(facts.locator("dt", has_text="Body begins").locator("+ dd")).to_contain_text("Incorrect API key")
    assert violations(page) == []
    page.reload()
    page.get_by_role("tab", name="Stream").click()
    expect(page.get_by_text("HTTP 401. The body begins:")).to_be_visible()
    link = turn(page, 0).get_by_role("link", name="Open the persona")
    link.click()
    page.wait_for_url(re.compile(r"/personas/p[0-9a-z]+/\?from=c[0-9a-z]+#id_token_secret$"))
    expect(page.locator("#id_token_secret")).to_be_in_viewport()


def test_a_secret_that_may_not_be_sent_is_linked_to(
    page: Page, site: Site, own_server: LLMServerHandle
) -> None:
    talk_to(page, own_server.base_url("ok"), key="sk-a-key-of-this-test")
    expect_status(page, 0, CLOSED)
    rows(site.data, "UPDATE personas_tokensecret SET allowed_hosts = '[]' WHERE name LIKE '%127%'")
    say(page, "Again")
    expect_status(page, 1, "failed")
    turn(page, 1).get_by_role("link", name="Open the secret").click()
    page.wait_for_url(re.compile(r"/admin/personas/tokensecret/\d+/change/$"))


def test_an_error_of_the_server_leads_nowhere(page: Page, own_server: LLMServerHandle) -> None:
    talk_to(page, own_server.base_url("error-500"))
    expect_status(page, 0, "failed")
    expect(turn(page, 0).get_by_role("button", name="Try again")).to_be_visible()
    expect(turn(page, 0).get_by_role("link", name="Open the persona")).to_be_hidden()


def test_a_stall_is_told_while_it_lasts_and_leads_to_its_place_when_it_has_ended(
    page: Page, own_server: LLMServerHandle
) -> None:
    talk_to(page, own_server.base_url("stall"))
    foot = turn(page, 0).locator(".turn__foot")
    expect(answer(page, 0)).not_to_be_empty()
    before = foot.bounding_box()
    expect(turn(page, 0).get_by_text(re.compile(r"The LLM has said nothing for [2-9] s"))).to_be_visible()
    assert foot.bounding_box() == before
    expect(page.locator("#spoken-log").get_by_text("The LLM has said nothing for 2 seconds.")).to_have_count(
        1
    )
    page.keyboard.press("Escape")
    expect_status(page, 0, "interrupted")
    reason = (
        turn(page, 0)
        .get_by_role("listitem")
        .filter(has_text=re.compile("The LLM stalled for .* nothing came any more"))
    )
    reason.get_by_role("button", name="Show where").click()
    chosen = page.get_by_role("listbox", name="Payloads").get_by_role("option", selected=True)
    expect(chosen).to_contain_text("text")
    expect(page.get_by_role("tab", name="Stream")).to_be_focused()


def test_a_silent_answer_says_why_under_it_and_counts_it_on_the_notes(
    page: Page, own_server: LLMServerHandle
) -> None:
    talk_to(page, own_server.base_url("silent"))
    expect_status(page, 0, "completed")
    expect(turn(page, 0).get_by_role("list", name="What was odd")).to_contain_text("The LLM said nothing")
    expect(page.get_by_role("tab", name="Notes 1")).to_be_visible()
    assert violations(page) == []
