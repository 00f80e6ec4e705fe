import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { DELTA_TIMES, initialState, openTurn, reduce, turnById } from "../../static/js/playground/state.js";
import { newTurn } from "../../static/js/playground/turn.js";
import { Wire } from "./events.mjs";

function after(events, from = initialState()) {
  return events.reduce(reduce, from);
}

function connected(turns = [], more = {}) {
  const wire = new Wire();
  return [wire, after([wire.snapshot(turns, more)])];
}

function turnAfter(...make) {
  const [wire, state] = connected();
  return turnById(after([wire.started(), ...make.map((one) => one(wire))], state), "t1");
}

describe("a turn", () => {
  test("begins with what the user said", () => {
    const turn = turnAfter();
    assert.equal(turn.user_text, "Hello");
    assert.equal(turn.client_msg_id, "m1");
    assert.equal(turn.status, "pending");
    assert.equal(turn.created_at, "2025-11-21T04:40:00.500Z");
  });

  test("grows by its deltas and knows when the first one came", () => {
    const turn = turnAfter((w) => w.delta("Hi ", 0, 300), (w) => w.delta("there.", 3, 340));
    assert.equal(turn.text, "Hi there.");
    assert.deepEqual(turn.delta_times_ms, [300, 340]);
    assert.equal(turn.timings_ms.ttft, 300);
  });

  test("has exactly the shape of a snapshot's turn at every step", () => {
    const keys = Object.keys(newTurn("t1")).sort();
    const [wire, state] = connected();
    let now = after([wire.started()], state);
    for (const event of [wire.delta("Hi.", 0, 1), wire.speech("playing"), wire.closed("completed", { text: "Hi." })]) {
      now = reduce(now, event);
      assert.deepEqual(Object.keys(turnById(now, "t1")).sort(), keys);
    }
  });

  test("keeps sentences, replacing none", () => {
    const sentence = { index: 0, start: 0, end: 3, kind: "sentence", text: "Hi.", spoken: "Hi.", t_ms: 420 };
    const turn = turnAfter((w) => w.event("playground.sentence", sentence));
    assert.deepEqual(turn.sentences, [{ index: 0, start: 0, end: 3, kind: "sentence", t_ms: 420 }]);
    assert.equal(turn.timings_ms.first_sentence, 420);
  });

  test("takes a segment's last word on its times", () => {
    const turn = turnAfter(
      (w) => w.speech("synthesis", { starts_ms: 700 }),
      (w) => w.speech("playing", { starts_ms: 900 }, 900),
    );
    assert.deepEqual(turn.segments.map((one) => [one.starts_ms, one.cut]), [[900, false]]);
    assert.equal(turn.timings_ms.first_audio, 900);
  });

  test("does not count a filler as its first audio", () => {
    const turn = turnAfter(
      (w) => w.event("playground.filler", { state: "playing", phrase: "One moment", due_ms: 1_000 }),
      (w) => w.speech("playing", { kind: "filler", index: null }),
    );
    assert.equal(turn.timings_ms.first_audio, null);
    assert.deepEqual(turn.filler, { state: "played", phrase: "One moment", reason: "", due_ms: 1_000 });
  });

  test("knows why no filler played", () => {
    const skipped = { state: "skipped", reason: "answer_in_time", due_ms: 1_000 };
    assert.deepEqual(turnAfter((w) => w.event("playground.filler", skipped)).filler, { ...skipped, phrase: "" });
  });

  test("marks a segment that was cut, and ends it there", () => {
    const turn = turnAfter((w) => w.speech("cut", { ends_ms: 1_500 }, 1_100));
    assert.equal(turn.segments[0].cut, true);
    assert.equal(turn.segments[0].ends_ms, 1_100);
  });

  test("closes with what its last event says, and keeps what it already knew", () => {
    const error = { code: "truncated", message: "The server hung up." };
    const turn = turnAfter(
      (w) => w.delta("Hi", 0, 310),
      (w) => w.closed("failed", { text: "Hi", error, timings_ms: { total: 900 } }),
    );
    assert.equal(turn.status, "failed");
    assert.deepEqual(turn.error, error);
    assert.equal(turn.timings_ms.total, 900);
    assert.equal(turn.timings_ms.ttft, 310);
  });

  test("knows when it was interrupted, and is over then", () => {
    const [wire, state] = connected();
    const now = after([wire.started(), wire.closed("interrupted", { t_ms: 1_234 })], state);
    assert.equal(turnById(now, "t1").interrupted_at_ms, 1_234);
    assert.equal(openTurn(now), undefined);
  });

  test("keeps whether a call's arguments were JSON when it closes", () => {
    const turn = turnAfter(
      (w) => w.event("conversation.tool_call", { tool_call_id: "k", name: "f", arguments: "{", valid: false }),
      (w) => w.closed("completed", { tool_calls: [{ id: "k", name: "f", arguments: "{" }] }),
    );
    assert.deepEqual(turn.tool_calls, [{ id: "k", name: "f", arguments: "{", valid: false }]);
  });

  test("takes the result of a call that anyone gave", () => {
    const turn = turnAfter((w) => w.event("playground.tool_result", { tool_call_id: "k", output: "21", status: "success", source: "mock" }));
    assert.deepEqual(turn.tool_results, { k: { output: "21", status: "success", source: "mock" } });
  });

  test("knows when its answer began and that it has ended, and counts the deltas that shared an event", () => {
    const turn = turnAfter(
      (w) => w.event("playground.response", { status: 200, phases: [], t_ms: 120 }),
      (w) => w.event("playground.answer", { state: "began", t_ms: 150 }),
      (w) => w.delta("Hi ", 0, 300),
      (w) => w.event("playground.delta", { text: "there.", offset: 3, t_ms: 900, count: 4 }),
      (w) => w.event("playground.answer", { state: "ended", t_ms: 950 }),
    );
    assert.deepEqual([turn.response_ms, turn.timings_ms.ttfb, turn.answer_ended], [120, 150, true]);
    assert.deepEqual([turn.delta_count, turn.longest_gap_ms], [5, 600]);
  });

  test("knows how far its request has come, and nothing of the one before it", () => {
    const moved = (w) => w.event("playground.request_moved", { phases: [["started", 1]], t_ms: 101 });
    const again = (w) => w.event("playground.request", { attempt: 2, request: {}, origins: [], t_ms: 700 });
    assert.deepEqual(turnAfter(moved).phases, [["started", 1]]);
    assert.equal(turnAfter(moved, again).phases, null);
  });

  test("of a page that came in its middle has no longest pause between deltas", () => {
    const { longest_gap_ms: _, ...shown } = newTurn("t1");
    const open = { ...shown, status: "streaming", text: "Hi ", delta_times_ms: [300], delta_count: 9 };
    const [wire, state] = connected([open]);
    const turn = turnById(after([wire.delta("there.", 3, 900)], state), "t1");
    assert.deepEqual([turn.delta_count, turn.longest_gap_ms], [10, null]);
  });

  test("thins the times of very many deltas and keeps first and last in order", () => {
    const deltas = Array.from({ length: DELTA_TIMES * 3 }, (_, place) => (w) => w.delta("a", place, place));
    const times = turnAfter(...deltas).delta_times_ms;
    assert.ok(times.length <= DELTA_TIMES);
    assert.equal(times[0], 0);
    assert.deepEqual(times, times.toSorted((one, other) => one - other));
  });
});

