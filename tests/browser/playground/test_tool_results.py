"""Automatic tool results, by mock and by endpoint. In a browser: the page's script marks each as rehearsal."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.editing import open_persona
from tests.browser.loopback import serving
from tests.browser.site import Site
from tests.browser.talking import answered, hear_at_once, say, start_talking, turn
from tests.browser.tool_endpoint import ToolEndpoint

WEATHER = "Weather Assistant"
MARK = "rehearsal: not platform traffic"
WHOLE_WAIT = re.compile(r"The caller's whole wait, with a tool round( of \d+ ms)?\.$")
Rehearse = Callable[..., None]


@pytest.fixture
def rehearse(page: Page) -> Iterator[Rehearse]:
    """Save fields of the weather assistant's rehearsal in the editor; they are emptied after the test."""

    def fill(**fields: str) -> None:
        open_persona(page, WEATHER)
        page.get_by_role("link", name="Rehearsal").click()
        for name, value in fields.items():
            page.locator(f"#id_{name}").fill(value)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved as version")).to_be_visible()

    yield fill
    fill(tool_mocks="", tool_endpoint="")


def expect_answered(page: Page, by: str, result: str) -> None:
    """The first turn's call shows its result, who gave it and the mark; so does the turn that goes on with it."""
    call = turn(page, 0).locator(".call")
    expect(call.locator("[data-part=result-status]")).to_have_text(f"answered by {by}")
    expect(call.locator("[data-part=output]")).to_contain_text(result)
    expect(call.locator("[data-part=result]").get_by_text(MARK)).to_be_visible()
    expect(call.locator("form")).to_be_hidden()
    expect(turn(page, 1)).to_contain_text("not platform traffic")


def expect_one_wait(page: Page) -> None:
    """Both turns have one strip, with the caller's numbers; each of the two can be selected."""
    expect(turn(page, 1).locator("[data-part=wait]")).to_have_text(WHOLE_WAIT)
    expect(turn(page, 0).locator("[data-part=strip]")).to_be_hidden()
    caller_ms, own_ms = total_of(turn(page, 1)), total_of(page.locator("#inspector"))
    assert caller_ms > own_ms
    turn(page, 1).locator("[data-part=strip]").click(position={"x": 2, "y": 5})
    expect(page.locator("#inspector-title")).to_contain_text("What is the weather")
    assert total_of(page.locator("#inspector")) < caller_ms
    turn(page, 1).locator("[data-part=open]").press("Enter")
    expect(page.locator("#inspector-title")).to_contain_text("(after the tool)")


def total_of(place: Locator) -> float:
    number = place.locator("[data-part=numbers] > [data-number=total] .numbers__value").inner_text()
    return float(number.replace(",", ""))


def test_a_saved_mock_answers_and_the_page_marks_it(page: Page, site: Site, rehearse: Rehearse) -> None:
    rehearse(tool_mocks='{"get_current_weather": {"temperature": 34}}')
    hear_at_once(site, start_talking(page, WEATHER))
    say(page, "What is the weather like in Paris?")
    expect_answered(page, "a saved mock", '"temperature": 34')
    assert "34" in answered(page, 1)
    expect_one_wait(page)
    assert violations(page) == []
    page.reload()
    expect_answered(page, "a saved mock", '"temperature": 34')
    expect_one_wait(page)


def test_the_time_to_give_a_result_by_hand_is_left_out_and_the_result_may_become_a_mock(
    page: Page, site: Site, rehearse: Rehearse
) -> None:
    hear_at_once(site, start_talking(page, WEATHER))
    say(page, "What is the weather like in Paris?")
    page.get_by_label("Answer with a result").fill('{"temperature": 12}')
    page.get_by_label("Answer with a result").blur()
    page.keyboard.press("r")
    answered(page, 1)
    page.keyboard.press("a")
    again = turn(page, 0).locator(".call")
    expect(again.get_by_role("button", name="Save mock")).to_be_visible()
    expect(again.get_by_role("button", name="Send result")).to_be_hidden()
    again.get_by_role("button", name="Save mock").click()
    expect(again.locator("[data-part=mock-says]")).to_contain_text("which goes on here")
    expect(again.get_by_role("button", name="Answer so from now on")).to_be_hidden()
    expect(turn(page, 1).locator("[data-part=wait]")).to_contain_text(
        "until a result was given by hand are left out"
    )
    assert violations(page) == []
    page.reload()
    expect(again.locator("[data-part=output]")).to_contain_text("12")
    expect(again.get_by_role("button", name="Answer so from now on")).to_be_hidden()


def test_a_tool_endpoint_answers_and_the_page_marks_it(page: Page, site: Site, rehearse: Rehearse) -> None:
    with serving(ToolEndpoint()) as endpoint:
        rehearse(tool_endpoint=endpoint.url)
        conversation_id = start_talking(page, WEATHER)
        hear_at_once(site, conversation_id)
        say(page, "What is the weather like in Paris?")
        expect_answered(page, "the tool endpoint", '"temperature": 17')
        assert "17" in answered(page, 1)
    (request,) = endpoint.calls
    assert request.keys() == {"conversation_id", "turn_id", "tool_call_id", "name", "arguments"}
    assert (request["conversation_id"], request["name"]) == (conversation_id, "get_current_weather")
    assert request["arguments"]["location"] == "Paris"
