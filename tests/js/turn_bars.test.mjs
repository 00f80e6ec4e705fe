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

test("where nothing was heard, dead air has no end and is in no distribution", () => {
  const heard = { ttfb: 10, first_audio: 500, dead_air: 500, total: 900 };
  const unheard = { ttfb: 11, dead_air: 53, total: 53 };
  const failed = turn(1, unheard, { status: "failed", error: { message: "No." } });
  const rows = rowsOf([turn(0, heard), failed, turn(2, unheard, { status: "interrupted" })]).toReversed();
  assert.deepEqual(rows.map(({ times: { dead_air }, hasNoEnd }) => [dead_air, hasNoEnd]), [[500, false], [null, true], [53, false]]);
  assert.deepEqual(rows.map(({ times: { longest_silence } }) => longest_silence), [900, null, 53]);
  assert.equal(spreadOf(rows, "dead_air").count, 2);
});

test("the longest silence is the longest part of the dead air", () => {
  const spoken = (id, starts_ms, ends_ms) => ({ id, kind: "sentence", index: id, text: "One.", synthesis_ms: 0, starts_ms, ends_ms, words: [], cut: false });
  const [row] = rowsOf([turn(0, { first_audio: 500, dead_air: 1_300, total: 4_000 }, { segments: [spoken(0, 500, 2_000), spoken(1, 2_800, 4_000)] })]);
  assert.equal(row.times.longest_silence, 800);
  const [bypassed] = rowsOf([turn(1, { total: 900 }, { kind: "echo" })]);
  assert.equal(bypassed.times.longest_silence, null);
});

test("a call and the turn that goes on with its result are one row, in the caller's times", () => {
  const result = { k: { output: "", status: "success", source: "mock" } };
  const call = turn(0, { ttfb: 300, dead_air: 400, total: 400 }, { tool_results: result, created_at: "2026-01-01T00:00:00.000Z" });
  const goesOn = turn(1, { ttfb: 100, first_audio: 500, dead_air: 500, total: 900 }, { kind: "continuation", user_text: "", continues: "t0", created_at: "2026-01-01T00:00:01.000Z" });
  const [next, row] = rowsOf([call, goesOn, turn(2)]);
  assert.deepEqual([next.ids, row.ids, row.number, row.words, row.rounds], [["t2"], ["t0", "t1"], 1, "Hello", 1]);
  assert.deepEqual([row.times.ttfb, row.times.first_audio, row.times.dead_air, row.times.total], [300, 1_500, 1_500, 1_900]);
  assert.deepEqual([rowsOf([call, { ...goesOn, status: "streaming" }]), rowsOf([goesOn])], [[], []], "neither one that is open nor one whose beginning is not loaded");
});

test("median and 95th percentile count the turns that have the measure", () => {
  const rows = rowsOf([100, 200, 300, 400, 1_000, null].map((first_audio, place) => turn(place, { first_audio })));
  assert.deepEqual(spreadOf(rows, "first_audio"), { count: 5, p50: 300, p95: 880 });
  assert.equal(spreadOf(rows, "ttfb"), null);
  assert.deepEqual(spreadOf(rows.slice(2), "first_audio"), { count: 4, p50: 250, p95: null });
});

test("long speech widens the axis of the total alone", () => {
  const rows = rowsOf([turn(0, { first_audio: 1_000, total: 20_000 })]);
  assert.equal(Math.round(axisOf(rows, "first_audio")), 1_100);
  assert.equal(Math.round(axisOf(rows, "total")), 22_000);
});
