import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { oddities } from "../../static/js/playground/oddities.js";
import { newTurn } from "../../static/js/playground/turn.js";
import { segment } from "./events.mjs";

function turn({ timings_ms = {}, ...changes } = {}) {
  const empty = newTurn("t1");
  return { ...empty, status: "completed", finish_reason: "stop", ...changes, timings_ms: { ...empty.timings_ms, ...timings_ms } };
}

function only(changes) {
  return onlyOddity(changes).text;
}

function onlyOddity(changes) {
  const odd = oddities(turn(changes), "Tavus");
  assert.equal(odd.length, 1, odd.map(({ text }) => text).join("\n"));
  return odd[0];
}

const CALL = { id: "call_1", name: "get_weather", arguments: "{}", valid: true };

describe("what is odd about an answer", () => {
  test("is nothing about one that streamed, ended its sentences, and was heard", () => {
    assert.deepEqual(oddities(turn({ text: "Hi there.", delta_times_ms: [300, 340], timings_ms: { ttft: 300 } }), "Tavus"), []);
  });

  test("is not told while the turn is open", () => {
    assert.deepEqual(oddities(turn({ status: "streaming", delta_times_ms: [1, 9_000] }), "Tavus"), []);
  });

  test("does not say twice why a turn failed, though its request was sent twice", () => {
    const failed = { status: "failed", error: { message: "Nothing answers." } };
    const note = (first) => only({ ...failed, notes: [`${first} The request was sent once more.`] });
    assert.equal(note("Nothing answers."), "The request was sent once more, and failed in the same way.");
    assert.equal(note("HTTP 503."), "HTTP 503. The request was sent once more.");
  });

  test("is that it said nothing, with what the server counted", () => {
    assert.match(only({ usage: { completion_tokens: 12 } }), /^The LLM said nothing: .*no text and no tool call although it counts 12 completion tokens \(finish_reason: stop\)/);
    assert.match(only({ notes: ["The model said nothing."] }), /with no text/);
    assert.match(only({ text: "\n" }), /nothing but white space/);
    assert.match(only({ reasoning: "Hmm." }), /all it sent was 4 characters of reasoning/);
  });

  test("is a stall, by its length and what the caller heard of it", () => {
    const stalled = { text: "One. Two.", delta_times_ms: [300, 19_300], timings_ms: { ttft: 300 } };
    const segments = [segment({ starts_ms: 500, ends_ms: 1_300 }), segment({ id: "1", index: 1, starts_ms: 19_700, ends_ms: 20_500 })];
    assert.match(only({ ...stalled, segments }), /stalled for 19\.0 s after its text at 300 ms; the caller heard 18\.4 s of silence\./);
    const speaking = [segment({ starts_ms: 300, ends_ms: 20_000 })];
    assert.match(only({ ...stalled, segments: speaking }), /the voice was still speaking/);
  });

  test("is a long wait for the first text, and whose it was", () => {
    assert.match(only({ text: "Hi.", delta_times_ms: [4_000], timings_ms: { ttfb: 3_900, ttft: 4_000 } }), /after 4,000 ms: the LLM's server/);
    assert.match(only({ text: "Hi.", delta_times_ms: [4_000], timings_ms: { ttfb: 100, ttft: 4_000 } }), /had begun to answer at 100 ms/);
  });

  test("is an answer that came at once", () => {
    assert.match(only({ text: "a".repeat(340), delta_times_ms: [900], timings_ms: { ttft: 900 } }), /^All 340 characters came at once, after 900 ms/);
  });

  test("is a first sentence that doesn't end", () => {
    const sentences = [{ index: 0, start: 0, end: 420, kind: "sentence", t_ms: 1_500 }];
    const times = { ttft: 300, first_sentence: 1_500 };
    assert.match(only({ text: "a".repeat(420), sentences, delta_times_ms: [300, 900, 1_400], timings_ms: times }), /first 420 characters, so the voice waited 1,200 ms/);
  });

  test("is text that can't be spoken", () => {
    const sentences = [{ index: 0, start: 0, end: 3, kind: "sentence", t_ms: 400 }];
    assert.match(only({ text: "---", sentences, segments: [segment({ text: "", words: [] })] }), /can't be spoken/);
  });

  test("is a tool call, until it is answered, and what the platform does next", () => {
    assert.match(only({ tool_calls: [CALL] }), /called get_weather in place of an answer\. Tavus runs no tool itself: .* silence\.$/);
    assert.deepEqual(oddities(turn({ tool_calls: [CALL], tool_results: { call_1: { output: 1, status: "success" } } }), "Tavus"), []);
  });

  test("is a silence between two sentences that were heard, and none before one that an interrupt cut off", () => {
    const first = segment({ id: 1, starts_ms: 900, ends_ms: 2_000 });
    const next = segment({ id: 2, index: 1, starts_ms: 4_000, ends_ms: 6_000 });
    const heard = { text: "One. Two.", segments: [first, next], delta_times_ms: [300, 340] };
    assert.match(only({ ...heard, timings_ms: { ttft: 300, total: 6_000 } }), /ran out of text: 2,000 ms of silence/);
    const cut = turn({ ...heard, status: "interrupted", interrupted_at_ms: 2_000, timings_ms: { ttft: 300, total: 2_000 } });
    assert.deepEqual(oddities(cut, "Tavus"), []);
  });

  test("has its place in the stream: the last text before a stall, or the first payload of its kind", () => {
    const stalled = { text: "One. Two.", delta_times_ms: [300, 19_300], timings_ms: { ttft: 300 } };
    assert.deepEqual(onlyOddity(stalled).place, { kind: "delta", until_ms: 18_800 });
    assert.deepEqual(onlyOddity({ tool_calls: [CALL] }).place, { kind: "call" });
    assert.deepEqual(onlyOddity({}).place, { kind: "finish" });
    assert.equal(onlyOddity({ text: "Hi.", notes: ["Code was read aloud."] }).place, null);
    const echoed = { kind: "echo", text: "---", sentences: [{ index: 0, start: 0, end: 3, kind: "sentence", t_ms: 0 }] };
    assert.equal(onlyOddity({ ...echoed, segments: [segment({ text: "", words: [] })] }).place, null);
  });

  test("is the stall that an error ended while the voice was silent", () => {
    const broken = { status: "failed", finish_reason: "", error: { code: "truncated", message: "" }, text: "One.", delta_times_ms: [300], timings_ms: { ttft: 300, total: 5_000 } };
    assert.match(only({ ...broken, segments: [segment({ starts_ms: 800, ends_ms: 1_500 })] }), /stalled for 4,700 ms .*nothing came any more; the caller heard 3,500 ms of silence/);
    assert.deepEqual(oddities(turn({ ...broken, segments: [segment({ starts_ms: 800, ends_ms: 4_990 })] }), "Tavus"), []);
    const rest = [segment({ starts_ms: 800, ends_ms: 1_500 }), segment({ id: 2, index: 1, starts_ms: 4_200, ends_ms: 4_990 })];
    const sentences = [400, 4_000].map((t_ms, index) => ({ index, start: 5 * index, end: 5 * index + 4, kind: "sentence", t_ms }));
    assert.match(only({ ...broken, segments: rest, sentences }), /stalled for 3,700 ms .*the caller heard 2,700 ms of silence/);
  });

  test("is what the server saw, too", () => {
    assert.equal(only({ text: "Hi.", notes: ["Code was read aloud."] }), "Code was read aloud.");
  });
});
