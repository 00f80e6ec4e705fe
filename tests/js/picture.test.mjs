import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { inWords, numbers } from "../../static/js/playground/numbers.js";
import { ticks } from "../../static/js/playground/axis_ticks.js";
import { axisOf, bars, marks, scaleOf, silences, stallNow } from "../../static/js/playground/picture.js";
import { findings, rows, titleOf } from "../../static/js/playground/findings.js";
import { endingNote } from "../../static/js/playground/story.js";
import { cutDueAt, newTurn, playouts } from "../../static/js/playground/turn.js";
import { segment } from "./events.mjs";

const FILLER = segment({ id: 9, kind: "filler", index: null, text: "One moment", synthesis_ms: 1_000, starts_ms: 1_000, ends_ms: 1_800, words: [] });
const ANSWER = segment({ synthesis_ms: 1_400, starts_ms: 2_000, ends_ms: 4_000 });

function turn(changes) {
  return { ...newTurn("t1"), status: "streaming", ...changes };
}

function spans(list, kind) {
  return list.filter((bar) => bar.kind === kind).map((bar) => [bar.from, bar.to]);
}

const CLOSED = turn({
  status: "completed",
  segments: [FILLER, ANSWER],
  delta_times_ms: [600, 650, 1_300],
  sentences: [{ index: 0, start: 0, end: 9, kind: "sentence", t_ms: 1_400 }],
  timings_ms: { ...newTurn("t").timings_ms, ttft: 600, first_sentence: 1_400, first_audio: 2_000, dead_air: 1_200, total: 4_000 },
});

