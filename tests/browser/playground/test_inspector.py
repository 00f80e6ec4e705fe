"""The inspector's tabs in a browser, because only there a tree opens, a list is drawn in part, and htmx swaps."""

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.playground.test_odd_answers import talk_to
from tests.browser.playground.test_stream import MERT
from tests.browser.site import Site
from tests.browser.talking import CLOSED, answered, expect_status, hear_at_once, say, start_talking
from tests.llm_server import fixture
from tests.llm_server.fixture import LLMServerHandle

own_server = fixture.llm_server_process

CHECKED_MS = 25_000


def test_a_request_is_a_tree_and_code_and_its_events_are_listed(page: Page, site: Site) -> None:
    hear_at_once(site, start_talking(page, MERT))
    say(page, "Tell me about the wolf.")
    answered(page, 0)

    page.get_by_role("tab", name="Request").click()
    message = page.locator(".json-tree details", has_text="[1] user").last
    content = message.get_by_text("Tell me about the wolf.")
    expect(content).to_be_visible()
    message.locator("summary").press("Enter")
    expect(content).to_be_hidden()
    page.get_by_role("button", name="Python", exact=True).click()
    expect(page.locator("#request-code")).to_contain_text("os.environ.get('DEMO_LLM_KEY')")
    page.get_by_role("button", name="JavaScript", exact=True).click()
    expect(page.locator("#request-code")).to_contain_text("process.env.DEMO_LLM_KEY")
    assert violations(page) == []
    assert copied(page, "Copy the code") == page.locator("#request-code").text_content()
    assert copied(page, "Copy as curl").startswith("curl ")
    assert "$env:DEMO_LLM_KEY" in copied(page, "for PowerShell")

    page.get_by_role("tab", name="Events").click()
    events = page.get_by_role("listbox", name="Events")
    expect(page.get_by_text("events as they came over the socket.")).to_be_visible()
    events.press("End")
    expect(events.get_by_role("option", selected=True)).to_contain_text("playground.turn.completed")
    page.locator("#event-types").select_option("playground.delta")
    expect(events.get_by_role("option").first).to_contain_text("playground.delta")
    expect(page.get_by_label("The event as JSON")).to_contain_text('"seq":')
    assert violations(page) == []

    page.reload()
    page.get_by_role("tab", name="Events").click()
    expect(page.get_by_text("Rebuilt from what is stored")).to_be_visible()
    events.press("End")
    expect(events.get_by_role("option", selected=True)).to_contain_text("playground.turn.completed")


def copied(page: Page, name: str) -> str:
    """Copy by a button, which says so to eyes and ears; return what was copied."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name=name, exact=True)
    button.click()
    expect(button).to_have_attribute("data-copied", "")
    assert "Copied" in button.evaluate("node => getComputedStyle(node, '::after').content")
    expect(page.locator("#announcements")).to_have_text("Copied")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_a_note_leads_to_its_payload(page: Page, own_server: LLMServerHandle) -> None:
    talk_to(page, own_server.base_url("two-choices"))
    expect_status(page, 0, CLOSED)
    page.get_by_role("tab", name=re.compile("Notes")).click()
    link = page.get_by_role("button", name=re.compile(r"In payload \d+")).first
    number = (link.text_content() or "").split()[-1]
    link.click()
    expect(page.locator("[data-part=detail-title]").first).to_have_text(f"Payload {number}")
    expect(page.locator("[data-part=detail-became]")).to_contain_text("note")


def test_a_connection_is_checked_before_and_in_a_conversation(
    page: Page, own_server: LLMServerHandle
) -> None:
    page.goto("/playground/")
    page.get_by_label("Base URL").fill(own_server.base_url("unauthorised"))
    page.get_by_label("Model").fill("gpt-4o")
    page.get_by_role("button", name="Check connection").click()
    expect(page.locator(".finding--bad", has_text="Authorised")).to_be_visible(timeout=CHECKED_MS)
    expect(page.get_by_label("Base URL")).to_have_value(own_server.base_url("unauthorised"))
    assert violations(page) == []
    talk_to(page, own_server.base_url("ok"))
    page.get_by_role("tab", name="Check").click()
    page.get_by_role("button", name="Check connection").click()
    expect(page.locator("#check-findings .finding--good", has_text="Authorised")).to_be_visible(
        timeout=CHECKED_MS
    )
    assert violations(page) == []
