/** What a folded change of the context is called. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { beginningOf } from "../../static/js/playground/context_changes.js";

test("a folded text is called by its first characters, none of them halved", () => {
  const words = "x".repeat(59);
  assert.equal(beginningOf(`${words}🙂🙂`), `${words}🙂`);
  assert.equal(beginningOf(`Maya\n\n is ${"x".repeat(100)}`), `Maya is ${"x".repeat(52)}`);
});
