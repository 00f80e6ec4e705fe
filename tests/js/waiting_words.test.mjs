import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { newTurn } from "../../static/js/playground/turn.js";
import { waitingWords } from "../../static/js/playground/waiting_words.js";
import { segment } from "./events.mjs";

const NONE = newTurn("t").timings_ms;

function open(changes = {}) {
  return { ...newTurn("t1"), status: "streaming", ...changes };
}

describe("what an open turn waits for, before its first text", () => {
  test("is told from a moment on, counts in seconds, and is announced without them", () => {
    assert.equal(waitingWords(open(), 200).what, "");
    assert.deepEqual(waitingWords(open(), 900), { what: "Waiting for the first delta", why: "The request is sent; no answer yet", announced: "" });
    const long = waitingWords(open(), 3_900);
    assert.equal(long.what, "Waiting for the first delta · 3 s");
    assert.deepEqual([long.announced, waitingWords(open(), 9_000).announced], Array(2).fill("Waiting for the first delta. The request is sent; no answer yet."));
  });

  test("says at which limit it ends, if that is known and reasoning does not put it off", () => {
    assert.equal(waitingWords(open(), 3_900, 30_000).what, "Waiting for the first delta · 3 s, ends at 30 s");
    assert.equal(waitingWords(open(), 900, 30_000).what, "Waiting for the first delta");
    assert.equal(waitingWords(open({ response_status: 200, reasoning: "Hmm." }), 3_900, 30_000).what, "The LLM is reasoning · 3 s");
  });

  test("says how far the answer has come", () => {
    const why = (changes) => waitingWords(open(changes), 1_000).why;
    assert.equal(why({ status: "pending" }), "The request is not sent yet");
    const moment = (name, before = []) => why({ phases: [["started", 1], ...before, [name, 2]] });
    assert.equal(why({ phases: [["started", 1]] }), "No connection to the server yet");
    assert.equal(moment("lookup_started"), "Looking up the server’s name");
    assert.equal(moment("connect_started"), "Connecting to the server");
    assert.equal(moment("tls_started", [["connect_started", 1]]), "Connected; TLS is being agreed on");
    assert.equal(moment("connected", [["tls_started", 1]]), "Connected; the request is being sent");
    assert.equal(moment("sent", [["reused", 1]]), "The request is sent; no answer yet");
    assert.equal(why({ response_status: 503 }), "HTTP 503; the request is sent once more");
    assert.equal(why({ response_status: 200, response_ms: 120 }), "HTTP 200 after 120 ms; no byte of the answer yet");
    assert.equal(why({ response_status: 200, timings_ms: { ...NONE, ttfb: 150 } }), "The answer began at 150 ms; no text in it yet");
    assert.equal(why({ response_status: 200, timings_ms: { ...NONE, ttfb: 150 }, reasoning: "Hmm." }), "Only reasoning so far: 4 characters, never spoken");
    assert.equal(why({ response_status: 200, answer_ended: true }), "The answer has ended without text");
  });

  test("is nothing where no LLM answers, once it calls a tool, and when the turn has ended", () => {
    const call = { id: "k", name: "f", arguments: "{}", valid: true };
    for (const changes of [{ kind: "echo" }, { tool_calls: [call] }, { status: "completed" }]) assert.equal(waitingWords(open(changes), 5_000).what, "");
  });
});

describe("what an open turn waits for, in a stall", () => {
  const stalled = open({ text: "One. Two", delta_times_ms: [600, 700], timings_ms: { ...NONE, ttft: 600 } });

  test("is told by how long the LLM and the voice have been silent", () => {
    const spoken = { ...stalled, segments: [segment({ starts_ms: 800, ends_ms: 3_000 })] };
    assert.equal(waitingWords(spoken, 1_600).why, "");
    assert.equal(waitingWords(spoken, 2_900).why, "The LLM has said nothing for 2 s · the voice still speaks");
    assert.equal(waitingWords(spoken, 12_750).why, "The LLM has said nothing for 12 s · silence for 9 s");
    assert.equal(waitingWords(spoken, 12_750).announced, waitingWords(spoken, 2_800).announced);
  });

  test("is nothing once the answer has ended: the voice says the rest", () => {
    assert.equal(waitingWords({ ...stalled, answer_ended: true }, 9_000).why, "");
  });
});
