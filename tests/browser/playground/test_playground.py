"""Talking on the live page with the demo LLM. In a browser: its script draws the transcript from events."""

import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.axe import violations, violations_in_forced_colours
from tests.browser.site import Site
from tests.browser.talking import (
    answer,
    answered,
    expect_status,
    hear_at_once,
    say,
    send_button,
    start_talking,
    text_box,
    turn,
    wait_until_heard,
)

MERT = "Mert the Storyteller"
WEATHER = "Weather Assistant"
JAICP = "JAICP reply"


def test_three_turns_are_told_and_come_back_after_a_reload(page: Page, site: Site) -> None:
    hear_at_once(site, start_talking(page, MERT))
    for place, text in enumerate(["Tell me about the wolf.", "And then?", "Another story, please."]):
        say(page, text)
        assert answered(page, place)
    transcript = page.locator("#turns").inner_text()
    page.reload()
    expect(page.locator("#turns > .turn")).to_have_count(3)
    assert page.locator("#turns").inner_text() == transcript
    assert "Another story, please." in transcript


def test_one_of_the_suggested_lines_begins_the_conversation(page: Page) -> None:
    start_talking(page, MERT)
    line = page.locator("#openings button").first
    text = line.inner_text()
    line.click()
    expect(turn(page, 0).locator(".turn__question")).to_have_text(text)
    expect(page.locator("#empty")).to_be_hidden()


def test_the_filler_plays_when_the_dwell_has_passed(page: Page) -> None:
    start_talking(page, JAICP)
    expect(page.locator("[data-persona=filler]")).to_have_text("filler after 1,000 ms")
    say(page, "Recommend a movie.")
    filler = turn(page, 0).locator(".turn__filler[data-played]")
    expect(filler).to_have_text(re.compile("^(Great question!|Just a moment)$"))
    expect(page.locator("#spoken-log")).to_contain_text("Filler:")
    wait_until_heard(page, 0)
    page.keyboard.press("Escape")
    expect_status(page, 0, "interrupted")
    expect(page.locator("#panel-timeline")).to_contain_text("The filler fired at 1,0")
    page.locator("#panel-timeline").get_by_text("The same as a table").click()
    expect(page.locator("#panel-timeline .timeline-table")).to_contain_text("Filler: ")


def test_a_tool_call_is_answered_and_the_answer_uses_the_result(page: Page, site: Site) -> None:
    hear_at_once(site, start_talking(page, WEATHER))
    say(page, "What is the weather like in Paris?")
    call = turn(page, 0).locator(".call")
    expect(call).to_contain_text("get_current_weather")
    assert json.loads(call.locator("[data-part=arguments]").inner_text())["location"] == "Paris"
    expect(call).to_contain_text("rehearsal: not platform traffic")
    call.get_by_label("Answer with a result").fill('{"temperature": 21}')
    call.get_by_role("button", name="Send result").click()
    expect(call.locator("[data-part=output]")).to_contain_text('"temperature": 21')
    expect(turn(page, 1)).to_contain_text("not platform traffic")
    assert "21" in answered(page, 1)
    page.reload()
    expect(turn(page, 0).locator("[data-part=output]")).to_contain_text('"temperature": 21')


def test_a_server_that_cannot_be_reached_is_one_sentence_and_another_try(page: Page) -> None:
    page.goto("/playground/")
    form = page.locator("#endpoint-form")
    form.locator("[name=base_url]").fill("http://127.0.0.1:9/v1")
    form.locator("[name=model]").fill("nothing-there")
    form.get_by_role("button", name="Talk to it").click()
    expect(send_button(page)).to_be_enabled()
    say(page, "Is anybody there?")
    expect_status(page, 0, "failed")
    error = turn(page, 0).get_by_role("alert")
    expect(error.locator("[data-part=error-message]")).not_to_be_empty()
    error.get_by_role("button", name="Try again").click()
    expect(turn(page, 1).locator(".turn__question")).to_have_text("Is anybody there?")
    expect_status(page, 1, "failed")


