import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { deltaNear, measure, teeth } from "../../static/js/playground/timeline_comb.js";
import { headLines, svgText } from "../../static/js/playground/timeline_file.js";
import { figures, promptOf, speechOf } from "../../static/js/playground/timeline_numbers.js";
import { endOfParts, lengthOf, partsOf, rowsOf, tooEager } from "../../static/js/playground/timeline_rows.js";
import { gridOf, panned, scale, showing, timeAt, whole, zoomed } from "../../static/js/playground/timeline_scale.js";
import { boxAt, shapesOf } from "../../static/js/playground/timeline_shapes.js";
import { fileName, originOf } from "../../static/js/playground/timeline_save.js";
import { tokenNames } from "../../static/js/playground/timeline_tones.js";
import { valuesAt, valueText } from "../../static/js/playground/timeline_values.js";
import { newTurn } from "../../static/js/playground/turn.js";
import { segment } from "./events.mjs";

const PHASES = { started: 1, lookup_started: 2, lookup_ended: 14, connect_started: 15, tls_started: 40, connected: 90, sent: 91, headers: 300 };
const SPEECH = { delay_ms: 200, no_interrupt_ms: 0, barge_in: "forced", filler_delay_ms: null };
const LIMITS = { first_content_ms: 30_000, content_gap_ms: 20_000, turn_ms: 120_000, max_answer_ms: null };
const TIMINGS = { ttfb: 310, ttft: 320, first_sentence: 500, first_audio: 700, dead_air: 700, total: 1_500 };

function stored({ phases = [PHASES], deltas = [[320, 3], [360, 6]], calls = [], speech = {}, limits = {} } = {}) {
  const completion = (given) => ({ phases: Object.entries(given), deltas, is_whole: true, calls, prompt: { messages: 2, chars: 40, bytes: 90 } });
  return { limits: { ...LIMITS, ...limits }, speech: { ...SPEECH, ...speech }, completions: phases.map(completion) };
}

function turn(changes = {}) {
  return {
    ...newTurn("t1"),
    status: "completed",
    user_text: "Hello",
    text: "Hi there.",
    heard_text: "Hi there.",
    delta_times_ms: [320, 360],
    delta_chars: [3, 6],
    sentences: [{ index: 0, start: 0, end: 9, kind: "sentence", t_ms: 500 }],
    segments: [segment()],
    timings_ms: TIMINGS,
    created_at: "2026-11-28T08:00:00.000Z",
    ...changes,
  };
}

function parts(changes = {}, given = stored()) {
  return partsOf(turn(changes), [turn(changes)], () => 0, () => given);
}

function row(rows, id) {
  return (rows.find((one) => one.id === id)?.items ?? []).map(({ kind, from, to }) => [kind, from, to]);
}

function names(rows, id) {
  return (rows.find((one) => one.id === id)?.items ?? []).map(({ name }) => name);
}

test("a limit that did not end the turn says what was left of it, as something past", () => {
  const labels = (given) => rowsOf(given).find(({ id }) => id === "limits").items.map(({ label }) => label);
  assert.deepEqual(labels(parts()), ["first text in time: 29.7 s of 30.0 s were left"]);
  const open = turn({ status: "streaming", delta_times_ms: [], delta_chars: [], segments: [], text: "" });
  assert.deepEqual(labels(partsOf(open, [open], () => 500, () => stored({ deltas: [] }))), ["no text: 29.5 s of 30.0 s left"]);
});

