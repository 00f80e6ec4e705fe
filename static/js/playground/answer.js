/**
 * An answer's text, cut into the parts that look different: sentences, words with the time they are spoken at, and
 * what was never heard. Pure. Offsets are code points of the turn's text; `unit(offset)` makes them sliceable.
 *
 * @typedef {object} Part
 * @property {string} text as it is shown: controls as symbols, one for one
 * @property {number} start
 * @property {number} end
 * @property {number|null} at_ms when this word's playout begins; null for what is no spoken word
 * @property {boolean} heard false for what lies behind the cut
 */

import { visible } from "./controls.js";
import { spokenSentences } from "./turn.js";

/** What a sentence looks like besides its text; the same signature means the same parts. */
export function signature(turn, sentence, cut) {
  const { words, starts_ms } = segmentOf(turn, sentence) ?? {};
  return [sentence.end, words?.length, starts_ms, isWhollyHeard(sentence, cut) ? "" : cut].join("|");
}

/** The segment that speaks `sentence`, or undefined. */
export function segmentOf(turn, sentence) {
  return spokenSentences(turn).get(sentence.index);
}

function isWhollyHeard(sentence, cut) {
  return cut === null || cut >= sentence.end;
}

/** The parts of `sentence` with what stands before it from `from` on (white space, as a rule). @returns {Part[]} */
export function sentenceParts(turn, sentence, from, cut, unit) {
  const words = segmentOf(turn, sentence)?.words ?? [];
  const parts = [];
  let place = from;
  for (const [start, end, at_ms] of words) {
    if (start < place || end <= start) continue;
    parts.push({ start: place, end: start, at_ms: null }, { start, end, at_ms });
    place = end;
  }
  parts.push({ start: place, end: sentence.end, at_ms: null });
  return withText(turn.text, parts, cut, unit);
}

/** The parts of the text that no sentence has taken up yet, from `from` on. @returns {Part[]} */
export function tailParts(turn, from, end, cut, unit) {
  return withText(turn.text, [{ start: from, end, at_ms: null }], cut, unit);
}

function withText(text, parts, cut, unit) {
  return parts
    .flatMap((part) => splitAt(part, cut))
    .filter((part) => part.end > part.start)
    .map((part) => ({
      ...part,
      text: visible(text.slice(unit(part.start), unit(part.end))),
      heard: cut === null || part.end <= cut,
    }));
}

function splitAt(part, cut) {
  if (cut === null || cut <= part.start || cut >= part.end) return [part];
  return [
    { ...part, end: cut },
    { ...part, start: cut },
  ];
}
