"""What a caller would ask about. In a browser: what is drawn, hidden and saved is known there alone.

The turns are stored ones: no test waits until a stall of 19 s is over.
"""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.odd_turns import odd_turns
from tests.browser.site import Site
from tests.browser.talking import start_talking, turn
from tests.playground.long_conversations import store_turns

TURNS = {each["user_text"]: place for place, each in enumerate(odd_turns())}
PNG = b"\x89PNG"
LEAST_WIDTH = 1_400
"""Of a saved picture, in px."""
TORN = "items => items.filter((item) => item.offsetHeight > 24).map((item) => item.textContent)"
"""The numbers of which the unit stands on another line."""


@pytest.fixture
def odd(page: Page, site: Site) -> Page:
    """The page of a conversation with the odd turns."""
    conversation = start_talking(page, "Weather Assistant")
    store_turns(site, conversation, odd_turns())
    page.reload()
    expect(page.locator("#turns > .turn")).to_have_count(len(TURNS))
    return page


def of(page: Page, words: str) -> Locator:
    return turn(page, TURNS[words])


def reasons(page: Page, words: str) -> Locator:
    return of(page, words).get_by_role("list", name="What was odd")


def test_each_oddity_stands_under_its_answer_and_in_its_picture(odd: Page) -> None:
    expect(reasons(odd, "A stall")).to_contain_text("stalled for 19.0 s after its text at 350 ms")
    expect(reasons(odd, "One piece")).to_contain_text("characters came at once, after 900 ms")
    expect(reasons(odd, "No end")).to_contain_text("No sentence ended in the first")
    expect(reasons(odd, "Code")).to_contain_text("Code was read aloud")
    expect(reasons(odd, "A call")).to_contain_text(
        "called get_weather in place of an answer. Tavus runs no tool"
    )
    expect(reasons(odd, "A table")).to_be_hidden()

    strip = of(odd, "A stall").locator("[data-part=strip]")
    expect(strip.locator(".bar--stall")).to_have_count(1)
    assert right_end(strip, ".bar--stall") > 0.9 * right_end(strip, ".bar--speech")
    # 2,700 ms against 21,000 ms.
    short = right_end(of(odd, "One piece").locator("[data-part=strip]"), ".bar--speech")
    assert short / right_end(strip, ".bar--speech") == pytest.approx(2_700 / 21_000, abs=0.01)

    of(odd, "A stall").locator("[data-part=open]").click()
    odd.locator("#panel-timeline").get_by_text("The same as a table").click()
    expect(odd.locator(".timeline-table").get_by_role("row", name=re.compile("stalled"))).to_contain_text(
        "350 ms"
    )
    assert violations(odd) == []


def right_end(picture: Locator, bar: str) -> float:
    """Return where the last bar of a kind ends, in px from the picture's left side."""
    box = picture.locator(bar).bounding_box()
    whole = picture.bounding_box()
    assert box is not None
    assert whole is not None
    return box["x"] + box["width"] - whole["x"]


def test_an_answer_is_read_as_written_or_as_heard_and_colours_may_be_forced(odd: Page) -> None:
    table = of(odd, "A table")
    expect(table).to_contain_text("What the voice made of it: a heading, 2 table rows.")
    switch = table.get_by_role("group", name="The answer as")
    switch.get_by_role("button", name="Heard").click()
    expect(table.locator(".heard p")).to_have_text(["Opening hours", "Monday, 9", "Tuesday, 10"])
    expect(table.locator(".answer")).to_be_hidden()
    switch.get_by_role("button", name="Written").click()
    expect(table.locator(".answer")).to_contain_text("| Monday | 9 |")
    expect(table.locator(".heard")).to_be_hidden()
    expect(of(odd, "Code").get_by_role("group", name="The answer as")).to_be_hidden()

    odd.emulate_media(forced_colors="active")
    for kind in ("waiting", "stream", "stall", "synthesis", "filler", "speech", "dead-air"):
        assert paints(odd.locator(f"#panel-timeline .legend [data-kind={kind}]"), "::before"), kind
    assert paints(of(odd, "An interrupt").locator(".cut"))
    chosen, other = (
        odd.get_by_role("tab", name=name).evaluate("tab => getComputedStyle(tab).borderBottomColor")
        for name in ("Timeline", "Request")
    )
    assert chosen != other


def test_on_a_phone_numbers_keep_their_units_and_the_timeline_is_zoomed_and_saved(
    odd: Page,
) -> None:
    odd.set_viewport_size({"width": 360, "height": 740})
    assert of(odd, "A stall").locator(".numbers dd").evaluate_all(TORN) == []
    of(odd, "An eager filler").locator("[data-part=open]").click()
    odd.get_by_role("button", name="Open the timeline").click()
    timeline = odd.get_by_role("dialog", name="An eager filler")
    timeline.get_by_text("This timeline as a table").click()
    expect(timeline.get_by_role("row", name=re.compile("140 ms too eager"))).to_have_count(1)
    assert odd.evaluate("document.documentElement.scrollWidth") <= 360
    assert timeline.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
    pinch(odd, timeline.get_by_role("slider", name="Cursor on the time axis"))
    expect(timeline.get_by_role("button", name="Whole turn")).to_be_enabled()
    svg = ElementTree.fromstring(saved(odd, "Save as SVG"))
    assert int(svg.get("width", 0)) >= LEAST_WIDTH
    assert "140 ms too eager" in "".join(svg.itertext())
    png = saved(odd, "Save as PNG")
    assert png.startswith(PNG)
    assert int.from_bytes(png[16:20]) >= LEAST_WIDTH


def pinch(page: Page, area: Locator) -> None:
    """Spread two fingers on it, as the browser's own input."""
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    fingers = page.context.new_cdp_session(page)
    for kind, spread in (("touchStart", 20), ("touchMove", 60), ("touchMove", 100)):
        points = [{"x": x - spread, "y": y, "id": 0}, {"x": x + spread, "y": y, "id": 1}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def saved(page: Page, button: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path()).read_bytes()


def paints(element: Locator, pseudo: str | None = None) -> bool:
    """Whether an element's ground differs from the page's."""
    ground, picture, canvas = element.first.evaluate(
        "(node, pseudo) => { const { backgroundColor, backgroundImage } = getComputedStyle(node, pseudo);"
        " return [backgroundColor, backgroundImage, getComputedStyle(document.body).backgroundColor] }",
        pseudo,
    )
    return picture != "none" or ground not in ("rgba(0, 0, 0, 0)", canvas)
