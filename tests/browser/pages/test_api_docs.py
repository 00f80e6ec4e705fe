"""The API's page. In a browser: its script renders the operations under the site's content security policy."""

from playwright.sync_api import Page, expect

from tests.browser.site import Site
from tests.playground.served_api import prepared_key


def test_an_operation_is_tried_with_a_key(page: Page, site: Site) -> None:
    page.goto("/")
    page.get_by_role("link", name="API", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("API")
    expect(page.locator(".opblock")).to_have_count(18)
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".auth-container input").fill(prepared_key(site))
    page.locator(".auth-btn-wrapper button.authorize").click()
    page.locator(".auth-btn-wrapper .btn-done").click()
    operation = page.locator(".opblock", has_text="List personas")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
    expect(operation.locator(".live-responses-table")).to_contain_text("Mert the Storyteller")


def test_the_page_does_not_scroll_sideways_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/v2/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