describe("the rows", () => {
  test("the phases of the request stand after each other, up to the first byte", () => {
    assert.deepEqual(row(rowsOf(parts()), "connection"), [
      ["lookup", 2, 14],
      ["connect", 15, 40],
      ["tls", 40, 90],
      ["send", 90, 91],
      ["wait", 91, 300],
      ["headers", 300, 310],
      ["first-byte", 310, 310],
    ]);
  });

  test("a kept connection is said to be one, and a request without an answer to have none", () => {
    const kept = rowsOf(parts({}, stored({ phases: [{ started: 1, reused: 2, sent: 3, headers: 300 }] })));
    assert.match(names(kept, "connection")[0], /kept connection/);
    const unanswered = rowsOf(parts({}, stored({ phases: [{ started: 1, connect_started: 2 }, { started: 700, sent: 800 }] })));
    assert.deepEqual(row(unanswered, "connection"), [["connect", 2, 700], ["send", 700, 800], ["wait", 800, 1_500]]);
  });

  test("an open request stands at how far it has come", () => {
    const live = (phases) => {
      const open = turn({ status: "streaming", text: "", delta_times_ms: [], segments: [], sentences: [], timings_ms: newTurn("t").timings_ms, phases: Object.entries(phases) });
      return rowsOf(partsOf(open, [open], () => 900)).find(({ id }) => id === "connection").items.map(({ name, from, to }) => [name, from, to]);
    };
    assert.deepEqual(live({ started: 1 }), [["No connection yet", 1, 900]]);
    assert.deepEqual(live({ started: 1, lookup_started: 2 }), [["Name lookup", 2, 900]]);
    assert.deepEqual(live({ started: 1, lookup_started: 2, lookup_ended: 14 }).at(-1), ["No connection yet", 14, 900]);
    assert.deepEqual(live({ started: 1, connect_started: 2, tls_started: 9 }), [["Connect", 2, 9], ["TLS", 9, 900]]);
    assert.deepEqual(live({ started: 1, connect_started: 2, connected: 9 }).at(-1), ["Sending the request", 9, 900]);
    assert.deepEqual(live({ started: 1, reused: 2, sent: 5 }).at(-1), ["Waiting for the headers", 5, 900]);
  });

  test("a sentence is synthesised, and waits for its turn if the voice still speaks", () => {
    const later = segment({ id: 2, index: 1, text: "More.", synthesis_ms: 800, starts_ms: 1_500, ends_ms: 2_000, words: [] });
    const made = rowsOf(parts({ segments: [segment(), later], timings_ms: { ...TIMINGS, total: 2_000 } }));
    assert.deepEqual(row(made, "synthesis"), [["synthesis", 500, 700], ["synthesis", 800, 1_000], ["ready", 1_000, 1_500]]);
  });

  test("a filler is too eager by what its delay lacked for the answer to be ready", () => {
    const filler = segment({ id: 9, kind: "filler", index: null, text: "Well", synthesis_ms: 560, starts_ms: 560, ends_ms: 900, words: [] });
    const answer = segment({ starts_ms: 900, ends_ms: 1_700 });
    const played = { filler: { state: "played", phrase: "Well", reason: null, due_ms: 560 }, segments: [filler, answer] };
    assert.equal(tooEager(parts(played)[0]), 140);
    assert.match(names(rowsOf(parts(played)), "filler").at(-1), /140 ms too eager/);
    const needed = { ...played, segments: [filler, segment({ synthesis_ms: 1_000, starts_ms: 1_200, ends_ms: 2_000 })] };
    assert.equal(tooEager(parts(needed)[0]), null);
  });

  test("a skipped filler says why, and by how much the answer was earlier", () => {
    const skipped = rowsOf(parts({ filler: { state: "skipped", phrase: null, reason: "answer_in_time", due_ms: 1_000 } }));
    assert.deepEqual(row(skipped, "filler"), [["armed", 0, 700], ["skipped", 700, 700]]);
    assert.match(names(skipped, "filler")[1], /300 ms earlier/);
  });

  test("a tool round is one wait: what the caller does not hear is one silence", () => {
    const call = { id: "c1", name: "getWeather", arguments: '{"city":"Paris"}', valid: true };
    const calling = turn({
      text: "", sentences: [], segments: [], delta_times_ms: [], delta_chars: [], tool_calls: [call],
      tool_results: { c1: { output: { temp: 21 }, status: "success", source: "hand" } },
      timings_ms: { ...TIMINGS, ttft: null, first_sentence: null, first_audio: null, total: 600 },
    });
    const going_on = turn({ turn_id: "t2", kind: "continuation", continues: "t1", user_text: "", created_at: "2026-11-28T08:00:02.000Z" });
    const given = { t1: stored({ deltas: [], calls: [400, 500] }), t2: stored() };
    const both = partsOf(going_on, [calling, going_on], () => 0, (turnId) => given[turnId]);
    const made = rowsOf(both);
    assert.deepEqual(row(made, "voice"), [["dead-air", 0, 2_700], ["speech", 2_700, 3_500]]);
    assert.deepEqual(row(made, "tools"), [["call", 400, 500], ["called", 500, 500], ["result", 500, 2_000]]);
    assert.equal(endOfParts(both), 3_500);
  });

  test("an interrupt and the time in which there can be none have a row of their own", () => {
    const cut = { status: "interrupted", heard_text: "Hi", interrupted_at_ms: 900, segments: [segment({ ends_ms: 900, cut: true })] };
    const made = rowsOf(parts(cut, stored({ speech: { no_interrupt_ms: 100 } })));
    assert.deepEqual(row(made, "interrupt"), [["no-interrupt", 700, 800], ["cut", 900, 900]]);
    assert.deepEqual(row(rowsOf(parts()), "interrupt"), []);
  });

  test("a turn that stalled ended with the limit, though what had come was said later", () => {
    const late = segment({ synthesis_ms: 20_360, starts_ms: 20_560, ends_ms: 21_000 });
    const error = { code: "stalled", message: "No more text came." };
    const sentences = [{ index: 0, start: 0, end: 9, kind: "sentence", t_ms: 20_360 }];
    const made = rowsOf(parts({ status: "failed", error, sentences, segments: [late], timings_ms: { ...TIMINGS, total: 21_000 } }));
    assert.deepEqual(row(made, "text").at(-1), ["failure", 20_360, 20_360]);
    assert.deepEqual(row(made, "text").find(([kind]) => kind === "stall"), ["stall", 360, 20_360]);
    assert.deepEqual(row(made, "limits").slice(1), [["limit", 360, 20_360], ["ended", 20_360, 20_360]]);
  });

  test("the axis of an open turn grows in steps, that of a closed one ends with it", () => {
    assert.equal(lengthOf(parts()), 1_500);
    const open = turn({ status: "streaming" });
    assert.equal(lengthOf(partsOf(open, [open], () => 3_100)), 5_000);
  });
});

