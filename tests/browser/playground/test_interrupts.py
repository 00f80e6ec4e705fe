"""An interrupt that waits, what the next request has of the cut answer, and the context between the turns.

In a browser: two pages follow one conversation, and one of them is loaded again meanwhile.
"""

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.talking import answer, answered, expect_status, say, start_talking, turn, wait_until_heard

MERT = "Mert the Storyteller"


def change_context(page: Page, how: str, text: str) -> None:
    page.locator("#context-menu > summary").click()
    page.get_by_label("New context").fill(text)
    page.get_by_role("button", name=how).click()
    page.locator("#context-text").press("Escape")


def test_every_viewer_sees_an_interrupt_wait_a_policy_and_a_changed_context(page: Page) -> None:
    start_talking(page, MERT)
    change_context(page, "Append", "Maya is from Dallas.")
    say(page, "Tell me about the wolf.")
    wait_until_heard(page, 0)
    other = page.context.new_page()
    other.goto(page.url)
    words = answer(page, 0).locator(".word")
    words.nth(words.count() - 1).click()
    take_back = other.get_by_role("button", name="Don't interrupt")
    take_back.click()
    expect(page.locator("#status")).not_to_contain_text("The interrupt waits")

    ahead = answer(page, 0).locator(".sentence[data-state=speaking] .word").last
    word = ahead.inner_text()
    ahead.click()
    expect(other.locator("#status")).to_contain_text("The interrupt waits")
    page.reload()
    expect_status(page, 0, "interrupted")
    unheard = "".join(answer(page, 0).locator(".unheard").all_text_contents())
    assert unheard
    assert answered(page, 0).removesuffix(unheard).endswith(word)

    in_next = turn(page, 0).get_by_text("In the next request:")
    expect(in_next).to_have_text("In the next request: what was heard")
    in_next.click()
    marked = page.get_by_role("region", name="What was heard, with a mark")
    expect(marked).to_contain_text(f"{word} [interrupted by the user]")
    expect(page.get_by_role("region", name="The full answer")).to_contain_text(unheard.strip())
    assert violations(page) == []
    marked.get_by_role("button").click()
    expect(marked.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    expect(turn(other, 0).get_by_text("In the next request:")).to_contain_text("with a mark")

    change_context(page, "Overwrite", "The caller is in a hurry. " * 20)
    say(page, "Go on.")
    expect(turn(page, 1)).to_be_attached()
    page.get_by_role("tab", name="Request").click()
    expect(page.locator("#panel-request [data-part=request]")).to_contain_text(
        f"{word} [interrupted by the user]"
    )
    page.reload()
    for viewer in (page, other):
        expect(viewer.locator("#turns > li")).to_have_class(
            [re.compile(name) for name in ("^context-change", "^turn", "^context-change", "^turn")]
        )
        expect(viewer.locator(".context-change").last).to_contain_text("Context overwritten")
