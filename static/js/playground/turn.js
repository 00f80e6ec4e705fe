/**
 * A turn: the shape of a snapshot's turns, to which live events build up. Pure.
 *
 * @typedef {object} Turn
 * @property {string} turn_id
 * @property {number|null} turn_idx
 * @property {"user"|"echo"|"greeting"|"continuation"} kind
 * @property {"pending"|"streaming"|"completed"|"interrupted"|"failed"} status
 * @property {string} user_text
 * @property {string} text what the LLM wrote; all offsets count its code points
 * @property {string} heard_text its beginning, up to the last word whose playout had begun
 * @property {string|null} continues the turn whose tool calls this one continues
 * @property {string} client_msg_id
 * @property {{index: number, start: number, end: number, kind: string, t_ms: number}[]} sentences
 * @property {Segment[]} segments
 * @property {number[]} delta_times_ms when text arrived, thinned
 * @property {number[]} delta_chars how many code points arrived then, as far as this page saw it
 * @property {[string, number][]|null} phases the moments of its request (`playground/outgoing/phases.py`)
 * @property {{state: "played"|"skipped", phrase: string, reason: string, due_ms: number}|null} filler
 * @property {{id: string, name: string, arguments: string, valid: boolean}[]} tool_calls
 * @property {Object<string, {output: unknown, status: string, source?: string}>} tool_results by tool call id
 * @property {string[]} events_fired
 * @property {string[]} notes
 * @property {string} reasoning
 * @property {string} finish_reason
 * @property {{code: string, message: string, excerpt?: string, secret?: string}|null} error
 * @property {Object<string, number|null>} timings_ms ttfb, ttft, first_sentence, first_audio, dead_air, total
 * @property {object} usage
 * @property {number|null} interrupted_at_ms
 * @property {number|null} cut_waits the end of the clicked word behind which the turn is to be interrupted
 * @property {number|null} response_status
 * @property {string} response_body the first words of a refusal's body
 * @property {string|null} created_at
 * @property {boolean} was_live whether it began while the page was open
 *
 * @typedef {object} Segment one speakable unit; times are ms from the turn's start
 * @property {number} id
 * @property {"sentence"|"filler"} kind
 * @property {number|null} index the sentence's index; null for a filler
 * @property {string} text what is spoken
 * @property {number} synthesis_ms
 * @property {number} starts_ms
 * @property {number} ends_ms
 * @property {boolean} cut
 * @property {[number, number, number][]} words start, end (offsets in the turn's text), at_ms
 * @property {[number, number][]} [pauses] from when to when a break makes it silent
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