describe("the comb", () => {
  test("teeth that share a pixel become one, as high as the longest", () => {
    const deltas = [[0, 4], [1, 9], [2, 2], [100, 5]];
    assert.deepEqual(teeth(deltas, scale({ from: 0, to: 1_000 }, 100), 0, 100), [
      { x: 0, chars: 9, count: 3 },
      { x: 10, chars: 5, count: 1 },
    ]);
    assert.equal(teeth(deltas, scale({ from: 0, to: 100 }, 1_000), 0, 1_000).length, 4);
  });

  test("twenty thousand deltas are at most a tooth for each px in view", () => {
    const deltas = Array.from({ length: 20_000 }, (_, place) => [place, 4]);
    assert.equal(teeth(deltas, scale({ from: 0, to: 20_000 }, 300), 0, 300).length, 301);
    assert.equal(teeth(deltas, scale({ from: 5_000, to: 5_010 }, 300), 0, 300).length, 11);
  });

  test("names the delta under the pointer, and none that is too far from it", () => {
    const x = scale(whole(1_500), 1_500);
    assert.equal(deltaNear(parts(), x, 358, 4).name, "Delta 2 of 2: 6 characters, 40 ms after the one before");
    assert.equal(deltaNear(parts(), x, 340, 4), null);
  });

  test("measures the pauses between deltas", () => {
    const { per_s, gaps } = measure([[0, 1], [10, 1], [20, 1], [500, 1]]);
    assert.deepEqual(gaps, { p50: 10, p95: 480, longest: 480 });
    assert.equal(per_s, 6);
    assert.equal(measure([[5, 1]]).gaps, null);
  });
});

