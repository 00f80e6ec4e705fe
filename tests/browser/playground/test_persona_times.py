"""The page of a persona's times. In a browser: its script draws the dots, and a dot's address opens the turn."""

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.site import Site
from tests.browser.talking import start_talking, turn
from tests.playground.long_conversations import add_turns

MERT = "Mert the Storyteller"


def test_each_dot_leads_to_its_turn(page: Page, site: Site) -> None:
    conversation = start_talking(page, MERT)
    add_turns(site, conversation, 6)
    page.reload()
    page.get_by_role("link", name="Times by version").click()
    expect(page.get_by_role("heading", name=f"Times of {MERT}")).to_be_visible()
    dots = page.locator("[data-measure=first_audio]").first.locator("a")
    dot = dots.filter(has=page.locator("title", has_text="Question number 1?"))
    expect(dot).to_have_count(1)
    assert violations(page) == []
    plot = page.locator("[data-measure=first_audio]").first
    says = plot.locator("+ [data-says]")
    offered = plot.locator("a[tabindex='0']")
    offered.focus()
    first = says.inner_text()
    page.keyboard.press("ArrowRight")
    expect(says).not_to_have_text(first)
    expect(offered).to_have_attribute("data-current", "")
    offered.blur()
    expect(says).to_have_text("")
    box = plot.locator("circle").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] - 12, box["y"] + 16)  # beside and below the dot
    expect(plot.locator("a[data-current]")).to_have_count(1)
    dot.press("Enter")  # another test's dot may lie over it
    expect(page).to_have_url(re.compile(rf"/playground/{conversation}/#t000001"))
    expect(page.locator("#inspector-title")).to_have_text("“Question number 1?”")
    expect(turn(page, 1)).to_have_attribute("data-selected", "")
    expect(turn(page, 1).locator(".turn__question")).to_be_in_viewport()
    page.go_back()
    slowest = page.locator("details", has_text="The slowest turns of version").first
    slowest.locator("summary").click()
    slowest.get_by_role("link", name=re.compile("Question number")).first.click()
    expect(page.locator("#inspector-title")).to_contain_text("Question number")
