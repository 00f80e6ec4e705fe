/** What a tool call offers for a mock: what is JSON, and which conditions its arguments offer. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { conditionsOf, isJson, whenItAnswers } from "../../static/js/playground/tool_mocks.js";

test("a text is told from JSON, and nothing from both", () => {
  assert.deepEqual(['{"a": 1}', "3", "", "cold", "{"].map(isJson), [true, true, true, false, false]);
});

test("each argument is a condition, shortened to be read", () => {
  const [city, story] = conditionsOf(JSON.stringify({ city: "Riga", story: "x".repeat(100) }));
  assert.deepEqual(city, { name: "city", text: 'city is "Riga"' });
  assert.equal(story.text.length, "story is ".length + 60);
  const [emojis] = conditionsOf(JSON.stringify({ a: "🙂".repeat(100) }));
  assert.ok(emojis.text.isWellFormed());
  assert.deepEqual(["", "[1]", "null", "no JSON"].flatMap(conditionsOf), []);
});

test("what a mock answers is said in words", () => {
  assert.match(whenItAnswers([]), /every call/);
  assert.match(whenItAnswers(["city is 1", "unit is 2"]), /only calls where city is 1 and unit is 2/);
});
