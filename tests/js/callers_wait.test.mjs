import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { asTurn, goesOn, leftOutMs, scaleOfWaits, turnAt, waitAt, waitBars, waitWith } from "../../static/js/playground/callers_wait.js";
import { bars, silences } from "../../static/js/playground/picture.js";
import { numbers } from "../../static/js/playground/numbers.js";
import { newTurn } from "../../static/js/playground/turn.js";
import { segment } from "./events.mjs";

const CASES = JSON.parse(readFileSync(new URL("../engine/callers_wait_cases.json", import.meta.url)));
const START = Date.parse("2026-01-01T00:00:00Z");
const NONE = newTurn("t").timings_ms;

function at(ms) {
  return new Date(START + ms).toISOString();
}

/** A turn of 414 ms that calls a tool; its result comes 250 ms later, from `source`. */
function asking(source) {
  return {
    ...newTurn("t1"),
    status: "completed",
    tool_calls: [{ id: "k", name: "weather", arguments: "{}", valid: true }],
    tool_results: { k: { output: "{}", status: "success", source } },
    timings_ms: { ...NONE, ttfb: 310, dead_air: 414, total: 414 },
    created_at: at(0),
  };
}

const GOING_ON = {
  ...newTurn("t2"),
  kind: "continuation",
  continues: "t1",
  status: "completed",
  text: "Hi there.",
  sentences: [{ index: 0, start: 0, end: 9, kind: "sentence", t_ms: 500 }],
  segments: [segment({ synthesis_ms: 500, starts_ms: 791, ends_ms: 1_500, words: [[0, 2, 791]] })],
  delta_times_ms: [300, 500],
  timings_ms: { ttfb: 290, ttft: 300, first_sentence: 500, first_audio: 791, dead_air: 791, total: 1_500 },
  created_at: at(664),
};
const BY_MOCK = [asking("mock"), GOING_ON];
const BY_HAND = [asking("hand"), GOING_ON];

function shown(turn) {
  return Object.fromEntries(numbers(turn, 0).map(({ name, ms }) => [name, ms]));
}

function spans(list, kind) {
  return list.filter((bar) => bar.kind === kind).map(({ from, to }) => [from, to]);
}

describe("a caller's wait with a tool round", () => {
  test("has the caller's numbers, with the tool's time", () => {
    const turn = asTurn(waitAt(BY_MOCK, 1));
    const before = 414 + 250;
    assert.deepEqual(shown(turn), { ttft: before + 300, first_sentence: before + 500, first_audio: before + 791, dead_air: before + 791, total: before + 1_500 });
  });

  test("draws one silence, the call, the tool's time and the continuation on one axis", () => {
    const drawn = waitBars(waitAt(BY_MOCK, 1), 0);
    assert.deepEqual(spans(drawn, "dead-air"), [[0, 1_455]]);
    assert.deepEqual(spans(drawn, "call"), [[310, 414]]);
    assert.deepEqual(spans(drawn, "tool"), [[414, 664]]);
    assert.deepEqual(spans(drawn, "waiting"), [[0, 310], [664, 964]]);
    assert.deepEqual(spans(drawn, "speech"), [[1_455, 2_164]]);
  });

  test("is found from any of its turns", () => {
    assert.equal(waitWith(BY_MOCK, 0), waitAt(BY_MOCK, 1));
    assert.equal(waitWith(BY_MOCK, 1), waitAt(BY_MOCK, 1));
    assert.equal(waitWith([GOING_ON], 0), null);
  });

  test("leaves out how long a person took to give the result, and says so", () => {
    const wait = waitAt(BY_HAND, 1);
    assert.equal(leftOutMs(wait), 250);
    assert.equal(shown(asTurn(wait)).dead_air, 414 + 791);
    assert.deepEqual(spans(waitBars(wait, 0), "tool"), []);
    assert.equal(leftOutMs(waitAt(BY_MOCK, 1)), null);
  });

  test("counts the silence behind what was said before the call", () => {
    const spoken = { ...BY_MOCK[0], text: "One moment.", segments: [segment({ starts_ms: 320, ends_ms: 400 })], timings_ms: { ...NONE, ttfb: 310, ttft: 312, first_audio: 320, dead_air: 320, total: 414 } };
    const turn = asTurn(waitAt([spoken, GOING_ON], 1));
    const silent_ms = silences(turn, turn.timings_ms.total).reduce((sum, { from, to }) => sum + to - from, 0);
    assert.equal(turn.timings_ms.dead_air, silent_ms);
    assert.equal(turn.timings_ms.first_audio, 320);
  });

  test("grows while its last turn is open", () => {
    const open = { ...GOING_ON, status: "streaming", segments: [], delta_times_ms: [], sentences: [], timings_ms: NONE };
    const wait = waitAt([BY_MOCK[0], open], 1);
    assert.deepEqual(spans(waitBars(wait, 200), "dead-air"), [[0, 864]]);
    assert.equal(scaleOfWaits([BY_MOCK[0], open], () => 4_000), 5_000);
  });

  test("spans every round, and a place in it belongs to the turn that ran", () => {
    const third = { ...GOING_ON, turn_id: "t3", continues: "t2", created_at: at(664 + 1_500) };
    const second = { ...GOING_ON, tool_results: BY_MOCK[0].tool_results };
    const wait = waitAt([BY_MOCK[0], second, third], 2);
    assert.deepEqual(wait.starts_ms, [0, 664, 2_164]);
    assert.deepEqual([100, 500, 700, 2_500].map((ms) => turnAt(wait, ms).turn_id), ["t1", "t1", "t2", "t3"]);
  });
});

test("only a turn that ends a tool round is a wait of several", () => {
  assert.equal(waitAt(BY_MOCK, 0), null);
  assert.ok(goesOn(BY_MOCK, 0));
  const another = { ...newTurn("t3"), status: "completed" };
  assert.equal(waitAt([...BY_MOCK, another], 2), null);
  assert.equal(waitAt([GOING_ON], 0), null);
  assert.equal(bars(another, 0).length, 0);
});

// The table that the server's numbers are held to as well (tests/engine/test_callers_wait.py).
for (const { name, turns, times } of CASES) {
  test(`a wait's times: ${name}`, () => {
    assert.deepEqual(asTurn(waitAt(turns.map(turnOf), turns.length - 1)).timings_ms, times);
  });
}

function turnOf({ at_ms, sources = [], segments = [], timings_ms, ...told }, place) {
  return {
    ...newTurn(`t${place}`),
    kind: place > 0 ? "continuation" : "user",
    continues: place > 0 ? `t${place - 1}` : null,
    status: "completed",
    heard_text: told.text ?? "",
    ...told,
    segments: segments.map((given, id) => segment({ ...given, id, index: given.kind === "filler" ? null : id })),
    tool_results: Object.fromEntries(sources.map((source, id) => [id, { output: "", status: "success", source }])),
    timings_ms: { ...NONE, ...timings_ms },
    interrupted_at_ms: told.status === "interrupted" ? timings_ms.total : null,
    created_at: at(at_ms),
  };
}
