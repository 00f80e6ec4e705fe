import assert from "node:assert/strict";
import { test } from "node:test";

import { formatMs, numbers } from "../../static/js/playground/numbers.js";
import { newTurn } from "../../static/js/playground/turn.js";

function deadAir(status, times) {
  const made = newTurn("t1");
  const { ms } = numbers({ ...made, status, timings_ms: { ...made.timings_ms, dead_air: 53, total: 53, ...times } }, 99).find(({ name }) => name === "dead_air");
  const { value, unit } = formatMs(ms);
  return `${value} ${unit}`.trim();
}

test("dead air has no end where nothing of an answer was heard, unless an interrupt ended the wait", () => {
  for (const status of ["completed", "failed"]) assert.equal(deadAir(status), "no end");
  assert.equal(deadAir("interrupted"), "53 ms");
  assert.equal(deadAir("completed", { first_audio: 40 }), "53 ms");
  assert.equal(deadAir("streaming"), "99 ms");
});
