import assert from "node:assert/strict";
import { test } from "node:test";

import { axisOf, MOST_TURNS, rowsOf, spreadOf, stackOf } from "../../static/js/playground/turn_bars.js";
import { newTurn } from "../../static/js/playground/turn.js";

function turn(turn_idx, times = {}, changes = {}) {
  const made = newTurn(`t${turn_idx}`);
  return { ...made, turn_idx, status: "completed", user_text: "Hello", timings_ms: { ...made.timings_ms, ...times }, ...changes };
}

test("rows are the closed turns, the newest first, and no more than the bound", () => {
  const rows = rowsOf([turn(0), turn(1, {}, { kind: "greeting", user_text: "" }), turn(2, {}, { status: "streaming" })]);
  assert.deepEqual(rows.map(({ number, words }) => [number, words]), [[2, "opening line"], [1, "Hello"]]);
  const many = rowsOf(Array.from({ length: MOST_TURNS + 3 }, (_, place) => turn(place)));
  assert.deepEqual([many.length, many.at(-1).number], [MOST_TURNS, 4]);
});

test("bars are stacked from each known moment to the next", () => {
  const [whole] = rowsOf([turn(0, { ttfb: 100, ttft: 150, first_sentence: 300, first_audio: 500, dead_air: 500, total: 900 })]);
  assert.deepEqual(stackOf(whole).map(({ from, to }) => [from, to]), [[0, 100], [100, 150], [150, 300], [300, 500], [500, 900]]);
  const [unheard] = rowsOf([turn(0, { ttfb: 100, dead_air: 400, total: 400 })]);
  assert.deepEqual(stackOf(unheard).map(({ kind, to }) => [kind, to]), [["ttfb", 100], ["unheard", 400]]);
});

test("median and 95th percentile count the turns that have the measure", () => {
  const rows = rowsOf([100, 200, 300, 400, 1_000, null].map((first_audio, place) => turn(place, { first_audio })));
  assert.deepEqual(spreadOf(rows, "first_audio"), { count: 5, p50: 300, p95: 880 });
  assert.equal(spreadOf(rows, "ttfb"), null);
});

test("long speech widens the axis of the total alone", () => {
  const rows = rowsOf([turn(0, { first_audio: 1_000, total: 20_000 })]);
  assert.equal(Math.round(axisOf(rows, "first_audio")), 1_100);
  assert.equal(Math.round(axisOf(rows, "total")), 22_000);
});
