"""The API's page. In a browser: its script renders the operations under the site's content security policy."""

from playwright.sync_api import Page, expect

from tests.browser.site import Site
from tests.playground.served_api import prepared_key


def test_an_operation_is_tried_with_a_key_and_a_phone_scrolls_nothing_sideways(
    page: Page, site: Site
) -> None:
    page.goto("/")
    page.get_by_role("link", name="API", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("API")
    expect(page.locator(".opblock")).to_have_count(18)
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1280, "height": 800})
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
