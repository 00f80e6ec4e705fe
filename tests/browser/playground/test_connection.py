"""A connection that is lost: said, tried again and resumed, with nothing of what was typed lost.

In a browser: the socket, the outbox and the kept draft are the page's.
"""

import json
import re

from playwright.sync_api import Page, Route, WebSocketRoute, expect

from playground.realtime.notices import BEGINS, Kind, notice
from tests.browser.axe import violations
from tests.browser.site import Site
from tests.browser.talking import (
    answer,
    answered,
    hear_at_once,
    say,
    start_talking,
    text_box,
    turn,
    wait_until_heard,
)

MERT = "Mert the Storyteller"
TWO_LINES_PX = 36


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
    assert page.locator("#status").evaluate("status => status.offsetHeight") < TWO_LINES_PX
    assert violations(page) == []
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


def test_what_is_typed_and_sent_before_the_scripts_are_there_is_sent_once_they_are(
    page: Page, site: Site
) -> None:
    conversation = start_talking(page, MERT)
    hear_at_once(site, conversation)
    held: list[Route] = []
    page.route(re.compile(r"/playground/page\.[0-9a-f]+\.js"), lambda route: held.append(route))
    page.goto(f"/playground/{conversation}/", wait_until="commit")
    expect(page.locator("#status")).to_have_text("Connecting…")
    text_box(page).press_sequentially("Are you there?\n")
    held.pop().continue_()
    expect(turn(page, 0).locator(".turn__question")).to_have_text("Are you there?")
    expect(text_box(page)).to_have_value("")

    text_box(page).fill("A draft")
    page.goto("/")
    page.goto(f"/playground/{conversation}/", wait_until="commit")
    text_box(page).press_sequentially("and more")
    held.pop().continue_()
    expect(text_box(page)).to_have_value("A draft\nand more")

    text_box(page).fill("A draft of lines\n")
    page.goto("/")
    page.goto(f"/playground/{conversation}/", wait_until="commit")
    text_box(page).fill("A draft of lines\n")  # as some browsers restore it
    held.pop().continue_()
    expect(page.locator("#status")).not_to_have_text("Connecting…")
    expect(text_box(page)).to_have_value("A draft of lines\n")
    expect(page.locator("#turns > .turn")).to_have_count(1)


def passed_on_sockets(page: Page) -> list[WebSocketRoute]:
    """Return the page's sockets as they are opened; each is passed on to the server."""
    routes: list[WebSocketRoute] = []

    def pass_on(route: WebSocketRoute) -> None:
        routes.append(route)
        route.connect_to_server()

    page.route_web_socket(re.compile("/ws/conversations/"), pass_on)
    return routes


def test_a_lost_connection_loses_no_text(page: Page) -> None:
    routes = passed_on_sockets(page)
    start_talking(page, MERT)
    say(page, "Tell me about the wolf.")
    expect(answer(page, 0)).to_contain_text(" ")
    text_box(page).fill("a draft")
    routes[0].close(code=3001)
    expect(page.locator("#status")).to_contain_text("The connection is lost")
    expect(page.locator("#status")).not_to_contain_text("The connection is lost")
    wait_until_heard(page, 0)
    assert len(routes) == 2
    assert text_box(page).input_value() == "a draft"
    page.keyboard.press("Escape")
    shown = answered(page, 0)
    page.unroute_all()
    page.reload()
    assert answered(page, 0) == shown


def test_what_the_server_cannot_do_is_said_while_it_is_so(page: Page) -> None:
    routes = passed_on_sockets(page)
    start_talking(page, MERT)
    banner = page.locator("#notices")
    expect(banner).to_have_text("")
    for kind in Kind:
        routes[0].send(notice_frame(kind, is_on=True))
    expect(banner.locator("p")).to_have_text(list(BEGINS.values()))
    routes[0].send(notice_frame(Kind.FOLLOWERS_LOST, is_on=False))
    expect(banner.locator("p")).to_have_text([BEGINS[Kind.NOT_STORED], BEGINS[Kind.STOPPING]])


def notice_frame(kind: Kind, *, is_on: bool) -> str:
    return json.dumps({"event_type": "playground.notice", "seq": 0, "properties": notice(kind, is_on=is_on)})
