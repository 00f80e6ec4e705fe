import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { filtered, kindsIn, rowAt, rowsOf, summary } from "../../static/js/playground/payloads.js";
import { drawn } from "../../static/js/playground/windowed_list.js";

const COMPLETION = {
  payloads: [
    { t_ms: 100, data: '{"role"}', became: [] },
    { t_ms: 100, data: '{"Hello"}', became: [["delta", "Hello there."]] },
    { t_ms: 400, data: '{"x"}', became: [["delta", " x"], ["sentence", "Hello there."]] },
    { t_ms: null, data: "", became: [["note", "No [DONE] came."]] },
  ],
};
const ROWS = rowsOf(COMPLETION);

function numbers(rows) {
  return rows.map(({ number }) => number);
}

describe("the payloads of a completion", () => {
  test("have their gaps, but for the first and the end", () => {
    assert.deepEqual(ROWS.map(({ gap_ms }) => gap_ms), [null, 0, 300, null]);
  });

  test("are filtered by what they became and by any of their text", () => {
    assert.deepEqual(numbers(filtered(ROWS, "delta", "")), [2, 3]);
    assert.deepEqual(numbers(filtered(ROWS, "", "HELLO")), [2, 3]);
    assert.deepEqual(numbers(filtered(ROWS, "sentence", "hello")), [3]);
    assert.deepEqual(numbers(filtered(ROWS, "", "")), [1, 2, 3, 4]);
  });

  test("name the kinds that occur, in one order", () => {
    assert.deepEqual(kindsIn(ROWS), ["delta", "sentence", "note"]);
  });

  test("are found by their number, by what they became, and by when", () => {
    assert.equal(rowAt(ROWS, { number: 3 }), 2);
    assert.equal(rowAt(ROWS, { kind: "delta" }), 1);
    assert.equal(rowAt(ROWS, { kind: "delta", until_ms: 399 }), 1);
    assert.equal(rowAt(ROWS, { kind: "delta", until_ms: 400 }), 2);
    assert.equal(rowAt(ROWS, { kind: "finish" }), 3);
  });

  test("are summed up without the end", () => {
    assert.deepEqual(summary(ROWS), { count: 3, from_ms: 100, to_ms: 400, gaps: { p50: 0, p95: 300, longest: 300 } });
    assert.deepEqual(summary(rowsOf({ payloads: [] })), { count: 0, from_ms: null, to_ms: null, gaps: null });
  });

  test("are drawn where they are seen, and somewhat around", () => {
    assert.deepEqual(drawn(20_000, 20, 0, 100, 2), { first: 0, end: 7 });
    assert.deepEqual(drawn(20_000, 20, 1_000, 100, 2), { first: 48, end: 57 });
    assert.deepEqual(drawn(3, 20, 0, 100, 2), { first: 0, end: 3 });
  });
});
