"""Interrupts by key, button, word and speech, one that waits, and what the next request has of the cut answer.

In a browser: words are clicked while they are heard, and two pages follow one conversation.
"""

import json
import re

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.talking import (
    answer,
    answered,
    expect_status,
    say,
    start_talking,
    text_box,
    turn,
    wait_until_heard,
)

MERT = "Mert the Storyteller"
JAICP = "JAICP reply"


def change_context(page: Page, how: str, text: str) -> None:
    page.locator("#context-menu > summary").click()
    page.get_by_label("New context").fill(text)
    page.get_by_role("button", name=how).click()
    page.locator("#context-text").press("Escape")


def place_of_speech(page: Page) -> int:
    """Return the index of the sentence that is being spoken."""
    states = answer(page, 0).locator(".sentence").evaluate_all("all => all.map((one) => one.dataset.state)")
    return int(states.index("speaking"))


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

    following = answer(page, 0).locator(".sentence").nth(place_of_speech(page) + 1)
    following.hover()  # splits it into words
    ahead = following.locator(".word").last
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
    expect(in_next).to_be_in_viewport(ratio=1)
    expect(marked).to_be_in_viewport()
    expect(page.get_by_role("region", name="The full answer")).to_contain_text(unheard.strip())
    assert violations(page) == []
    page.locator("body").click(position={"x": 5, "y": 5})
    page.keyboard.press("i")
    page.keyboard.press("3")
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
            [re.compile(name) for name in ("context-change$", "^turn", "context-change$", "^turn")]
        )
        expect(viewer.locator(".context-change").last).to_contain_text("Context overwritten")


def test_an_interrupt_keeps_the_heard_part_for_the_next_request(page: Page) -> None:
    start_talking(page, MERT)
    say(page, "Tell me about the wolf.")
    wait_until_heard(page, 0)
    page.keyboard.press("Escape")
    expect_status(page, 0, "interrupted")
    whole = answered(page, 0)
    unheard = "".join(answer(page, 0).locator(".unheard").all_text_contents())
    heard = whole.removesuffix(unheard)
    assert heard and unheard
    expect(answer(page, 0).locator(".cut")).to_have_count(1)
    expect(turn(page, 0)).to_contain_text("what is struck through was not heard")

    say(page, "Go on.")
    page.get_by_role("tab", name="Request").click()
    page.get_by_role("button", name="Raw", exact=True).click()
    body = page.locator("#panel-request pre[data-part=body]")
    expect(body).to_contain_text('"Go on."')
    sent = body.inner_text()
    expect(page.locator("#panel-request [data-part=body-says]")).to_contain_text(
        f"{len(sent.encode()):,} bytes, without a line break at the end."
    )
    assert sent == json.dumps(json.loads(sent), ensure_ascii=False, separators=(",", ":"))
    messages = json.loads(sent)["messages"]
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[2]["content"].strip() == heard.strip()


def test_the_interrupt_button_is_there_only_while_a_turn_runs(page: Page) -> None:
    start_talking(page, MERT)
    button = page.get_by_role("button", name="Interrupt")
    expect(button).to_be_disabled()
    say(page, "Tell me about the wolf.")
    wait_until_heard(page, 0)
    button.click()
    expect_status(page, 0, "interrupted")
    expect(button).to_be_disabled()
    expect(text_box(page)).to_be_focused()


def test_an_interrupt_while_a_filler_plays_strikes_nothing_through(page: Page) -> None:
    start_talking(page, JAICP)
    assert violations(page) == []
    say(page, "Recommend a movie.")
    waiting = turn(page, 0).locator("[data-part=waiting]")
    expect(waiting).to_contain_text("Waiting for the first delta")
    speaker, numbers = (
        turn(page, 0).locator(f"[data-part={name}]").bounding_box() for name in ("speaker", "numbers")
    )
    assert speaker and numbers
    assert speaker["y"] + speaker["height"] < numbers["y"]
    expect(turn(page, 0).locator(".turn__filler[data-played]")).to_be_visible()
    page.keyboard.press("Escape")
    expect_status(page, 0, "interrupted")
    expect(turn(page, 0)).to_contain_text("before the answer began: nothing of it was heard.")
    expect(turn(page, 0)).not_to_contain_text("struck through")
    expect(turn(page, 0).locator(".unheard, .cut")).to_have_count(0)
    assert violations(page) == []


def test_a_click_on_a_word_cuts_behind_it(page: Page) -> None:
    start_talking(page, MERT)
    say(page, "Tell me about the wolf.")
    wait_until_heard(page, 0)
    first = answer(page, 0).locator(".word").first
    word = first.inner_text()
    first.click()
    expect_status(page, 0, "interrupted")
    unheard = "".join(answer(page, 0).locator(".unheard").all_text_contents())
    assert answered(page, 0).removesuffix(unheard) == word
    cut = re.search(r"^Interrupted at ([\d,]+ ms)", turn(page, 0).locator("[data-part=ending]").inner_text())
    assert cut
    page.locator("#panel-timeline").get_by_text("The same as a table").click()
    heard = page.locator(".timeline-table tbody tr").filter(has_text=re.compile("^Speech"))
    expect(heard.last.locator("td").last).to_have_text(cut.group(1))


def test_a_click_on_a_word_ahead_of_the_voice_cuts_when_it_is_heard(page: Page) -> None:
    start_talking(page, MERT)
    expect(text_box(page)).to_be_focused()
    say(page, "Tell me about the wolf.")
    wait_until_heard(page, 0)
    ahead = answer(page, 0).locator(".sentence[data-state=speaking] .word").last
    word = ahead.inner_text()
    ahead.click()
    expect(page.locator("#status")).to_contain_text("The interrupt waits")
    expect(page.locator("[data-part=lanes] .mark--cut-waits")).to_have_count(1)
    expect_status(page, 0, "interrupted")
    unheard = "".join(answer(page, 0).locator(".unheard").all_text_contents())
    assert answered(page, 0).removesuffix(unheard).endswith(word)
    page.get_by_role("tab", name="Notes").focus()
    page.keyboard.press("/")
    expect(text_box(page)).to_be_focused()
    expect(text_box(page)).to_have_value("")


def test_speaking_cuts_the_turn_that_runs(page: Page) -> None:
    start_talking(page, MERT)
    say(page, "Tell me about the wolf.")
    wait_until_heard(page, 0)
    say(page, "No, another story.")
    expect_status(page, 0, "interrupted")
    expect(turn(page, 1).locator(".turn__question")).to_have_text("No, another story.")
    wait_until_heard(page, 1)
