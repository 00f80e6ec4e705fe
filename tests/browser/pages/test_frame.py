"""The frame of every page: sign-in by link, theme, keyboard. In a browser: focus, styles and stored themes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site


def test_a_link_signs_in_once(anonymous_page: Page, site: Site, problems: list[str]) -> None:
    link = site.manage("signin_link")
    anonymous_page.goto(link)
    expect(anonymous_page.get_by_role("heading", level=1)).to_have_text("Greenroom")
    anonymous_page.get_by_role("button", name="Sign out").click()
    expect(anonymous_page.get_by_role("heading", level=1)).to_have_text("Sign in")
    anonymous_page.goto(link)
    expect(anonymous_page.get_by_role("heading", level=1)).to_have_text("This sign-in link no longer works")
    assert [problem for problem in problems if "410" not in problem] == []
    problems.clear()


def test_the_theme_is_kept_over_a_reload(page: Page) -> None:
    page.goto("/")
    toggle = page.get_by_role("button", name="Theme")
    toggle.click()
    toggle.click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).colorScheme || 'dark'") == "dark"


def test_the_keyboard_reaches_the_content_first(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id || location.hash") in ("main", "#main")


def test_home_does_not_scroll_sideways_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("path", ["/inspectors/", "/admin/"])
def test_the_navigation_of_a_phone_begins_at_the_page(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(path)
    expect(page.locator(".site-nav [aria-current]")).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0


def test_talk_on_the_home_page_opens_a_conversation(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Talk to Mert the Storyteller").click()
    expect(page).to_have_url(re.compile(r"/playground/c\w+/$"))
