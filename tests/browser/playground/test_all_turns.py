"""All turns of a conversation side by side. In a browser: the panel is its script's work, loaded when it is used."""

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.site import Site
from tests.browser.talking import answered, hear_at_once, say, start_talking
from tests.playground.long_conversations import add_turns


def test_each_turn_is_a_row_that_selects_it_and_a_line_of_the_table(page: Page, site: Site) -> None:
    conversation = start_talking(page, "Mert the Storyteller")
    hear_at_once(site, conversation)
    panel = page.locator("#panel-turns")
    page.get_by_role("tab", name="All turns").click()
    expect(panel.get_by_text("No turn has ended yet.")).to_be_visible()
    say(page, "Who are you?")
    answered(page, 0)
    say(page, "Goodbye")
    answered(page, 1)
    rows = panel.locator("[data-turn]")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Goodbye: TTFB")
    expect(panel.get_by_text("Solid line: median")).to_contain_text("of 2 turns")
    rows.first.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    expect(page.locator("#inspector-title")).to_have_text("“Who are you?”")
    panel.get_by_text("These bars as a table").click()
    expect(panel.locator("tbody tr")).to_have_count(4)
    assert violations(page) == []
    page.goto("/")
    add_turns(site, start_talking(page, "Mert the Storyteller"), 210)
    page.reload()
    expect(page.locator("#turns > .turn")).to_have_count(210, timeout=30_000)
    page.get_by_role("tab", name="All turns").click()
    expect(panel.get_by_text("The newest 200 of 210 turns are drawn.")).to_be_visible()