describe("the view", () => {
  test("a zoom keeps the time under the pointer where it is", () => {
    const view = zoomed(whole(10_000), 4, 2_000, 10_000);
    assert.deepEqual(view, { from: 1_500, to: 4_000 });
    assert.equal(timeAt(view, 1_000, scale(view, 1_000)(2_000)), 2_000);
  });

  test("stays within the axis, and shows 20 ms at least", () => {
    assert.deepEqual(panned({ from: 0, to: 1_000 }, -500, 10_000), { from: 0, to: 1_000 });
    assert.deepEqual(zoomed({ from: 0, to: 100 }, 0.001, 50, 10_000), { from: 0, to: 10_000 });
    const closest = zoomed(whole(10_000), 1e9, 5_000, 10_000);
    assert.equal(Math.round(closest.to - closest.from), 20);
  });

  test("follows the cursor no further than needed", () => {
    assert.deepEqual(showing({ from: 0, to: 1_000 }, 500, 10_000), { from: 0, to: 1_000 });
    assert.deepEqual(showing({ from: 0, to: 1_000 }, 2_000, 10_000), { from: 1_100, to: 2_100 });
  });

  test("labels round times with room for each", () => {
    assert.deepEqual(gridOf({ from: 0, to: 1_000 }, 300).map(({ label }) => label), ["0 s", "0.5 s", "1 s"]);
    assert.deepEqual(gridOf({ from: 500, to: 520 }, 200).map(({ label }) => label), ["500 ms", "510 ms", "520 ms"]);
  });
});

describe("the cursor", () => {
  const at = (ms, changes, given) => {
    const shown = parts(changes, given);
    return valuesAt(rowsOf(shown), shown, ms, 1);
  };

  test("says what each row shows at that moment", () => {
    const values = at(350);
    assert.equal(values.text, "3 characters in 1 delta; the last brought 3, 30 ms before");
    assert.equal(values.voice, "dead air, 350 ms of 700 ms");
    assert.match(values.sentences, /^Sentence 1 is written: “Hi there\.” \(30 ms of 180 ms\)$/);
    assert.equal(at(20).connection, "Connect (5 ms of 25 ms)");
    assert.equal(at(1_100).voice, "“there.”, in Speech: “Hi there.”");
  });

  test("tells nothing of characters that the page did not see come", () => {
    const reloaded = { status: "streaming", delta_chars: [], delta_times_ms: [320, 360] };
    assert.equal(at(350, reloaded, null).text, "1 arrival; the last 30 ms before");
  });

  test("names the limit that would end the turn next", () => {
    assert.equal(at(100).limits, "no text by 30.0 s would end it, in 29.9 s");
    assert.equal(at(330).limits, "no more text by 20.3 s, in 20.0 s, would end it");
    assert.equal(at(1_000).limits, "none: the text is complete");
  });

  test("names a stall from its first moment on, and the thing that the cursor was moved to", () => {
    const deltas = [[320, 3], [6_370, 6]];
    const given = parts({ delta_times_ms: [320, 6_370], timings_ms: { ...TIMINGS, total: 7_000 } }, stored({ deltas }));
    const rows = rowsOf(given);
    const values = valuesAt(rows, given, 320, 1);
    assert.match(values.text, /; Stalled: no text \(0 ms of 6,050 ms\)$/);
    assert.match(valueText(rows, values, 320, "Stalled: no text"), /^320 ms\. Stalled: no text\. Text: /);
  });

  test("is one text for a screen reader, without empty rows", () => {
    const rows = rowsOf(parts());
    assert.match(valueText(rows, valuesAt(rows, parts(), 350, 1), 350), /^350 ms\. Text: 3 characters .*\. Voice: dead air/);
  });
});

describe("the numbers", () => {
  const known = (list) => Object.fromEntries(list.map(({ name, value, unit }) => [name, unit ? `${value} ${unit}` : value]));

  test("are those of the turn, of its deltas and of its speech", () => {
    const shown = known(figures(parts({ usage: { prompt_tokens: 12, completion_tokens: 3 } })[0]));
    const wanted = { ttfb: "310 ms", deltas: "2", gap_longest: "40 ms", deltas_per_s: "25 /s", chars: "9", usage: "12 + 3 tokens", prompt_chars: "40 chars", lagged: "200 ms", starved: "0 ms" };
    assert.deepEqual({ ...shown, ...wanted }, shown);
  });

  test("are there as soon as they are known: of the pauses only the longest, since deltas share frames", () => {
    const live = { status: "streaming", delta_count: 5, longest_gap_ms: 40, delta_times_ms: [320, 360] };
    const shown = known(figures(parts(live, null)[0], { request: { body: { messages: [{ content: "Hé" }] } } }));
    const wanted = { ttfb: "310 ms", deltas: "5", deltas_per_s: "100 /s", gap_longest: "40 ms", gap_p50: "–", gap_p95: "–", prompt_chars: "2 chars" };
    assert.deepEqual({ ...shown, ...wanted }, shown);
    const unseen = known(figures(parts({ status: "streaming", delta_times_ms: [] }, null)[0]));
    assert.deepEqual([unseen.deltas, unseen.deltas_per_s, unseen.gap_longest], ["–", "–", "–"]);
    assert.equal(promptOf(undefined), null);
  });

  test("speech starves where a sentence came late, not in a break of its own", () => {
    const first = segment({ pauses: [[900, 1_000]] });
    const late = segment({ id: 2, index: 1, text: "More.", synthesis_ms: 1_800, starts_ms: 2_000, ends_ms: 2_400, words: [] });
    assert.equal(speechOf({ turn: turn({ segments: [first, late], timings_ms: { ...TIMINGS, total: 2_400 } }), elapsed_ms: 0 }).starved_ms, 500);
  });
});

