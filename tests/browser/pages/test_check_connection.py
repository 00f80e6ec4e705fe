"""Check connection. In a browser: htmx shows it in place, and a new tab does without a script."""

from pathlib import Path

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.editing import open_persona
from tests.browser.site import Site

TAKES_MS = 25_000
"""A check may take its 20 s; the demo LLM tells its story at a natural pace."""


def check_in_a_tab(page: Page) -> Page:
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Check connection").click()
    return opened.value


def test_the_demo_llm_is_in_order(page: Page) -> None:
    open_persona(page, "Mert the Storyteller")
    page.get_by_role("button", name="Check connection").click()
    expect(page.locator(".finding--good", has_text="Authorised")).to_be_visible(timeout=TAKES_MS)
    expect(page.locator(".finding--bad")).to_have_count(0)


def test_a_click_before_the_scripts_are_there_is_not_lost(page: Page) -> None:
    pending_routes: list[Route] = []
    page.goto("/personas/")
    page.route("**/htmx*", lambda route: pending_routes.append(route))
    page.get_by_role("link", name="Mert the Storyteller", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mert the Storyteller")
    check_notes = check_in_a_tab(page)
    expect(check_notes.locator(".finding--good", has_text="Authorised")).to_be_visible(timeout=TAKES_MS)
    for route in pending_routes:
        route.continue_()


def test_without_a_script_the_form_stays_as_it_was_typed(
    browser: Browser, site: Site, signed_in_state: Path
) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False, storage_state=signed_in_state)
    page = context.new_page()
    page.goto("/personas/new/")
    page.locator("#id_address").fill("/demo/v1")
    check_notes = check_in_a_tab(page)
    expect(check_notes.locator(".finding--bad", has_text="Authorised")).to_be_visible(timeout=TAKES_MS)
    expect(page.locator("#id_address")).to_have_value("/demo/v1")
    context.close()
