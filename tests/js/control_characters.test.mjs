import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { sentenceParts, tailParts } from "../../static/js/playground/answer.js";
import { codePointLength, unitOffsets } from "../../static/js/playground/code_points.js";
import { visible } from "../../static/js/playground/control_characters.js";
import { newTurn } from "../../static/js/playground/turn.js";
import { segment } from "./events.mjs";

const ALL = String.fromCharCode(...Array.from({ length: 0xa0 }, (_, code) => code));

describe("a control character", () => {
  test("is shown as its symbol", () => {
    assert.equal(visible("a\u0000b\u001b[31m\u0007\u007f"), "a␀b␛[31m␇␡");
  });

  test("without a symbol of its own is the replacement character", () => {
    assert.equal(visible("\u0080\u0085\u009b"), "\uFFFD\uFFFD\uFFFD");
  });

  test("that ends a line or sets a tab stays, and nothing else does", () => {
    assert.deepEqual(visible(ALL).match(/\p{Cc}/gu), ["\t", "\n", "\r"]);
  });

  test("stands for one code point, so that offsets stay", () => {
    assert.equal(visible(ALL).length, ALL.length);
    assert.equal(codePointLength(visible("🐺\u001b🐺\u0000")), 4);
  });
});

test("what right-to-left text needs is left as it is", () => {
  const text = "שלום\u200f \u202eabc\u202c \u2067x\u2069 👩\u200d🚀";
  assert.equal(visible(text), text);
});

describe("an answer with controls", () => {
  const sentence = { index: 0, start: 0, end: 9, kind: "sentence", t_ms: 400 };
  const shown = { ...newTurn("t1"), text: "🐺\u001b th\u0000re. \u0007", sentences: [sentence] };
  const texts = (parts) => parts.map((part) => part.text);

  test("is cut where its offsets say", () => {
    const words = segment({ words: [[0, 2, 700], [3, 8, 1_000]] });
    const parts = sentenceParts({ ...shown, segments: [words] }, sentence, 0, 5, unitOffsets(shown.text));
    assert.deepEqual(texts(parts), ["🐺␛", " ", "th", "␀re", "."]);
  });

  test("shows them in what no sentence has taken up yet", () => {
    assert.deepEqual(texts(tailParts(shown, 9, 11, null, unitOffsets(shown.text))), [" ␇"]);
  });
});
