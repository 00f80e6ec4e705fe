import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { TurnClock } from "../../static/js/playground/clock.js";
import { firstLines } from "../../static/js/playground/first_lines.js";
import { interrupt, parseFrame, respond, toolResult } from "../../static/js/playground/protocol.js";
import { connectionStatus, turnStatus } from "../../static/js/playground/status.js";
import { newTurn } from "../../static/js/playground/turn.js";
import { segment } from "./events.mjs";

const EVENT = { event_type: "playground.note", properties: { note: "x" } };

describe("a frame", () => {
  test("holds one event or several", () => {
    assert.deepEqual(parseFrame(JSON.stringify(EVENT)), [EVENT]);
    assert.deepEqual(parseFrame(JSON.stringify([EVENT, EVENT])), [EVENT, EVENT]);
  });

  test("that is no event is nothing", () => {
    for (const text of ["", "{", "null", "3", '"x"', "[]", "[null, 1]", '{"event_type":"x"}', '{"properties":{}}']) {
      assert.deepEqual(parseFrame(text), [], text);
    }
  });
});

describe("a command", () => {
  test("has Tavus' envelope", () => {
    assert.deepEqual(respond("Hello", "m1"), {
      message_type: "conversation",
      event_type: "conversation.respond",
      properties: { text: "Hello", client_msg_id: "m1" },
    });
    assert.deepEqual(toolResult("k", "21", "error").properties, { tool_call_id: "k", output: "21", status: "error" });
  });

  test("to interrupt names a place only when one was chosen", () => {
    assert.deepEqual(interrupt().properties, {});
    assert.deepEqual(interrupt(0).properties, { at_offset: 0 });
  });
});

describe("the status line", () => {
  test("offers the way out of a closed connection", () => {
    assert.equal(connectionStatus({ state: "closed", why: "SIGN_IN_AGAIN" }).link, "sign-in");
    assert.equal(connectionStatus({ state: "closed", why: "NOT_FOUND" }).link, "reload");
  });

  test("is silent about a connection that works", () => {
    assert.equal(connectionStatus({ state: "open" }).text, "");
    assert.notEqual(connectionStatus({ state: "waiting" }).text, "");
  });

  test("says what the turn does now", () => {
    const turn = { ...newTurn("t1"), status: "streaming", text: "Hi there.", segments: [segment()] };
    assert.equal(turnStatus(undefined, "Mert", 0, null), "");
    assert.equal(turnStatus({ ...turn, text: "" }, "Mert", 100, null), "Waiting for the LLM");
    assert.equal(turnStatus(turn, "Mert", 800, null), "Mert speaks");
    assert.equal(turnStatus(turn, "Mert", 1_600, null), "Silence");
    assert.match(turnStatus(turn, "Mert", 800, 2_000), /interrupt waits/);
  });
});

describe("the turn's clock", () => {
  test("trusts the event that came with the least delay", () => {
    const clock = new TurnClock();
    clock.observe("t1", 0, 1_050);
    clock.observe("t1", 500, 1_510);
    clock.observe("t1", 900, 2_400);
    assert.equal(clock.elapsed("t1", 2_010), 1_000);
  });

  test("stands at nothing for a turn that it was never told of", () => {
    assert.equal(new TurnClock().elapsed("t1", 5_000), 0);
  });
});

describe("the opening lines", () => {
  test("are three, one of them for the persona's tool", () => {
    assert.equal(firstLines({ tools: [] }).length, 3);
    assert.ok(firstLines({ tools: ["get_current_weather"] }).includes("What is the weather like in London?"));
    assert.ok(firstLines({ tools: ["findBook"] }).includes("Can you find the book for me?"));
  });
});
