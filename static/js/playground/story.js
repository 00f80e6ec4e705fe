/**
 * A turn in words: its timings, its kind, how it ended. Pure.
 */

import { inWords, numbers } from "./numbers.js";
import { cutAtMs, cutOffset } from "./turn.js";

const FINISH_REASONS = {
  length: "The LLM reached its length limit (finish_reason: length); the answer may end in the middle.",
  content_filter: "The server's content filter stopped the answer (finish_reason: content_filter).",
};

const KIND_NOTES = {
  echo: "Said verbatim: the LLM was bypassed.",
  greeting: "The opening line: the LLM was bypassed.",
  continuation: "Goes on after a tool result. Rehearsal: not platform traffic.",
};

/** Return the timings in one sentence. */
export function summary(turn, elapsed_ms) {
  const known = numbers(turn, elapsed_ms).filter((number) => number.ms !== null);
  return known.map((number) => `${number.label} ${inWords(number.ms)}`).join(", ");
}

/** Return the kind of turn in words; "" for an ordinary answer. */
export function kindNote(turn) {
  return KIND_NOTES[turn.kind] ?? "";
}

/** Return how the turn ended; "" if it simply completed. */
export function endingNote(turn) {
  if (turn.status !== "interrupted") return FINISH_REASONS[turn.finish_reason] ?? "";
  const cut = cutAtMs(turn);
  const clicked = cut === turn.interrupted_at_ms ? "" : `, by a click at ${inWords(turn.interrupted_at_ms)} on a word that had been heard`;
  const when = cut === null ? "" : ` at ${inWords(cut)}${clicked}`;
  if (turn.text.trim() === "") return `Interrupted${when}, before the answer began: nothing of it was heard.`;
  return cutOffset(turn) === null
    ? `Interrupted${when}; all that was written until then had been heard.`
    : `Interrupted${when}; what is struck through was not heard.`;
}
