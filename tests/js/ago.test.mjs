// Relative times: the largest whole unit, rounded down.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ago } from "../../static/js/ago.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

for (const [passed, words] of [
  [0, "just now"],
  [59_400, "just now"],
  [-5 * MINUTE, "just now"],
  [MINUTE, "1 minute ago"],
  [59 * MINUTE + 59_000, "59 minutes ago"],
  [HOUR, "1 hour ago"],
  [23 * HOUR + 59 * MINUTE, "23 hours ago"],
  [24 * HOUR, "yesterday"],
  [72 * HOUR, "3 days ago"],
]) {
  test(`${passed} ms are "${words}"`, () => assert.equal(ago(1_000_000_000 - passed, 1_000_000_000), words));
}
