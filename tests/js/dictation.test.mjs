import assert from "node:assert/strict";
import { test } from "node:test";

import { errorSentence, recognizedText, withRecognized } from "../../static/js/playground/dictated.js";

function result(transcript) {
  return [{ transcript }];
}

test("the pieces of a recognition are one text, the one that may change included", () => {
  assert.equal(recognizedText([result("Tell me "), result(" about the wolf"), result("")]), "Tell me about the wolf");
});

test("what is recognized stands behind what was typed", () => {
  assert.equal(withRecognized("Please, ", "tell me"), "Please, tell me");
  assert.equal(withRecognized("", "tell me"), "tell me");
  assert.equal(withRecognized("Please", ""), "Please");
});

test("an error is a sentence, and the page's own end of it is none", () => {
  assert.match(errorSentence("not-allowed"), /allow it/);
  assert.match(errorSentence("something new"), /failed/);
  assert.equal(errorSentence("aborted"), "");
});