describe("seq", () => {
  test("drops an event that is already part of the state", () => {
    const [wire, state] = connected();
    const delta = wire.delta("Hi", 0);
    const note = { ...wire.event("playground.note", { note: "odd" }), seq: 4 };
    const now = after([{ ...wire.started(), seq: 2 }, { ...delta, seq: 3 }, note, note, { ...delta, seq: 3 }], state);
    assert.equal(turnById(now, "t1").text, "Hi");
    assert.deepEqual(turnById(now, "t1").notes, ["odd"]);
    assert.equal(now.seq, 4);
  });

  test("does not take a piece of text twice when merged deltas overlap", () => {
    const turn = turnAfter((w) => w.delta("Hi ", 0), (w) => w.delta("i there", 1));
    assert.equal(turn.text, "Hi there");
  });

  test("counts offsets in code points", () => {
    const turn = turnAfter((w) => w.delta("🐺🐺", 0), (w) => w.delta("🐺 howls", 1), (w) => w.delta("!", 8));
    assert.equal(turn.text, "🐺🐺 howls!");
  });

  test("stops at a gap, so that a resume can begin there", () => {
    const [wire, state] = connected();
    const before = after([wire.started(), wire.delta("Hi ", 0)], state);
    const now = after([wire.delta("lost", 9), wire.event("playground.note", { note: "odd" })], before);
    assert.equal(now.gap, true);
    assert.equal(now.seq, before.seq);
    assert.equal(turnById(now, "t1").text, "Hi ");
  });

  test("is whole again after the snapshot that was asked for", () => {
    const [wire, state] = connected();
    const torn = after([wire.started(), wire.delta("late", 5)], state);
    const whole = { ...newTurn("t1"), status: "streaming", text: "Hello late" };
    const now = after([wire.snapshot([whole]), wire.delta("r", 10)], torn);
    assert.equal(now.gap, false);
    assert.equal(turnById(now, "t1").text, "Hello later");
  });
});

