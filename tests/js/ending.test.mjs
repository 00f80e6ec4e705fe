import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { endingNote } from "../../static/js/playground/story.js";
import { newTurn } from "../../static/js/playground/turn.js";

describe("how an interrupted turn ended", () => {
  const interrupted = (changes) => endingNote({ ...newTurn("t1"), status: "interrupted", interrupted_at_ms: 900, ...changes });

  test("names what is struck through only if something is", () => {
    assert.equal(interrupted({ text: "Hello there.", heard_text: "Hello" }), "Interrupted at 900 ms; what is struck through was not heard.");
    assert.equal(interrupted({}), "Interrupted at 900 ms, before there was an answer.");
    assert.equal(interrupted({ text: "Hello.", heard_text: "Hello." }), "Interrupted at 900 ms; all of the text was heard.");
  });
});
