import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { sentenceParts, signature, tailParts } from "../../static/js/playground/answer.js";
import { codePointLength, dropCodePoints, unitOffsets } from "../../static/js/playground/code_points.js";
import { cutOffset, newTurn } from "../../static/js/playground/turn.js";
import { segment } from "./events.mjs";

const SENTENCE = { index: 0, start: 0, end: 9, kind: "sentence", t_ms: 400 };

function turn(changes) {
  return { ...newTurn("t1"), text: "Hi there. And", sentences: [SENTENCE], ...changes };
}

function texts(parts) {
  return parts.map((part) => part.text);
}

function partsOf(shown, cut = null) {
  return sentenceParts(shown, SENTENCE, 0, cut, unitOffsets(shown.text));
}

describe("a sentence", () => {
  test("is one part until its words have times", () => {
    assert.deepEqual(texts(partsOf(turn())), ["Hi there."]);
  });

  test("is cut into words that know when they are spoken", () => {
    const parts = partsOf(turn({ segments: [segment()] }));
    assert.deepEqual(texts(parts), ["Hi", " ", "there."]);
    assert.deepEqual(parts.map((part) => part.at_ms), [700, null, 1_000]);
  });

  test("is never heard behind the cut, which may fall into a part", () => {
    const parts = partsOf(turn({ segments: [segment()] }), 5);
    assert.deepEqual(parts.map((part) => [part.text, part.heard]), [["Hi", true], [" ", true], ["th", true], ["ere.", false]]);
  });

  test("keeps every character, whatever its words' offsets say", () => {
    const odd = segment({ words: [[4, 20, 0], [2, 3, 5], [6, 6, 9]] });
    const shown = turn({ segments: [odd] });
    assert.equal(texts(partsOf(shown)).join("").startsWith("Hi there."), true);
  });

  test("looks different when its words come or the cut reaches it", () => {
    const plain = signature(turn(), SENTENCE, null);
    assert.equal(plain, signature(turn(), SENTENCE, 9));
    assert.notEqual(plain, signature(turn(), SENTENCE, 3));
    assert.notEqual(plain, signature(turn({ segments: [segment()] }), SENTENCE, null));
  });
});

describe("the tail", () => {
  test("is what no sentence has taken up", () => {
    const shown = turn();
    assert.deepEqual(texts(tailParts(shown, 9, 13, null, unitOffsets(shown.text))), [" And"]);
  });
});

describe("the cut", () => {
  test("stands at the end of what was heard, in code points", () => {
    assert.equal(cutOffset(turn({ status: "interrupted", text: "🐺 and more", heard_text: "🐺 and" })), 5);
  });

  test("is nowhere while a turn runs, or when all of it was heard", () => {
    assert.equal(cutOffset(turn({ status: "streaming" })), null);
    assert.equal(cutOffset(turn({ status: "interrupted", heard_text: "Hi there. And" })), null);
    assert.equal(cutOffset(turn({ status: "completed", heard_text: "" })), null);
  });

  test("is at the start when nothing was heard", () => {
    assert.equal(cutOffset(turn({ status: "interrupted", heard_text: "" })), 0);
  });
});

describe("code points", () => {
  test("become offsets that slice understands", () => {
    const text = "a🐺b";
    assert.equal(codePointLength(text), 3);
    assert.deepEqual([0, 1, 2, 3, 9].map(unitOffsets(text)), [0, 1, 3, 4, 4]);
    assert.equal(dropCodePoints(text, 2), "b");
  });

  test("are units where there is no surrogate", () => {
    assert.deepEqual([0, 2, 9].map(unitOffsets("abc")), [0, 2, 3]);
  });
});
