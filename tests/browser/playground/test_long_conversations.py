"""Long conversations, fast answers and reconnection on the live page. In a browser: they are its script's work."""

from playwright.sync_api import Page, expect

from tests.browser.main_thread import tasks_ms
from tests.browser.playground.test_odd_answers import talk_to
from tests.browser.site import Site, rows
from tests.browser.talking import (
    answer,
    expect_status,
    hear_at_once,
    say,
    send_button,
    start_talking,
    text_box,
    turn,
)
from tests.llm_server import fixture
from tests.llm_server.fixture import LLMServerHandle
from tests.playground.long_conversations import add_turns

own_server = fixture.llm_server_process

MERT = "Mert the Storyteller"
FILLED_MS = 30_000
"""How long 1,000 turns may take to arrive and to be built, on a machine that does other things."""
BUILDING_TASK_MS = 150
"""CPU time: above what a frame took on a machine with five times its work, far below one that restyles all turns."""
STREAMING_TASK_MS = 75
"""CPU time: 51 ms were the most at the end of a long answer on a machine with five times its work."""
SENTENCES = [
    f"This is sentence {number} of a fast answer, as long as a sentence of a voice is."
    for number in range(200)
]


LAND_AT = """
async (text) => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const question = [...document.querySelectorAll(".turn__question")].find((node) => node.textContent === text);
  question.scrollIntoView({ block: "center" });
  for (let frames = 0; frames < 4; frames += 1) await frame();
  return question.getBoundingClientRect().top;
}
"""
"""Scrolls to a question; where it stands once the turns around it, never near the window before, have their heights."""


def open_long_conversation(page: Page, site: Site, count: int) -> str:
    """Return a conversation whose page is opened when its turns are there; its id."""
    conversation = start_talking(page, MERT)
    hear_at_once(site, conversation)
    page.goto("/")
    add_turns(site, conversation, count)
    page.goto(f"/playground/{conversation}/")
    return conversation


def place_of(page: Page, text: str) -> float:
    """Return where the turn of this question stands in the window, in CSS pixels."""
    box = page.get_by_text(text, exact=True).bounding_box()
    assert box is not None
    return box["y"]


def test_1000_turns_open_and_the_page_is_usable_after_the_first_part(page: Page, site: Site) -> None:
    with tasks_ms(page) as tasks:
        open_long_conversation(page, site, 1_000)
        expect(send_button(page)).to_be_enabled()
        say(page, "Hello")
        expect(page.locator("#turns > .turn:last-child .turn__question")).to_have_text("Hello")
        expect(page.locator("#turns > .turn")).to_have_count(1_001, timeout=FILLED_MS)
        expect_status(page, 1_000, "completed")
    questions = page.locator("#turns > .turn .turn__question").all_text_contents()
    assert questions == [*(f"Question number {number}?" for number in range(1_000)), "Hello"]
    assert turn(page, 1_000).evaluate("node => node.getBoundingClientRect().bottom <= innerHeight")
    assert 0 < max(tasks) < BUILDING_TASK_MS


def test_a_long_conversation_opens_at_its_end(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    open_long_conversation(page, site, 150)
    expect(page.locator("#turns > .turn")).to_have_count(150, timeout=FILLED_MS)
    expect(turn(page, 149).locator(".numbers")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="To the end")).to_be_hidden()


def test_the_reader_keeps_the_place_while_earlier_turns_are_put_in_above(page: Page, site: Site) -> None:
    open_long_conversation(page, site, 250)
    read = "Question number 230?"
    page.get_by_text(read, exact=True).wait_for(state="attached")
    landed = page.evaluate(LAND_AT, read)
    expect(page.locator("#turns > .turn")).to_have_count(250, timeout=FILLED_MS)
    assert abs(place_of(page, read) - landed) < 2


def test_the_address_of_a_turn_opens_there_and_stays_while_earlier_turns_arrive(
    page: Page, site: Site
) -> None:
    conversation = open_long_conversation(page, site, 150)
    page.goto("/")
    page.goto(f"/playground/{conversation}/#t000100{conversation[:8]}")
    expect(page.locator("#turns > .turn")).to_have_count(150, timeout=FILLED_MS)
    expect(page.locator("#inspector-title")).to_have_text("“Question number 100?”")
    expect(turn(page, 100)).to_have_attribute("data-selected", "")
    expect(turn(page, 100).locator(".turn__question")).to_be_in_viewport(ratio=1)


def test_a_thousand_deltas_a_second_are_drawn_in_short_tasks(page: Page, own_server: LLMServerHandle) -> None:
    start_talking(page, MERT)
    with tasks_ms(page) as tasks:
        talk_to(page, own_server.base_url("rapid"))
        expect(answer(page, 0)).to_contain_text("The end.", timeout=FILLED_MS)
    page.keyboard.press("Escape")
    expect_status(page, 0, "interrupted")
    assert 0 < max(tasks) < STREAMING_TASK_MS


def test_a_page_whose_viewer_failed_recovers_by_itself(page: Page, site: Site) -> None:
    conversation = open_long_conversation(page, site, 60)
    expect(page.locator("#turns > .turn")).to_have_count(60)
    page.goto("/")
    stored = "SELECT timeline FROM playground_turn WHERE conversation_id = ? AND position = 5"
    ((timeline,),) = rows(site.data, stored, conversation)
    change = "UPDATE playground_turn SET timeline = ? WHERE conversation_id = ? AND position = 5"
    rows(site.data, change, "[]", conversation)  # what no turn's timeline is
    page.goto(f"/playground/{conversation}/")
    failed = page.get_by_text("Greenroom itself failed; connecting again")
    expect(failed).to_be_visible()
    expect(turn(page, 0)).to_be_visible()
    text_box(page).fill("What I typed")
    rows(site.data, change, str(timeline), conversation)
    expect(page.locator("#turns > .turn")).to_have_count(60, timeout=FILLED_MS)
    expect(failed).to_be_hidden()
    expect(text_box(page)).to_have_value("What I typed")


def test_the_newest_turns_are_painted_even_out_of_sight(page: Page, site: Site) -> None:
    """Chromium leaves blank what comes into sight while it grows, if its content was skipped until then."""
    open_long_conversation(page, site, 60)
    expect(page.locator("#turns > .turn")).to_have_count(60)
    skipped = "turns => turns.map((turn) => getComputedStyle(turn).contentVisibility)"
    visibility = page.locator("#turns > .turn").evaluate_all(skipped)
    assert visibility == ["auto"] * 40 + ["visible"] * 20


def test_a_page_without_a_seat_keeps_what_is_typed_and_says_why(page: Page, site: Site) -> None:
    conversation = start_talking(page, MERT)
    page.evaluate(
        """async (path) => {
            const url = new URL(path, location.href.replace(/^http/, "ws"));
            window.held = Array.from({ length: 25 }, () => new WebSocket(url));
            const heard = (socket) => new Promise((done) => { socket.onmessage = socket.onclose = done; });
            await Promise.all(held.map(heard));
        }""",
        f"/ws/conversations/{conversation}/",
    )
    late = page.context.new_page()
    late.goto(f"/playground/{conversation}/")
    expect(late.locator("#status")).to_contain_text("SESSION_SOCKETS_PER_USER")
    text_box(late).fill("Do not lose me")
    text_box(late).press("Enter")
    expect(text_box(late)).to_have_value("Do not lose me")
    expect(send_button(late)).to_be_disabled()
