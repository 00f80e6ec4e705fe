/**
 * What a caller notices of a turn at a moment: silence and how long it has lasted, or what is being heard. Pure.
 *
 * @typedef {object} Moment
 * @property {"idle"|"silence"|"filler"|"speech"|"interrupted"|"unheard"|"over"} state
 * @property {string} text the words heard so far of what is being said, or what is waited for
 * @property {number|null} silent_ms how long the silence has lasted; 0 outside of one, null if the page did not see it begin
 */

import { linesOf } from "./spoken_lines.js";
import { isOpen, playouts } from "./turn.js";

/** A shorter silence is a breath: it is shown, but not announced. */
const ANNOUNCED_MS = 1_000;

const LABELS = {
  idle: "Nobody has said anything yet",
  silence: "Silence",
  filler: "Filler",
  speech: "Voice",
  interrupted: "Interrupted",
  unheard: "Nothing was said",
  over: "The voice has ended",
};

/** Return what a caller notices `elapsed_ms` after the turn's start; `turn` may be undefined. @returns {Moment} */
export function momentOf(turn, elapsed_ms) {
  if (!turn) return moment("idle");
  const lines = playouts(turn).flatMap(linesOf);
  if (!isOpen(turn)) return ending(turn, lines, elapsed_ms);
  const heard = lines.find((line) => line.from <= elapsed_ms && elapsed_ms < line.to);
  if (heard) return moment(heard.kind === "filler" ? "filler" : "speech", wordsSoFar(heard, elapsed_ms));
  return moment("silence", "", silentFor(lines, elapsed_ms));
}

function silentFor(lines, elapsed_ms) {
  const silent_from = Math.max(0, ...lines.filter((line) => line.to <= elapsed_ms).map((line) => line.to));
  return Math.max(0, elapsed_ms - silent_from);
}

function moment(state, text = "", silent_ms = 0) {
  return { state, text, silent_ms };
}

/** A page that was loaded after the turn has no time of it: `elapsed_ms` is 0. */
function ending(turn, lines, elapsed_ms) {
  if (turn.status === "interrupted") return moment("interrupted");
  if (turn.tool_calls.length > 0) return moment("silence", "Until a tool’s result is there.", elapsed_ms === 0 ? null : silentFor(lines, elapsed_ms));
  if (lines.length === 0) return moment("unheard");
  return moment("over", turn.status === "failed" ? "It broke off: nothing more came." : "It is your turn.");
}

function wordsSoFar({ text, words }, elapsed_ms) {
  if (words.length === 0) return text;
  const heard = words.filter((word) => word.at_ms <= elapsed_ms);
  return heard.map((word) => word.text).join(" ");
}

/** Return the label of a moment. */
export function labelOf({ state }) {
  return LABELS[state];
}

/** Return how long a silence has lasted, "3.4 s"; "" outside of one. `step_ms` is the smallest step that is shown. */
export function silenceText({ state, silent_ms }, step_ms = 100) {
  if (state !== "silence" || silent_ms === null) return "";
  const shown = Math.floor(silent_ms / step_ms) * step_ms;
  return `${(shown / 1000).toFixed(step_ms < 1_000 ? 1 : 0)} s`;
}

/** Return what a screen reader is to hear of a moment: its state, never the passing of time. */
export function announcementOf({ state, text, silent_ms }) {
  if (state === "silence") return silent_ms !== null && silent_ms < ANNOUNCED_MS ? "" : LABELS.silence;
  return state === "over" ? `${LABELS.over}. ${text}` : LABELS[state];
}