describe("the picture", () => {
  const shown = parts({ user_text: "<b>&\u0001 you?" });
  const rows = rowsOf(shown);
  const draw = (view) => shapesOf(rows, shown, view, 1_000, { at: 350, values: valuesAt(rows, shown, 350, 1) });

  test("stays within its width, however far it is zoomed", () => {
    for (const box of draw({ from: 690, to: 720 }).boxes) assert.ok(box.x >= 0 && box.x + box.width <= 1_000, JSON.stringify(box));
  });

  test("no label stands on another one of its row", () => {
    const moment = (at, label) => ({ kind: "you", from: at, to: at, label, name: label });
    const items = [moment(0, "What is the weather like?"), moment(1_400, "A tool's result starts the continuation")];
    const withLabels = rows.map((one) => (one.id === "you" ? { ...one, items } : one));
    for (const width of [320, 360, 500, 1_000]) {
      const { shapes } = shapesOf(withLabels, shown, whole(1_500), width, { at: 0, values: {} });
      const [first, second] = shapes.filter(({ text }) => /^(What|A t)/.test(text));
      assert.ok(!second || first.x + 6.5 * first.text.length <= second.x, `${width} px: ${first.text}, ${second?.text}`);
    }
  });

  test("what is under the pointer is found, a moment before the bar behind it", () => {
    const { boxes } = draw(whole(1_500));
    const byte = boxes.find(({ item }) => item.kind === "first-byte");
    assert.equal(boxAt(boxes, byte.x + 3, byte.y + 5).item.kind, "first-byte");
    const speech = boxes.find(({ item }) => item.kind === "speech");
    assert.equal(boxAt(boxes, speech.x + 100, speech.y + 5).item.name, "Speech: “Hi there.”");
    assert.equal(boxAt(boxes, 990, 5), undefined);
  });

  test("cuts no character of a label in two", () => {
    const { shapes } = shapesOf(rowsOf(parts({ user_text: "🙂".repeat(400) })), parts(), whole(1_500), 301, { at: null, values: { you: "🙂".repeat(400) } });
    assert.ok(shapes.every(({ text = "", more = "" }) => text.isWellFormed() && more.isWellFormed()));
  });

  test("is saved under the names of its persona and its turn", () => {
    assert.equal(fileName("Mert, the Storyteller!", "c1a", { turn_idx: 2 }, "svg"), "timeline-mert-the-storyteller-c1a-turn-3.svg");
    assert.equal(fileName("Дарья 2", "c1b", { turn_idx: 0 }, "png"), "timeline-дарья-2-c1b-turn-1.png");
    const turn = { turn_idx: 2, created_at: "2026-11-28T13:20:09.1Z" };
    assert.equal(originOf("Mert", "c1a", turn), "Mert · conversation c1a, turn 3 · 2026-11-28 13:20 UTC");
  });

  test("is a file of its own: colours by value, texts as text", () => {
    const colours = Object.fromEntries(tokenNames().map((name) => [name, `rgb(${name.length}, 0, 0)`]));
    const text = svgText(draw(whole(1_500)), 1_000, headLines("“<b>&”", figures(shown[0])), colours);
    assert.match(text, /&lt;b&gt;&amp;\uFFFD you\?/);
    assert.doesNotMatch(text, /<b>|var\(|undefined|NaN/);
    assert.match(text, /TTFB 310 ms · TTFT 320 ms/);
  });
});