describe("a snapshot", () => {
  test("replaces everything but the requests and the last refusal", () => {
    const [wire, state] = connected([newTurn("old")]);
    const request = wire.event("playground.request", { turn_id: "old", attempt: 1, request: { url: "/x" }, origins: [] });
    const now = after([request, wire.snapshot([newTurn("new")])], state);
    assert.deepEqual(now.turns.map((turn) => turn.turn_id), ["new"]);
    assert.equal(now.requests.old.request.url, "/x");
  });

  test("gives an open turn the timings that follow from its events", () => {
    const open = { ...newTurn("t1"), status: "streaming", timings_ms: {}, delta_times_ms: [310, 320] };
    const [, state] = connected([open]);
    assert.equal(turnById(state, "t1").timings_ms.ttft, 310);
    assert.equal(turnById(state, "t1").timings_ms.total, null);
  });
});

describe("a conversation", () => {
  test("is read-only once it has ended", () => {
    const [wire, state] = connected();
    const { conversation } = reduce(state, wire.event("playground.ended"));
    assert.equal(conversation.may_speak, false);
    assert.equal(conversation.status, "ended");
  });

  test("changes its context for everyone who watches", () => {
    const [wire, state] = connected();
    const now = reduce(state, wire.event("playground.context", { conversational_context: "Maya is 8." }));
    assert.equal(now.conversation.conversational_context, "Maya is 8.");
  });

  test("remembers a refusal until the next turn begins", () => {
    const [wire, state] = connected();
    const refused = reduce(state, wire.event("playground.error", { code: "busy", message: "Busy." }));
    assert.equal(refused.refusal.message, "Busy.");
    assert.equal(reduce(refused, wire.started()).refusal, null);
  });

  test("is left alone by events that nobody knows and turns that aren't there", () => {
    const [wire, state] = connected();
    for (const event of [wire.event("conversation.perception"), wire.event("playground.delta", { turn_id: "no" })]) {
      const now = reduce(state, event);
      assert.deepEqual(now.turns, state.turns);
    }
  });
});