describe("the picture of a turn", () => {
  test("waits from its start to the first delta, then text arrives", () => {
    assert.deepEqual(spans(bars(CLOSED, 0), "waiting"), [[0, 600]]);
    assert.deepEqual(spans(bars(CLOSED, 0), "stream"), [[600, 1_400]]);
  });

  test("shows filler, speech, and the dead air between them", () => {
    const drawn = bars(CLOSED, 0);
    assert.deepEqual(spans(drawn, "filler"), [[1_000, 1_800]]);
    assert.deepEqual(spans(drawn, "speech"), [[2_000, 4_000]]);
    assert.deepEqual(spans(drawn, "dead-air"), [[0, 1_000], [1_800, 2_000]]);
  });

  test("has no dead air behind its last word", () => {
    const late = { ...CLOSED, timings_ms: { ...CLOSED.timings_ms, total: 4_200 } };
    assert.deepEqual(spans(bars(late, 0), "dead-air"), [[0, 1_000], [1_800, 2_000]]);
  });

  test("has as much dead air as the turn's number says", () => {
    const silent_ms = silences(CLOSED, 4_000).reduce((sum, { from, to }) => sum + to - from, 0);
    assert.equal(silent_ms, CLOSED.timings_ms.dead_air);
  });

  test("has dead air where a break makes the voice silent, at the end of its speech too", () => {
    const pauses = [[2_500, 3_000], [3_800, 4_000]];
    const broken = { ...CLOSED, segments: [FILLER, { ...ANSWER, pauses }] };
    assert.deepEqual(spans(bars(broken, 0), "speech"), [[2_000, 2_500], [3_000, 3_800]]);
    assert.deepEqual(spans(bars(broken, 0), "dead-air"), [[0, 1_000], [1_800, 2_000], ...pauses]);
  });

  test("grows through a break up to now while the turn is open", () => {
    const open = turn({ segments: [{ ...ANSWER, pauses: [[2_500, 3_000]] }], timings_ms: {} });
    assert.deepEqual(spans(bars(open, 2_700), "dead-air"), [[0, 2_000], [2_500, 2_700]]);
  });

  test("takes a break along when a forecast is put off", () => {
    const second = segment({ id: 2, index: 1, starts_ms: 3_000, ends_ms: 4_000, pauses: [[3_200, 3_400]] });
    assert.deepEqual(playouts(turn({ segments: [ANSWER, second] })).at(-1).pauses, [[4_200, 4_400]]);
  });

  test("grows only up to now while the turn is open", () => {
    const open = turn({ segments: [ANSWER], delta_times_ms: [600], timings_ms: { ...CLOSED.timings_ms, total: null } });
    assert.deepEqual(spans(bars(open, 2_500), "speech"), [[2_000, 2_500]]);
    assert.deepEqual(spans(bars(open, 1_900), "speech"), []);
    assert.deepEqual(spans(bars(open, 1_900), "dead-air"), [[0, 1_900]]);
  });

  test("leaves out speech that was planned and never heard", () => {
    const cut = turn({
      status: "interrupted",
      interrupted_at_ms: 2_600,
      segments: [{ ...ANSWER, ends_ms: 2_600, cut: true }, segment({ id: 2, index: 1, starts_ms: 4_000, ends_ms: 6_000 })],
      timings_ms: { ...CLOSED.timings_ms, total: 2_600 },
    });
    assert.deepEqual(spans(bars(cut, 0), "speech"), [[2_000, 2_600]]);
    assert.deepEqual(marks(cut).map((mark) => [mark.kind, mark.at]), [["first-delta", 600], ["cut", 2_600]]);
  });

  test("never has two segments at once, whatever their forecasts say", () => {
    const waiting = [2, 3].map((id) => segment({ id, index: id - 1, synthesis_ms: 1_500, starts_ms: 4_000, ends_ms: 4_500 }));
    const open = turn({ segments: [ANSWER, ...waiting], timings_ms: {} });
    assert.deepEqual(spans(bars(open, 9_000), "speech"), [[2_000, 4_000], [4_000, 4_500], [4_500, 5_000]]);
    const words = playouts(open).at(-1).words;
    assert.deepEqual(words.map(([, , at_ms]) => at_ms), [1_200, 1_500]);
  });

  test("has a filler push the answer that was ready in the meantime", () => {
    const open = turn({ segments: [segment({ starts_ms: 1_100, ends_ms: 1_600 }), FILLER], timings_ms: {} });
    assert.deepEqual(spans(bars(open, 9_000), "speech"), [[1_800, 2_300]]);
  });

  test("draws a stall as waiting, not as text", () => {
    const stalled = turn({ status: "completed", delta_times_ms: [600, 700, 19_700, 19_800], timings_ms: { ttft: 600, total: 21_000 } });
    assert.deepEqual(spans(bars(stalled, 0), "stream"), [[600, 700], [19_700, 19_800]]);
    assert.deepEqual(spans(bars(stalled, 0), "stall"), [[700, 19_700]]);
  });

  test("draws the silence that ended a turn as a stall", () => {
    const error = { code: "stalled", message: "" };
    const failed = turn({ status: "failed", error, delta_times_ms: [600, 700], timings_ms: { ttft: 600, total: 20_700 } });
    assert.deepEqual(spans(bars(failed, 0), "stall"), [[700, 20_700]]);
  });

  test("draws a stall while it lasts, unless the answer has ended", () => {
    const open = turn({ delta_times_ms: [600, 700], timings_ms: { ...newTurn("t").timings_ms, ttft: 600 } });
    assert.deepEqual(spans(bars(open, 1_600), "stall"), []);
    assert.deepEqual(spans(bars(open, 4_000), "stall"), [[700, 4_000]]);
    assert.deepEqual(spans(bars(open, 4_000), "stream"), [[600, 700]]);
    assert.equal(stallNow({ ...open, answer_ended: true }, 4_000), null);
    assert.equal(stallNow({ ...open, kind: "echo" }, 4_000), null);
    assert.equal(stallNow({ ...open, delta_times_ms: [600, 1_500, 2_400, 3_300] }, 4_500), null);
  });

  test("has one scale with the other turns of its conversation, which grows in steps", () => {
    const took = (total) => turn({ status: "completed", timings_ms: { total } });
    assert.equal(scaleOf([took(2_000)], () => 0), 3_000);
    assert.equal(scaleOf([took(2_000), took(18_000)], () => 0), 20_000);
    assert.equal(scaleOf([took(2_000), turn({})], () => 20_001), 30_000);
    assert.equal(scaleOf([took(3_600_000)], () => 0), 3_600_000);
  });

  test("draws no LLM where it was bypassed", () => {
    const lanes = bars({ ...CLOSED, kind: "echo" }, 0).map((bar) => bar.lane);
    assert.equal(lanes.includes("llm"), false);
  });

  test("gives a quick turn a long axis, and a long turn its own length", () => {
    assert.equal(axisOf(turn({ timings_ms: { total: 200 }, status: "completed" }), 0), 3_000);
    assert.equal(axisOf(CLOSED, 0), 4_000);
  });

  test("labels its axis in round steps that have room", () => {
    assert.deepEqual(ticks(4_000, 400), [0, 1_000, 2_000, 3_000]);
    assert.deepEqual(ticks(3_000, 800).slice(0, 4), [0, 500, 1_000, 1_500]);
  });
});

test("a turn is titled by the user's words, also after a tool", () => {
  const asked = turn({ turn_id: "t1", user_text: "How is the weather?" });
  const goesOn = turn({ turn_id: "t2", kind: "continuation", continues: "t1", user_text: "", text: "The " });
  assert.equal(titleOf(asked, [asked, goesOn]), "“How is the weather?”");
  assert.equal(titleOf(goesOn, [asked, goesOn]), "“How is the weather?” (after the tool)");
  const greeting = turn({ turn_id: "t0", kind: "greeting", user_text: "", text: "Hello." });
  assert.equal(titleOf(greeting, [greeting]), "“Hello.”");
});

