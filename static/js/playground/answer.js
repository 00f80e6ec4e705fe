/**
 * An answer's text, cut into the parts that look different: sentences, words with their playout times, and unheard
 * text. Pure. Offsets are code points of the turn's text; `unit(offset)` makes them sliceable.
 *
 * @typedef {object} Part
 * @property {string} text as shown: each control character as one symbol
 * @property {number} start
 * @property {number} end
 * @property {number|null} at_ms when this word's playout begins; null for text that is not spoken
 * @property {boolean} heard false after the cut
 */

import { visible } from "./control_characters.js";
import { spokenSentences } from "./turn.js";

/** Return what a sentence looks like apart from its text: equal signatures mean equal parts. */
export function signature(turn, sentence, cut) {
  const { words, starts_ms } = segmentOf(turn, sentence) ?? {};
  return [sentence.end, words?.length, starts_ms, isWhollyHeard(sentence, cut) ? "" : cut].join("|");
}

/** Return the segment that speaks `sentence`, or undefined. */
export function segmentOf(turn, sentence) {
  return spokenSentences(turn).get(sentence.index);
}

function isWhollyHeard(sentence, cut) {
  return cut === null || cut >= sentence.end;
}

/** Return the parts of `sentence`, with the text before it from `from` on (usually white space). @returns {Part[]} */
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

/** Return the parts of the text from `from` on, which belongs to no sentence yet. @returns {Part[]} */
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
