/**
 * What an open turn waits for, in words that change once a second at the most. Pure.
 *
 * @typedef {object} Waiting
 * @property {string} what before the first text: that it is waited for, and how long
 * @property {string} why what is known of the answer so far, or how long the LLM and the voice have been silent
 * @property {string} announced what a screen reader is told, once: it names no time; "" while the wait is short
 */

import { codePointLength } from "./code_points.js";
import { inWords } from "./numbers.js";
import { BYPASSED, stallNow } from "./picture.js";
import { isOpen, playouts } from "./turn.js";

/** A shorter wait is not told in words. */
const SHOWN_MS = 300;
/** A shorter wait is not announced. */
const ANNOUNCED_MS = 2_000;
const NOTHING = { what: "", why: "", announced: "" };

/** Return what `turn` waits for, `elapsed_ms` after its start; without text it ends at `limit_ms`, if given. @returns {Waiting} */
export function waitingWords(turn, elapsed_ms, limit_ms = null) {
  if (!isOpen(turn) || BYPASSED.has(turn.kind) || turn.tool_calls.length > 0) return NOTHING;
  return turn.text === "" ? beforeText(turn, elapsed_ms, limit_ms) : inStall(turn, elapsed_ms);
}

function beforeText(turn, elapsed_ms, limit_ms) {
  if (elapsed_ms < SHOWN_MS) return NOTHING;
  const why = answerSoFar(turn);
  if (turn.answer_ended) return { what: "No text comes", why, announced: why };
  const what = turn.reasoning ? "The LLM is reasoning" : "Waiting for the first delta";
  const announced = elapsed_ms < ANNOUNCED_MS ? "" : `${what}. ${why}.`;
  const end = limit_ms === null || turn.reasoning ? "" : `, ends at ${seconds(limit_ms)}`;
  return { what: elapsed_ms < 1_000 ? what : `${what} · ${seconds(elapsed_ms)}${end}`, why, announced };
}

/** How far a request is, by the last of its moments that has come. */
const STEPS = [
  ["sent", "The request is sent; no answer yet"],
  ["connected", "Connected; the request is being sent"],
  ["reused", "Connected; the request is being sent"],
  ["tls_started", "Connected; TLS is being agreed on"],
  ["connect_started", "Connecting to the server"],
  ["lookup_ended", "Connecting to the server"],
  ["lookup_started", "Looking up the server’s name"],
  ["started", "No connection to the server yet"],
];

/** A request whose moments are not told is answered soon, or another process sends it. */
function requestSoFar(phases) {
  const moments = new Set((phases ?? [["sent"]]).map(([moment]) => moment));
  return STEPS.find(([moment]) => moments.has(moment))?.[1] ?? "";
}

function answerSoFar({ status, phases, response_status, response_ms, timings_ms: { ttfb }, reasoning, answer_ended }) {
  if (status === "pending") return "The request is not sent yet";
  if (response_status === null) return requestSoFar(phases);
  if (response_status >= 300) return `HTTP ${response_status}; the request is sent once more`;
  if (answer_ended) return "The answer has ended without text";
  if (reasoning) return `Only reasoning so far: ${codePointLength(reasoning).toLocaleString("en-US")} characters, never spoken`;
  if (ttfb !== null) return `The answer began at ${inWords(ttfb)}; no text in it yet`;
  const after = response_ms === null ? "" : ` after ${inWords(response_ms)}`;
  return `HTTP ${response_status}${after}; no byte of the answer yet`;
}

function inStall(turn, elapsed_ms) {
  const stall = stallNow(turn, elapsed_ms);
  if (!stall) return NOTHING;
  const silent_ms = silentFor(turn, elapsed_ms);
  const heard = silent_ms < 1_000 ? "" : ` · silence for ${seconds(silent_ms)}`;
  const stalled_ms = elapsed_ms - stall.from;
  const announced = stalled_ms < ANNOUNCED_MS ? "" : "The LLM has said nothing for 2 seconds.";
  return { what: "", why: `The LLM has said nothing for ${seconds(stalled_ms)}${heard || " · the voice still speaks"}`, announced };
}

/** Return how long the voice has been silent, in ms; 0 while it speaks. */
function silentFor(turn, elapsed_ms) {
  const begun = playouts(turn).filter(({ starts_ms }) => starts_ms <= elapsed_ms);
  return Math.max(0, elapsed_ms - Math.max(0, ...begun.map(({ ends_ms }) => ends_ms)));
}

function seconds(ms) {
  return `${Math.floor(ms / 1_000).toLocaleString("en-US")} s`;
}
