import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { announcementOf, labelOf, momentOf, silenceText } from "../../static/js/playground/callers_moment.js";
import { newTurn } from "../../static/js/playground/turn.js";
import { segment } from "./events.mjs";

const FILLER = segment({ id: 9, kind: "filler", index: null, text: "One moment", starts_ms: 1_000, ends_ms: 1_800, words: [] });
const ANSWER = segment({ starts_ms: 2_000, ends_ms: 4_000, text: "A wolf lived.", words: [[0, 1, 2_000], [2, 6, 2_500], [7, 13, 3_500]], pauses: [[3_000, 3_500]] });
const TURN = { ...newTurn("t1"), status: "streaming", segments: [FILLER, ANSWER] };

function seen(elapsed_ms, turn = TURN) {
  const { state, text, silent_ms } = momentOf(turn, elapsed_ms);
  return [state, text, silent_ms];
}

describe("what a caller notices", () => {
  test("silence that counts from the last sound", () => {
    assert.deepEqual(seen(940), ["silence", "", 940]);
    assert.deepEqual(seen(1_900), ["silence", "", 100]);
    assert.deepEqual(seen(5_000), ["silence", "", 1_000]);
  });

  test("a filler, and speech up to the word being heard", () => {
    assert.deepEqual(seen(1_000), ["filler", "One moment", 0]);
    assert.deepEqual(seen(2_499), ["speech", "A", 0]);
    assert.deepEqual(seen(2_600), ["speech", "A wolf", 0]);
  });

  test("a break in a sentence is silence", () => {
    assert.deepEqual(seen(3_200), ["silence", "", 200]);
    assert.deepEqual(seen(3_600), ["speech", "lived.", 0]);
  });

  test("how the turn ended", () => {
    assert.deepEqual(seen(9, { ...TURN, status: "interrupted" }), ["interrupted", "", 0]);
    assert.deepEqual(seen(9, { ...TURN, status: "completed" }), ["over", "It is your turn.", 0]);
    const call = { id: "call_1", name: "get_weather", arguments: "{}", valid: true };
    const called = { ...TURN, status: "completed", tool_calls: [call] };
    assert.deepEqual(seen(9_000, called), ["silence", "Until a tool’s result is there.", 5_000]);
    assert.deepEqual(seen(9_000, { ...called, segments: [] }), ["silence", "Until a tool’s result is there.", 9_000]);
    assert.equal(silenceText(momentOf(called, 0)), "");
    const failed = momentOf({ ...TURN, status: "failed", segments: [] }, 9);
    assert.deepEqual([failed.state, labelOf(failed), announcementOf(failed)], ["unheard", "Nothing was said", "Nothing was said"]);
    assert.equal(momentOf(undefined, 9).state, "idle");
  });
});

test("the time is shown in tenths, or in seconds where motion is reduced", () => {
  assert.equal(silenceText(momentOf(TURN, 987)), "0.9 s");
  assert.equal(silenceText(momentOf(TURN, 5_999), 1_000), "1 s");
  assert.equal(silenceText(momentOf(TURN, 1_000)), "");
});

test("a screen reader hears states and long silences, not the time", () => {
  assert.equal(announcementOf(momentOf(TURN, 900)), "");
  assert.equal(announcementOf(momentOf(TURN, 5_000)), "Silence");
  assert.equal(announcementOf(momentOf(TURN, 7_300)), "Silence");
  assert.equal(announcementOf(momentOf(TURN, 2_600)), "Voice");
});