describe("a snapshot in parts", () => {
  const stored = (turn_idx, more = {}) => ({ ...newTurn(`s${turn_idx}`), turn_idx, status: "completed", ...more });
  const order = (state) => state.turns.map((turn) => turn.turn_idx);

  test("can be used after the first part, and puts the earlier turns in front", () => {
    const [wire, first] = connected([stored(4), stored(5)], { earlier: 4 });
    assert.deepEqual([order(first), first.earlier], [[4, 5], 4]);
    const second = reduce(first, wire.earlier([stored(2), stored(3)], 2));
    assert.deepEqual([order(second), second.earlier], [[2, 3, 4, 5], 2]);
    const whole = reduce(second, wire.earlier([stored(0), stored(1)], 0));
    assert.deepEqual([order(whole), whole.earlier, whole.seq], [[0, 1, 2, 3, 4, 5], 0, first.seq]);
  });

  test("leaves the turn that goes on, and what is told of it, alone", () => {
    const [wire, state] = connected([stored(1)], { earlier: 1 });
    const started = { ...wire.started(), turn_idx: 2 };
    const before = after([started, wire.delta("Hi ", 0)], state);
    const now = after([wire.earlier([stored(0)], 0), wire.delta("there.", 3)], before);
    assert.deepEqual(order(now), [0, 1, 2]);
    assert.equal(openTurn(now).text, "Hi there.");
    assert.equal(now.gap, false);
  });

  test("starts over with a new snapshot, and keeps what the reader sees meanwhile", () => {
    const [wire, first] = connected([stored(3)], { earlier: 3 });
    const half = reduce(first, wire.earlier([stored(2)], 2));
    const again = reduce(half, wire.snapshot([stored(5), stored(6)], { earlier: 5 }));
    assert.deepEqual([order(again), again.earlier], [[2, 3, 5, 6], 5]);
    const parts = [wire.earlier([stored(3, { text: "new" }), stored(4)], 3), wire.earlier([stored(0), stored(1), stored(2)], 0)];
    const whole = after(parts, again);
    assert.deepEqual(order(whole), [0, 1, 2, 3, 4, 5, 6]);
    assert.equal(turnById(whole, "s3").text, "new");
    assert.equal(turnById(whole, "s2"), turnById(again, "s2"));
  });

  test("does not keep a turn that was open when the connection was lost", () => {
    const [wire, state] = connected([stored(0)]);
    const cut = after([{ ...wire.started(), turn_idx: 1 }], state);
    const now = reduce(cut, wire.snapshot([stored(9)], { earlier: 9 }));
    assert.deepEqual(order(now), [0, 9]);
  });

  test("needs its first part", () => {
    assert.deepEqual(reduce(initialState(), new Wire().earlier([stored(0)], 0)), initialState());
  });
});

describe("a snapshot after a server process was killed", () => {
  test("has a lower seq, and events go on from there", () => {
    const [, state] = connected();
    const before = { ...state, seq: 41 };
    const closed = new Wire(6).closed("interrupted", { turn_id: "t1" });
    assert.equal(reduce(before, closed), before);
    const wire = new Wire(7);
    const now = after([wire.snapshot(), wire.started()], before);
    assert.equal(now.seq, 9);
    assert.equal(openTurn(now).turn_id, "t1");
  });
});

describe("a notice", () => {
  const notice = (wire, kind, is_on, message = "") => ({ ...wire.event("playground.notice"), seq: 1, properties: { kind, is_on, message } });

  test("is kept beside those of other kinds while it is on, and moves no seq", () => {
    const [wire, state] = connected();
    const both = after([notice(wire, "followers_lost", true, "Lost."), notice(wire, "not_stored", true, "Full.")], state);
    assert.deepEqual(both.notices, [{ kind: "followers_lost", message: "Lost." }, { kind: "not_stored", message: "Full." }]);
    assert.equal(both.seq, state.seq);
    assert.deepEqual(reduce(both, notice(wire, "followers_lost", false)).notices, [{ kind: "not_stored", message: "Full." }]);
  });

  test("is on exactly if the newest snapshot has it", () => {
    const [wire, state] = connected([], { notices: [{ kind: "not_stored", is_on: true, message: "Full." }] });
    assert.deepEqual(state.notices, [{ kind: "not_stored", message: "Full." }]);
    assert.deepEqual(reduce(state, wire.snapshot()).notices, []);
  });
});
