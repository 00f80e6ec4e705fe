"""The call log in a browser: what htmx and the page's own module do, and that it can be read and used by all."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations, violations_in_forced_colours
from tests.browser.site import Site
from tests.browser.talking import expect_status, hear_at_once, say, start_talking


def rows_of(page: Page) -> Locator:
    return page.locator("#call-log tbody tr")


def test_conversations_are_found_named_selected_and_deleted(page: Page, site: Site) -> None:
    made = []
    for words in ("Tell me about the wolf", "Hello there"):
        made.append(start_talking(page, "Mert the Storyteller"))
        hear_at_once(site, made[-1])
        say(page, words)
        expect_status(page, 0, re.compile("completed"))
    page.goto("/conversations/")
    newest = rows_of(page).first
    expect(newest.locator("svg.picture path.bar").first).to_be_attached()
    bar = page.locator("#selection")
    expect(bar).to_be_hidden()

    search = page.get_by_role("searchbox")
    search.press_sequentially("THE WOLF")
    expect(rows_of(page)).to_have_count(1)
    expect(page).to_have_url(re.compile("q=THE(%20|[+])WOLF"))
    expect(search).to_be_focused()
    expect(rows_of(page).locator("svg.picture path.bar").first).to_be_attached()

    page.get_by_role("link", name=f"Name and tags of {made[0]}").press("Enter")
    name = page.get_by_role("textbox", name=re.compile("^Name"))
    name.press("Escape")
    expect(name).to_have_count(0)
    page.get_by_role("link", name=f"Name and tags of {made[0]}").press("Enter")
    expect(name).to_be_focused()
    name.fill("The wolf's tale")
    page.get_by_role("textbox", name=re.compile("^Tags")).fill("night, tale")
    page.get_by_role("textbox", name=re.compile("^Tags")).press("Enter")
    expect(page.get_by_role("link", name="The wolf's tale")).to_be_focused()
    expect(rows_of(page).locator(".tag")).to_have_text(["night", "tale"])

    page.get_by_label("Select all on this page").check()
    expect(bar.get_by_role("status")).to_have_text("1 selected")
    bar.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 conversation deleted")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(made[0])
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="The wolf's tale")).to_be_visible()

    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("/conversations/", "/"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
            assert violations(page) + violations_in_forced_colours(page) == [], (path, width)
