import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { heardText } from "../../static/js/playground/heard.js";
import { newTurn } from "../../static/js/playground/turn.js";
import { segment } from "./events.mjs";

/** A turn of `[kind, raw, spoken]` sentences, one per line. */
function turn(...parts) {
  let start = 0;
  const sentences = parts.map(([kind, raw], index) => {
    const sentence = { index, start, end: start + raw.length, kind, t_ms: 0 };
    start += raw.length + 1;
    return sentence;
  });
  const segments = parts.map(([, , text], index) => segment({ id: index, index, text, words: [], starts_ms: index, ends_ms: index + 1 }));
  return { ...newTurn("t1"), text: parts.map(([, raw]) => raw).join("\n"), sentences, segments };
}

describe("an answer as the voice says it", () => {
  test("is no other than the written one, apart from white space", () => {
    assert.equal(heardText(turn(["sentence", "Hi  there.", "Hi there."])), null);
  });

  test("has no markup, and a line says what there was", () => {
    const { lines, made } = heardText(
      turn(["heading", "# Hours", "Hours"], ["table_row", "| Mon | 9 |", "Mon, 9"], ["table_row", "| Tue | 9 |", "Tue, 9"], ["sentence", "Bye.", "Bye."]),
    );
    assert.deepEqual(lines, ["Hours", "Mon, 9", "Tue, 9", "Bye."]);
    assert.equal(made, "What the voice made of it: a heading, 2 table rows. Tell your prompt to write plain sentences.");
  });

  test("says what is said in place of an address, and what is not said", () => {
    const { made } = heardText(turn(["sentence", "See https://www.example.org/a?b=1.", "See example.org."], ["sentence", "---", ""]));
    assert.match(made, /: an address, said as “example.org”, a piece that is not said\. /);
    const several = turn(
      ["sentence", "See https://a.org/x and [the shop](https://b.org/y).", "See a.org and the shop."],
      ["sentence", "Or http://c.org/z?", "Or c.org?"],
    );
    assert.match(heardText(several).made, /: 2 addresses, said as “a.org” and “c.org”, an address that is not said\. /);
  });

  test("tells a table's header from its rows, and does not count the line below it", () => {
    const row = (raw, text) => ["table_row", raw, text];
    const { made } = heardText(turn(row("| Day | Hours |", "Day, Hours"), row("|:---|---:|", ""), row("| Mon | 9 |", "Mon, 9")));
    assert.match(made, /: a table header, a table row\. /);
  });

  test("leaves out sentences that the voice never reached", () => {
    const interrupted = turn(["sentence", "*One.*", "One."], ["sentence", "Two.", "Two."]);
    assert.deepEqual(heardText({ ...interrupted, segments: interrupted.segments.slice(0, 1) }).lines, ["One."]);
  });
});
