"""What one does beside talking: run again, start again, save a mock, decide about an interrupt.

In a browser: its script takes notices from the socket, asks, and moves the focus.
"""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.site import Site, rows
from tests.browser.talking import (
    expect_status,
    hear_at_once,
    say,
    start_talking,
    text_box,
    turn,
    wait_until_heard,
)
from tests.playground.served_api import answer, ask, prepared_key

KEY = "{{secret:DEMO_LLM_KEY}}"
ARGUMENT = "the\nlocation"
RESULT = "foggy,\n4 degrees"
WEATHER_TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the current weather in a given location",
        "parameters": {
            "type": "object",
            "properties": {ARGUMENT: {"type": "string"}},
            "required": [ARGUMENT],
        },
    },
}


def save_another_version(site: Site, persona_id: str, prompt: str) -> None:
    patch = [{"op": "replace", "path": "/system_prompt", "value": prompt}]
    ask(site, prepared_key(site), "PATCH", f"/v2/personas/{persona_id}", json.dumps(patch)).close()


def test_a_mock_answers_the_next_call_and_a_save_elsewhere_offers_to_go_on_or_start_again(
    page: Page, site: Site
) -> None:
    llm = {"model": "demo-tools", "base_url": "/demo/v1", "api_key": KEY, "tools": [WEATHER_TOOL]}
    document = {"persona_name": "Ada with tools", "system_prompt": "Help.", "layers": {"llm": llm}}
    created = answer(site, prepared_key(site), "POST", "/v2/personas", json.dumps(document))
    persona_id = str(created["persona_id"])
    conversation_id = start_talking(page, "Ada with tools")
    hear_at_once(site, conversation_id)
    say(page, "What is the weather like in Paris?")
    call = turn(page, 0).locator(".call")
    call.get_by_role("textbox").fill(RESULT)
    expect(call.locator("[data-part=text-typed]")).to_contain_text("This is not JSON")
    call.get_by_role("button", name="Save as mock").click()
    call.get_by_role("checkbox", name='only where the location is "Paris"').check()
    assert violations(page) == []
    call.get_by_role("button", name="Save mock").click()
    expect(call.get_by_text("Saved in version 2")).to_be_visible()
    expect(page.locator("[data-persona=version]")).to_have_text("v2 · Tool mock of get_weather")
    expect(call.get_by_role("textbox")).to_have_value(RESULT)
    ((tool_mocks,),) = rows(site.data, "SELECT tool_mocks FROM personas_persona WHERE id = ?", persona_id)
    mock = {"when": {ARGUMENT: "Paris"}, "result": RESULT}
    assert json.loads(str(tool_mocks)) == {"get_weather": [mock]}

    turn(page, 0).get_by_role("button", name="Run again").click()
    expect(turn(page, 1).locator("[data-part=result-status]")).to_have_text("answered by a saved mock")
    expect(turn(page, 1).locator("[data-part=text-result]")).to_be_visible()
    expect_status(page, 2, "completed")

    save_another_version(site, persona_id, "Be brief.")
    notice = page.locator("#notices")
    expect(notice).to_contain_text("Version 3 of this persona exists. Version 2 goes on answering here.")
    assert violations(page) == []
    notice.get_by_role("button", name="Go on here with it").click()
    expect(page.locator("[data-persona=version]")).to_have_text("v3 · Changed by API")
    expect(notice).to_be_empty()
    expect(page.locator("#turns > li")).to_have_class(
        [re.compile(name) for name in ("^turn", "version-change$", "^turn", "^turn", "version-change$")]
    )
    expect(page.locator(".version-change").last).to_have_text(
        "From here on: version 3 · Changed by API · What changed"
    )

    save_another_version(site, persona_id, "Be kind.")
    notice.get_by_role("button", name="Start again with it").click()
    page.wait_for_url(re.compile(rf"/playground/(?!{conversation_id})c[0-9a-z]+/$"))
    expect(page.locator("[data-persona=version]")).to_have_text("v4 · Changed by API")
    expect(notice).to_be_empty()


CONDITIONAL = """
$response.replies.push({
    type: "llmRequest", provider: "CUSTOM_LLM", url: "/demo/v1/chat/completions", model: "demo",
    tokenSecret: "DEMO_LLM_KEY", messages: $jsapi.chatHistoryInLlmFormat(),
    bargeInReply: {"bargeInIntent": {"type": "intent"}}
});
"""

# Frames wait for `release()`.
HOLD_FRAMES = """() => {
  const draw = requestAnimationFrame;
  const held = [];
  globalThis.requestAnimationFrame = (render) => held.push(render);
  globalThis.release = () => {
    globalThis.requestAnimationFrame = draw;
    held.forEach(draw);
  };
}"""


@pytest.fixture
def conditional(page: Page, site: Site, tmp_path: Path) -> None:
    """The page of a conversation whose persona has a conditional barge-in, while its voice is heard."""
    file = tmp_path / "conditional.sc"
    file.write_text(CONDITIONAL)
    persona_id = site.manage("import_persona", str(file)).splitlines()[-1]
    rows(site.data, "UPDATE personas_persona SET persona_name = ? WHERE id = ?", "Conditional", persona_id)
    page.goto(f"/playground/?persona={persona_id}")
    page.locator(f'button[value="{persona_id}"]').click()
    expect(page.locator("[data-persona=version]")).not_to_be_empty()
    # More time than a person has: this machine may be slow.
    page.locator("#live").evaluate("(live, ms) => { live.dataset.decisionMs = ms }", "60000")
    page.locator("#context-menu > summary").click()
    page.get_by_label("Say verbatim").fill("A long sentence that takes its time to be said. " * 20)
    page.get_by_role("button", name="Say it").click()
    wait_until_heard(page, 0)


def test_a_conditional_barge_in_asks_the_user_who_decides_by_keyboard(page: Page, conditional: None) -> None:
    question = page.get_by_role("alertdialog", name="Interrupt, or go on?")
    say(page, "Wait a moment.")
    expect(question).to_contain_text("“Wait a moment.”")
    expect(question).to_contain_text("It goes on in")
    assert violations(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    expect(text_box(page)).to_be_focused()
    expect(page.locator("#outbox")).to_contain_text("Wait a moment.")
    expect_status(page, 0, re.compile("pending|streaming"))

    page.locator("#context-menu > summary").click()
    # A slow browser draws no frame between the switch and the first letters.
    page.evaluate(HOLD_FRAMES)
    with page.expect_response("**/typing_interrupts*.js"):
        page.get_by_role("button", name="Interrupt by starting to type").click()
    page.keyboard.press("Escape")
    text_box(page).press_sequentially("No")
    page.evaluate("release()")
    expect(question).to_contain_text("“No”")
    expect(text_box(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect_status(page, 0, "interrupted")
    expect(turn(page, 1)).to_contain_text("Wait a moment.")
    expect(text_box(page)).to_have_value("No")
