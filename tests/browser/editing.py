"""First steps of tests of the persona editor."""

from playwright.sync_api import Page, expect


def open_persona(page: Page, name: str) -> None:
    """The persona's editor, with its scripts at work."""
    page.goto("/personas/")
    page.get_by_role("link", name=name, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.wait_for_load_state()
