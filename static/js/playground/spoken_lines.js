/**
 * What a loudspeaker says of a turn, and when: lines on the turn's time axis, and how far a voice is behind them. Pure.
 *
 * @typedef {object} Line times are ms from the turn's start
 * @property {string} key unique within its turn
 * @property {"sentence"|"filler"} kind
 * @property {string} text
 * @property {number} from when its playout begins
 * @property {number} to when its playout ends
 * @property {{text: string, at_ms: number}[]} words empty if the times of its words are unknown
 */

import { isOpen, playouts } from "./turn.js";

/** A line that is noticed later than this begins at the word being played. */
export const LATE_MS = 500;
/** A smaller lag is not worth a word. */
export const SHOWN_LAG_MS = 300;

/** Gives out each line of the turns it is shown once, when its playout begins. */
export class Script {
  #turnId = null;
  #given = new Set();
  #over = new Set();

  /** Return the lines due at `elapsed_ms`. What was over before it was noticed is left out. @returns {Line[]} */
  due(turn, elapsed_ms) {
    if (turn.turn_id !== this.#turnId) this.#begin(turn.turn_id);
    if (!isOpen(turn)) return [];
    const begun = playouts(turn).filter((segment) => segment.starts_ms <= elapsed_ms && !this.#over.has(segment.id));
    return begun.flatMap((segment) => this.#dueOf(segment, elapsed_ms));
  }

  #begin(turnId) {
    this.#turnId = turnId;
    this.#given.clear();
    this.#over.clear();
  }

  #dueOf(segment, elapsed_ms) {
    if (segment.ends_ms <= elapsed_ms || segment.cut) this.#over.add(segment.id);
    const due = linesOf(segment).filter((line) => line.from <= elapsed_ms && !this.#given.has(line.key));
    for (const line of due) this.#given.add(line.key);
    if (segment.cut) return [];
    return due.filter((line) => line.to > elapsed_ms).map((line) => restOf(line, elapsed_ms));
  }
}

const known = new WeakMap();

/** Return a segment's lines: one, or one between each two breaks that make it silent. @returns {Line[]} */
export function linesOf(segment) {
  if (!known.has(segment)) known.set(segment, cutAtBreaks(segment));
  return known.get(segment);
}

function cutAtBreaks(segment) {
  const { id, kind, text, starts_ms, ends_ms, pauses = [] } = segment;
  const words = timedWords(segment);
  const whole = { key: `${id}.0`, kind, text, from: starts_ms, to: ends_ms, words };
  if (pauses.length === 0 || words.length === 0) return text ? [whole] : [];
  const starts = [starts_ms, ...pauses.map(([, to]) => to)];
  const ends = [...pauses.map(([from]) => from), ends_ms];
  const lines = starts.map((from, place) => {
    const until = starts[place + 1] ?? Infinity;
    const own = words.filter(({ at_ms }) => at_ms < until && (place === 0 || at_ms >= from));
    return { key: `${id}.${place}`, kind, text: textOf(own), from, to: ends[place], words: own };
  });
  return lines.filter((line) => line.text);
}

/** Return the spoken words with their times, if the spoken text has as many words as the raw one. */
function timedWords({ text, words }) {
  const spoken = text.split(/\s+/).filter(Boolean);
  return spoken.length === words.length ? spoken.map((word, place) => ({ text: word, at_ms: words[place][2] })) : [];
}

function textOf(words) {
  return words.map((word) => word.text).join(" ");
}

/** Return what is left of a line at `elapsed_ms`, from the word being played on; all of it if it has just begun. */
function restOf(line, elapsed_ms) {
  if (elapsed_ms - line.from <= LATE_MS) return line;
  const place = line.words.findLastIndex((word) => word.at_ms <= elapsed_ms);
  if (place > 0) {
    const words = line.words.slice(place);
    return { ...line, text: textOf(words), from: words[0].at_ms, words };
  }
  return line.words.length ? line : { ...line, text: laterPart(line, elapsed_ms), from: elapsed_ms };
}

/** Return the later part of a text whose words have no times, by its share of the line's time. */
function laterPart({ text, from, to }, elapsed_ms) {
  const passed = Math.floor((text.length * (elapsed_ms - from)) / (to - from));
  const space = text.lastIndexOf(" ", passed);
  return text.slice(space + 1);
}

/**
 * Return how many ms a voice is behind a line at `elapsed_ms`. `heard`: `{started_ms, ended_ms}`, null for what has
 * not happened.
 */
export function behind_ms(line, { started_ms, ended_ms }, elapsed_ms) {
  if (ended_ms !== null) return Math.max(0, ended_ms - line.to);
  return Math.max(0, (started_ms ?? elapsed_ms) - line.from, elapsed_ms - line.to);
}

/** Return the lag in a sentence; "" if it is too small to matter. */
export function lagText(lag_ms) {
  if (lag_ms < SHOWN_LAG_MS) return "";
  return `The browser's voice is ${(lag_ms / 1000).toFixed(1)} s behind the timeline.`;
}
