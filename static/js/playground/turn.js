/**
 * A turn (its shape: state_shape.js): whether it is open, what is heard when, where it was cut. Pure.
 */

import { codePointLength } from "./code_points.js";

const OPEN = new Set(["pending", "streaming"]);

/** Return a turn of which only the id is known yet. @returns {Turn} */
export function newTurn(turnId) {
  return {
    turn_id: turnId,
    turn_idx: null,
    kind: "user",
    status: "pending",
    user_text: "",
    text: "",
    heard_text: "",
    continues: null,
    client_msg_id: "",
    sentences: [],
    segments: [],
    delta_times_ms: [],
    delta_chars: [],
    delta_count: 0,
    longest_gap_ms: 0,
    answer_ended: false,
    phases: null,
    filler: null,
    tool_calls: [],
    tool_results: {},
    events_fired: [],
    notes: [],
    reasoning: "",
    finish_reason: "",
    error: null,
    timings_ms: { ttfb: null, ttft: null, first_sentence: null, first_audio: null, dead_air: null, total: null },
    usage: {},
    interrupted_at_ms: null,
    cut_waits: null,
    response_status: null,
    response_ms: null,
    response_body: "",
    created_at: null,
    was_live: false,
  };
}

export function isOpen(turn) {
  return OPEN.has(turn.status);
}

/** Return where the answer stopped being heard, in code points of its text; null if all of it was heard or may still be. */
export function cutOffset(turn) {
  if (turn.status !== "interrupted" && turn.status !== "failed") return null;
  if (turn.heard_text.trimEnd() === turn.text.trimEnd()) return null;
  return turn.text.startsWith(turn.heard_text) ? codePointLength(turn.heard_text) : 0;
}

/** Return when the speech was cut, in ms: a click on a word that had been heard cuts there, earlier than the click. */
export const cutAtMs = remembered(cutMoment);

function cutMoment(turn) {
  if (turn.interrupted_at_ms === null) return null;
  const cut = cutOffset(turn);
  const unheard = cut === null ? [] : wordsOf(turn).filter(([start]) => start >= cut);
  return Math.min(turn.interrupted_at_ms, ...unheard.map(([, , at_ms]) => at_ms));
}

/** Return when the clicked word is heard by the forecast, in ms; null if no interrupt waits, or its word has no time yet. */
export function cutDueAt(turn) {
  if (turn.cut_waits === null || !isOpen(turn)) return null;
  const word = wordsOf(turn).find(([, end]) => end >= turn.cut_waits);
  return word ? word[2] : null;
}

function wordsOf(turn) {
  return playouts(turn).flatMap(({ kind, words }) => (kind === "sentence" ? words : []));
}

/**
 * Return a turn's segments in playout order. The times of one whose playout has not begun are a forecast; a voice says
 * one thing at a time, so such a segment begins no earlier than the end of the one before it.
 * @returns {Segment[]}
 */
export function playouts(turn) {
  return inSequence(turn.segments);
}

/** Return the segment that is heard at `elapsed_ms`, or undefined. */
export function heardAt(turn, elapsed_ms) {
  return playouts(turn).find((one) => one.starts_ms <= elapsed_ms && elapsed_ms < one.ends_ms && !one.cut);
}

/** Return the segments of sentences, by the sentence's index. @returns {Map<number, Segment>} */
export function spokenSentences(turn) {
  return bySentence(turn.segments);
}

const inSequence = remembered(placed);
const bySentence = remembered((segments) => {
  const sentences = inSequence(segments).filter((segment) => segment.kind === "sentence");
  return new Map(sentences.map((segment) => [segment.index, segment]));
});

/** Memoize `work` per turn or list; neither is ever changed in place. */
function remembered(work) {
  const done = new WeakMap();
  return (value) => {
    if (!done.has(value)) done.set(value, work(value));
    return done.get(value);
  };
}

function placed(segments) {
  const ordered = segments.toSorted((one, other) => one.starts_ms - other.starts_ms || one.id - other.id);
  let free_ms = 0;
  return ordered.map((segment) => {
    const heard = later(segment, Math.max(0, free_ms - segment.starts_ms));
    free_ms = Math.max(free_ms, heard.ends_ms);
    return heard;
  });
}

function later(segment, by_ms) {
  if (by_ms === 0) return segment;
  const words = segment.words.map(([start, end, at_ms]) => [start, end, at_ms + by_ms]);
  const pauses = (segment.pauses ?? []).map(([from, to]) => [from + by_ms, to + by_ms]);
  return { ...segment, starts_ms: segment.starts_ms + by_ms, ends_ms: segment.ends_ms + by_ms, words, pauses };
}
