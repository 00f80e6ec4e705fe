/**
 * What explains a turn's picture: its title, sentences, and the picture as a table for screen readers. Pure.
 */

import { clipped } from "./code_points.js";
import { inWords } from "./numbers.js";
import { bars } from "./picture.js";
import { endingNote } from "./story.js";

const KINDS = {
  waiting: "Waiting for the LLM",
  stream: "Text arrives",
  stall: "The LLM stalled: no text",
  sentence: "Sentence",
  synthesis: "Synthesis of the filler, then waiting its turn",
  filler: "Filler",
  speech: "Speech",
  "dead-air": "Dead air",
};

const SKIP_REASONS = {
  answer_in_time: "No filler: the answer began to play before the delay was over.",
  nothing_to_cover: "No filler: nothing was left to say when it would have been due.",
  tool_round: "No filler: a tool round does not repeat it.",
  interrupted: "No filler: the turn was interrupted before it was due.",
};

/** Return the timeline as rows, in order of time: `[{what, text, from, to}]`, times in ms. */
export function rows(turn, elapsed_ms) {
  return bars(turn, elapsed_ms)
    .toSorted((a, b) => a.from - b.from || a.to - b.to)
    .map(({ kind, label, index, from, to }) => ({ what: whatOf(kind, index), text: SPOKEN.has(kind) ? label : "", from, to }));
}

/** `index`: that of the sentence whose synthesis it is; a filler's has none. */
function whatOf(kind, index) {
  return kind === "synthesis" && Number.isInteger(index) ? `Synthesis of sentence ${index + 1}, then waiting its turn` : KINDS[kind];
}

const SPOKEN = new Set(["sentence", "filler", "speech"]);

const TITLE_CHARS = 60;

/** Return the title of one of `turns`: the user's words, also where a tool's result starts it, or else its own. */
export function titleOf(turn, turns) {
  const question = askedIn(turn, turns);
  const text = question || turn.text;
  if (!text) return "Continuation";
  const quoted = `“${text.length > TITLE_CHARS ? `${clipped(text, TITLE_CHARS).trimEnd()}…` : text}”`;
  return question && turn.continues ? `${quoted} (after the tool)` : quoted;
}

function askedIn(turn, turns) {
  const before = turn.continues && turns.find(({ turn_id }) => turn_id === turn.continues);
  return before ? askedIn(before, turns) : turn.user_text;
}

/** Return the sentences that explain the picture. */
export function findings(turn) {
  return [audioFinding(turn), fillerFinding(turn), ...gapFindings(turn), endingNote(turn)].filter(Boolean);
}

/** Explain the time to first audio. */
function audioFinding({ kind, timings_ms: { ttft, first_sentence, first_audio } }) {
  if (kind === "echo" || kind === "greeting" || [ttft, first_sentence, first_audio].some((ms) => ms == null)) return "";
  const waited = `${inWords(ttft)} waiting for the first delta`;
  const completed = `${inWords(first_sentence - ttft)} until a sentence was complete`;
  const heard = `${inWords(first_audio - first_sentence)} until it was heard`;
  return `First audio at ${inWords(first_audio)}: ${waited}, ${completed}, ${heard}.`;
}

function fillerFinding(turn) {
  const filler = turn.filler;
  if (!filler) return "";
  if (filler.state === "skipped") return SKIP_REASONS[filler.reason] ?? "No filler played.";
  const answer = turn.segments.find((segment) => segment.kind === "sentence" && segment.text);
  const played = turn.segments.find((segment) => segment.kind === "filler");
  const due = `The filler fired at ${inWords(filler.due_ms)}`;
  if (!answer || !played) return `${due}.`;
  if (answer.starts_ms > played.ends_ms) {
    return `${due}; the answer was heard ${inWords(answer.starts_ms - played.ends_ms)} after it ended.`;
  }
  return `${due}; the answer followed without a pause.`;
}

function gapFindings(turn) {
  const gaps = turn.delta_times_ms.slice(1).map((at, place) => at - turn.delta_times_ms[place]);
  const longest = Math.max(0, ...gaps);
  return longest >= 1_000 ? [`The longest pause between two deltas was ${inWords(longest)}.`] : [];
}