def test_what_the_other_platform_sends_otherwise_is_one_switch_away(page: Page, site: Site) -> None:
    hear_at_once(site, start_talking(page, MERT))
    say(page, "Tell me about the wolf.")
    answered(page, 0)
    page.get_by_role("tab", name="Request").click()
    headers = page.locator(".request__headers")
    expect(headers).to_contain_text("conversation_id")
    expect(headers).to_contain_text("Bearer DEMO_LLM_KEY")
    expect(page.locator(".origin[data-origin=system_prompt]")).to_contain_text("You are a storyteller.")
    page.get_by_role("button", name="JAICP", exact=True).click()
    expect(page.locator("#panel-request")).to_contain_text("This was not sent.")
    difference = page.locator(".difference")
    expect(difference).to_have_count(1)
    expect(difference).to_contain_text("− conversation_id")
    expect(page.get_by_role("button", name="Copy as curl")).to_be_visible()
    page.get_by_role("button", name="Raw", exact=True).click()
    expect(page.locator("#panel-request")).to_contain_text("What JAICP would send for the same turn.")
    expect(page.locator(".request__body").first).to_contain_text("Tell me about the wolf.")
    expect(headers).not_to_contain_text("conversation_id")
    expect(page.locator("#request-curl")).not_to_contain_text("conversation_id")


def test_the_context_is_appended_and_a_text_said_verbatim(page: Page, site: Site) -> None:
    hear_at_once(site, start_talking(page, MERT))
    page.get_by_text("More ▾").click()
    page.get_by_label("New context").fill("Maya is from Dallas.")
    page.get_by_role("button", name="Append").click()
    expect(page.locator("#context-now")).to_have_text("Maya is from Dallas.")
    page.get_by_label("Say verbatim").fill("Good evening. Shall we begin?")
    page.get_by_role("button", name="Say it").click()
    expect(turn(page, 0)).to_contain_text("Said verbatim")
    assert answered(page, 0) == "Good evening. Shall we begin?"


def test_markup_is_only_text(page: Page, site: Site) -> None:
    hear_at_once(site, start_talking(page, MERT))
    markup = "<img src=x onerror='window.PWNED=1'><script>window.PWNED=1</script> Hello."
    page.get_by_text("More ▾").click()
    page.get_by_label("Say verbatim").fill(markup)
    page.get_by_role("button", name="Say it").click()
    assert answered(page, 0) == markup
    say(page, markup)
    answered(page, 1)
    expect(turn(page, 1).locator(".turn__question")).to_have_text(markup)
    assert page.evaluate("window.PWNED") is None


def test_a_screen_reader_hears_sentences_and_not_deltas(page: Page) -> None:
    start_talking(page, MERT)
    say(page, "Tell me about the wolf.")
    wait_until_heard(page, 0)
    expect(answer(page, 0)).to_have_attribute("aria-hidden", "true")
    sentence = answer(page, 0).locator(".sentence").first.text_content()
    told = page.get_by_role("log").locator("p")
    expect(told.first).to_have_text(sentence or "")
    expect(page.locator("#status")).to_contain_text("speaks")
    page.keyboard.press("Escape")
    expect_status(page, 0, "interrupted")
    expect(answer(page, 0)).not_to_have_attribute("aria-hidden", "true")
    expect(told).to_have_text([sentence or "", "Interrupted."])
    expect(turn(page, 0).locator(".turn__picture")).to_contain_text("Timeline: TTFT")