describe("the numbers", () => {
  test("of an open turn count dead air and total up to now", () => {
    const open = turn({ segments: [FILLER], timings_ms: { ...newTurn("t").timings_ms, ttft: 600 } });
    const byName = Object.fromEntries(numbers(open, 2_500).map(({ name, ms }) => [name, ms]));
    assert.deepEqual(byName, { ttft: 600, first_sentence: null, first_audio: null, dead_air: 1_700, total: 2_500 });
  });

  test("are whole ms below ten seconds, and seconds above", () => {
    assert.equal(inWords(312.4), "312 ms");
    assert.equal(inWords(9_999), "9,999 ms");
    assert.equal(inWords(12_340), "12.3 s");
    assert.equal(inWords(null), "–");
  });
});

describe("an interrupt at a word", () => {
  const words = [[0, 4, 700], [5, 9, 1_000], [10, 14, 1_300]];
  const spoken = { text: "One, two, tri.", segments: [segment({ words, starts_ms: 700, ends_ms: 1_600 })] };

  test("that had been heard cuts the picture there, and says when it was clicked", () => {
    const cut = turn({ ...spoken, status: "interrupted", heard_text: "One,", interrupted_at_ms: 1_500, timings_ms: { total: 1_500 } });
    assert.deepEqual(marks(cut).map(({ kind, at }) => [kind, at]), [["cut", 1_000]]);
    assert.deepEqual(spans(bars(cut, 0), "speech"), [[700, 1_000]]);
    assert.match(endingNote(cut), /^Interrupted at 1,000 ms, by a click at 1,500 ms/);
  });

  test("that is not heard yet waits, where the picture shows it", () => {
    const open = turn({ ...spoken, cut_waits: 9 });
    assert.equal(cutDueAt(open), 1_000);
    assert.deepEqual(marks(open).map(({ kind, at }) => [kind, at]), [["cut-waits", 1_000]]);
    assert.equal(cutDueAt(turn({ ...spoken, cut_waits: 40 })), null);
    const late = turn({ ...open, segments: [segment({ words: [[0, 9, 7_900]], starts_ms: 7_000, ends_ms: 9_000 })] });
    assert.equal(axisOf(late, 500), 8_200);
    assert.equal(scaleOf([late], () => 500), 12_000);
  });
});

describe("the story", () => {
  test("says that text is struck through only if it is", () => {
    const cut = turn({ status: "interrupted", interrupted_at_ms: 900 });
    assert.match(endingNote(cut), /^Interrupted at 900 ms, before the answer began/);
    assert.match(endingNote({ ...cut, text: "One. Two.", heard_text: "One. " }), /struck through/);
    assert.match(endingNote({ ...cut, text: "One.", heard_text: "One." }), /had been heard/);
  });

  test("tells the picture in rows, in order of time", () => {
    const told = rows(CLOSED, 0).map(({ what, from }) => `${what} ${from}`);
    assert.deepEqual(told.slice(0, 3), ["Waiting for the LLM 0", "Dead air 0", "Text arrives 600"]);
    assert.ok(told.includes("Filler 1000"));
    assert.ok(told.includes("Synthesis of sentence 1, then waiting its turn 1400"));
  });

  test("says what the filler covered", () => {
    const played = { ...CLOSED, filler: { state: "played", phrase: "One moment", reason: "", due_ms: 1_000 } };
    assert.deepEqual(findings(played).slice(1, 2), ["The filler fired at 1,000 ms; the answer was heard 200 ms after it ended."]);
    const skipped = { ...CLOSED, filler: { state: "skipped", phrase: "", reason: "answer_in_time", due_ms: 1_000 } };
    assert.match(findings(skipped)[1], /^No filler/);
  });

  test("says where the time to the first audio went", () => {
    assert.equal(
      findings(CLOSED)[0],
      "First audio at 2,000 ms: 600 ms waiting for the first delta, 800 ms until a sentence was complete, 600 ms until it was heard.",
    );
  });

  test("names the server's own end and an interrupt", () => {
    assert.match(findings({ ...CLOSED, finish_reason: "length" }).at(-1), /length limit/);
    assert.match(findings({ ...CLOSED, status: "interrupted", interrupted_at_ms: 900 }).at(-1), /Interrupted at 900 ms/);
  });
});

test("an interrupt in a stall leaves the stall and its silence in the picture", () => {
  const times = { delta_times_ms: [600, 700], timings_ms: { ttft: 600, total: 7_000 } };
  const segments = [segment({ starts_ms: 800, ends_ms: 1_500 })];
  const given_up = turn({ status: "interrupted", interrupted_at_ms: 7_000, segments, ...times });
  assert.deepEqual(spans(bars(given_up, 0), "stall"), [[700, 7_000]]);
  assert.deepEqual(spans(bars(given_up, 0), "dead-air"), [[0, 800], [1_500, 7_000]]);
  const complete = { ...given_up, finish_reason: "stop" };
  assert.deepEqual([spans(bars(complete, 0), "stall"), spans(bars(complete, 0), "dead-air")], [[], [[0, 800]]]);
});
