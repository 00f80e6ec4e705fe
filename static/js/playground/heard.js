/**
 * An answer as the voice says it, beside what was written. Pure.
 */

import { unitOffsets } from "./code_points.js";
import { spokenSentences } from "./turn.js";

const KINDS = [
  ["heading", "a heading", "headings"],
  ["table_row", "a table row", "table rows"],
  ["list_item", "a list item", "list items"],
  ["code", "a piece of code", "pieces of code"],
];
const ADDRESS = /\bhttps?:\/\/\S+/;
const SPACE = /\s+/g;

/** Return `{lines, made}`: what is said, one line per sentence, and what a voice made of the text in one sentence; null if it said it as written. */
export function heardText(turn) {
  const unit = unitOffsets(turn.text);
  const spoken = spokenSentences(turn);
  const sentences = turn.sentences
    .filter(({ index }) => spoken.has(index))
    .map(({ index, start, end, kind }) => ({ kind, raw: turn.text.slice(unit(start), unit(end)), text: spoken.get(index).text }));
  const changed = sentences.filter(({ raw, text }) => plain(raw) !== plain(text));
  if (changed.length === 0) return null;
  return { lines: sentences.map(({ text }) => text).filter(Boolean), made: sentenceOf(changed) };
}

function plain(text) {
  return text.replace(SPACE, " ").trim();
}

function sentenceOf(changed) {
  const kinds = KINDS.map(([kind, one, many]) => counted(changed.filter((part) => part.kind === kind).length, one, many));
  const addresses = changed.filter(({ raw, text }) => ADDRESS.test(raw) && !text.includes(raw.match(ADDRESS)[0])).length;
  const silent = changed.filter(({ text }) => text === "").length;
  const named = [
    ...kinds,
    counted(addresses, "an address that is said differently", "addresses that are said differently"),
    counted(silent, "a piece that is not said", "pieces that are not said"),
  ].filter(Boolean);
  const what = named.length ? named.join(", ") : counted(changed.length, "a sentence with markup", "sentences with markup");
  return `What the voice made of it: ${what}. Tell your prompt to write plain sentences.`;
}

function counted(count, one, many) {
  if (count === 0) return "";
  return count === 1 ? one : `${count} ${many}`;
}
