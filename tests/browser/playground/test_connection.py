"""A connection that is lost: said, tried again and resumed, with nothing of what was typed lost.

In a browser: the socket, the outbox and the kept draft are the page's.
"""

import re

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.site import Site
from tests.browser.talking import answered, hear_at_once, say, start_talking, text_box, turn

MERT = "Mert the Storyteller"


def test_what_was_typed_without_a_connection_is_sent_later_or_kept_for_a_reload(
    page: Page, site: Site
) -> None:
    routes: list[WebSocketRoute] = []
    is_down: list[bool] = []

    def connect(route: WebSocketRoute) -> None:
        routes.append(route)
        if is_down:
            route.close(code=3001)
        else:
            route.connect_to_server()

    def lose() -> None:
        is_down.append(True)
        routes[-1].close(code=3001)
        expect(page.locator("#status")).to_contain_text("The connection is lost; trying again.")

    page.route_web_socket(re.compile("/ws/conversations/"), connect)
    hear_at_once(site, start_talking(page, MERT))
    waiting = page.locator(".turn--waiting")
    lose()
    say(page, "Are you there?")
    expect(waiting).to_contain_text("Waits for the connection.")
    is_down.clear()
    expect(turn(page, 0).locator(".turn__question")).to_have_text("Are you there?")
    expect(waiting).to_have_count(0)
    assert answered(page, 0)

    lose()
    say(page, "And what then?")
    expect(waiting).to_contain_text("And what then?")
    text_box(page).fill("A draft")
    page.reload()
    expect(text_box(page)).to_have_value("And what then?\nA draft")
    is_down.clear()
    expect(page.locator("#turns > .turn")).to_have_count(1)
