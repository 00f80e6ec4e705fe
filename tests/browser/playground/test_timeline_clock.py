"""The page's timeline matches the LLM server's own clock. In a browser: the page draws the timeline."""

import json
import re
from statistics import median

from playwright.sync_api import Page, expect

from tests.browser.clocked_llm import LINES, ClockedLLM
from tests.browser.loopback import serving
from tests.browser.site import Site
from tests.browser.talking import answered, hear_at_once, say, send_button

AGREES_WITHIN_MS = 20
LIVE = re.compile(r"/playground/c[0-9a-z]+/$")


def test_the_timeline_agrees_with_the_servers_own_clock(page: Page, site: Site) -> None:
    with serving(ClockedLLM()) as server:
        started_at = watch_starts(page)
        page.goto("/playground/")
        page.get_by_label("Base URL").fill(server.base_url)
        page.get_by_label(re.compile("^Key")).fill("sk-clocked-0123456789")
        page.get_by_label("Model").fill("m")
        page.get_by_role("button", name="Talk to it").click()
        page.wait_for_url(LIVE)
        expect(send_button(page)).to_be_enabled()
        hear_at_once(site, page.url.rstrip("/").rpartition("/")[2])
        say(page, "Tell me a story, line by line.")
        answered(page, 0)
    sent_ms = [(at - started_at[0]) * 1000 for at in server.sent_at]
    shown_ms = sentence_ends_ms(page)
    assert len(shown_ms) == len(sent_ms) == len(LINES)
    assert (
        median(abs(shown - sent) for shown, sent in zip(shown_ms, sent_ms, strict=True)) <= AGREES_WITHIN_MS
    )


def watch_starts(page: Page) -> list[float]:
    """Return when the turns of the page's conversation began, in seconds since 1970: the zero of each timeline."""
    starts: list[float] = []

    def read(frame: str | bytes) -> None:
        events = json.loads(frame)
        for event in events if isinstance(events, list) else [events]:
            if event["event_type"] == "playground.turn.started":
                starts.append(event["timestamp"])

    page.on("websocket", lambda socket: socket.on("framereceived", read))
    return starts


def sentence_ends_ms(page: Page) -> list[int]:
    """Return when each sentence was complete, as the table of the timeline says."""
    page.get_by_role("tab", name="Timeline").click()
    page.locator("#panel-timeline").get_by_text("The same as a table").click()
    rows = page.locator("#panel-timeline .timeline-table tbody tr").filter(has_text=re.compile("^Sentence"))
    expect(rows).to_have_count(len(LINES))
    return [milliseconds(row.locator("td").last.inner_text()) for row in rows.all()]


def milliseconds(shown: str) -> int:
    """Of "1,234 ms"."""
    match = re.fullmatch(r"([\d,]+)\s*ms", shown.strip())
    assert match is not None, shown
    return int(match.group(1).replace(",", ""))