def test_on_a_phone_the_picture_opens_the_details_from_below(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    hear_at_once(site, start_talking(page, MERT))
    say(page, "Tell me about the wolf.")
    answered(page, 0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    picture = turn(page, 0).locator(".turn__picture")
    assert violations(page) + violations_in_forced_colours(page) == []
    picture.click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("tab", name="Timeline")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(picture).to_be_focused()


def test_the_transcript_stays_where_someone_reads(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 800, "height": 420})
    hear_at_once(site, start_talking(page, MERT))
    for place in range(2):
        say(page, "And then?")
        answered(page, place)
    transcript = page.locator("#transcript")
    transcript.evaluate("element => { element.scrollTop = 0 }")
    latest = page.get_by_role("button", name="To the end")
    for line in range(6):
        text_box(page).press("Shift+Enter")
        below_button = text_box(page).evaluate(
            "box => box.getBoundingClientRect().top - document.getElementById('to-end').getBoundingClientRect().bottom"
        )
        assert 0 < below_button < 40, f"with {line + 2} lines"
    text_box(page).fill("")
    page.reload()
    expect(turn(page, 1)).to_be_in_viewport()
    expect(latest).to_be_hidden()


def test_an_ended_conversation_is_there_to_read_and_a_new_one_is_a_click_away(page: Page, site: Site) -> None:
    hear_at_once(site, start_talking(page, MERT))
    live = page.url
    say(page, "Tell me about the wolf.")
    text = answered(page, 0)
    page.get_by_text("More ▾").click()
    page.get_by_role("button", name="End conversation").click()
    page.goto(live)
    expect(answer(page, 0)).to_have_text(text)
    expect(page.get_by_text("This conversation has ended")).to_be_visible()
    expect(text_box(page)).to_be_hidden()
    page.get_by_role("button", name="New conversation").click()
    expect(text_box(page)).to_be_focused()
    expect(page.locator("#turns > .turn")).to_have_count(0)


def test_who_signs_out_elsewhere_is_told_so_and_keeps_the_draft(
    anonymous_page: Page, site: Site, signed_in_state: Path
) -> None:
    anonymous_page.goto(site.manage("signin_link"))
    start_talking(anonymous_page, MERT)
    elsewhere = anonymous_page.context.new_page()
    elsewhere.goto("/")
    elsewhere.get_by_role("button", name="Sign out").click()
    say(anonymous_page, "Are you still there?")
    link = anonymous_page.get_by_role("link", name="Sign in again")
    expect(link).to_have_attribute("href", re.compile(r"/sign-in/\?next=/playground/c"))
    expect(text_box(anonymous_page)).to_have_value("Are you still there?")
    live = anonymous_page.url
    anonymous_page.context.add_cookies(json.loads(signed_in_state.read_text())["cookies"])
    anonymous_page.goto(live)
    expect(send_button(anonymous_page)).to_be_enabled()
    expect(text_box(anonymous_page)).to_have_value("Are you still there?")
    expect(anonymous_page.locator("#turns > .turn")).to_have_count(0)


def test_the_page_follows_the_voice_and_offers_the_end(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 420})
    start_talking(page, JAICP)
    page.locator("#context-menu > summary").click()
    page.get_by_label("Say verbatim").fill(
        "\n".join(f"This is sentence {number} of many." for number in range(60))
    )
    page.get_by_role("button", name="Say it").click()
    wait_until_heard(page, 0)
    spoken = answer(page, 0).locator(".sentence[data-state=speaking]")
    expect(spoken).to_be_in_viewport()
    last = answer(page, 0).locator(".sentence").last
    expect(last).not_to_be_in_viewport()
    assert page.get_by_role("log").locator("p").count() <= 3, "sentences are told before they are heard"
    page.get_by_role("button", name="To the end").click()
    expect(last).to_be_in_viewport()
    # Of a long answer only what may be clicked has words of its own.
    expect(last.locator(".word")).to_have_count(0)
    last.click()
    expect(page.locator("#status")).to_contain_text("The interrupt waits")
    expect(last.locator(".word").first).to_be_visible()
    assert violations(page) == []
    to_voice = page.get_by_role("button", name="To the voice")
    to_voice.click()
    expect(spoken).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect_status(page, 0, "interrupted")
    expect(to_voice).to_be_hidden()
