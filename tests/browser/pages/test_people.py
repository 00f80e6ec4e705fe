"""Adding, inviting and deactivating a person. In a browser: several signed-in windows and their cookies."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.site import Site

PASSWORD = "correct horse battery staple"
GONE_MS = 15_000


def test_someone_is_added_comes_in_talks_and_is_turned_away(browser: Browser, site: Site, page: Page) -> None:
    page.goto(f"{site.url}/people/")
    page.get_by_role("link", name="Add someone").click()
    page.get_by_label("User name").fill("zoe")
    page.get_by_label("Role").select_option("editor")
    page.get_by_role("button", name="Add and show the link").click()
    link = page.locator("#invitation-link").inner_text()

    with browser.new_context() as elsewhere:
        theirs = elsewhere.new_page()
        theirs.goto(link)
        theirs.get_by_label("New password", exact=True).fill(PASSWORD)
        theirs.get_by_label("New password confirmation").fill(PASSWORD)
        theirs.get_by_role("button", name="Set it and sign in").click()
        theirs.get_by_role("button", name="Talk to Mert the Storyteller").click()
        theirs.wait_for_url(re.compile(r"/playground/c\w+/"))
        expect(theirs.get_by_role("link", name="People")).to_have_count(0)

        page.get_by_role("link", name="I have copied it").click()
        page.get_by_role("button", name="Deactivate zoe").click()
        expect(page.get_by_text("zoe can no longer come in")).to_be_visible()
        expect(theirs.get_by_text("You are signed out")).to_be_visible(timeout=GONE_MS)
        theirs.goto(site.url)
        expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_api_key_is_shown_once_in_the_admin(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/admin/dashboard/apikey/add/")
    page.get_by_label("Name:").fill("a script")
    page.get_by_label("Role:").select_option(label="viewer")
    page.get_by_role("button", name="Save", exact=True).click()
    key = page.locator("#api-key").inner_text()
    assert re.fullmatch(r"gr_[\w-]{43}", key)
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_role("row", name="a script").get_by_role("cell", name="works")).to_be_visible()
    assert key not in page.content()


def test_the_page_about_the_wire_can_be_read(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/docs/wire/")
    page.get_by_role("link", name="Close codes", exact=True).click()
    expect(page.get_by_role("cell", name="4409")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_account_page_sets_a_first_password(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/account/")
    expect(page.get_by_label("Old password")).to_have_count(0)
    expect(page.get_by_role("button", name="Set it")).to_be_visible()
