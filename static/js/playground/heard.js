/**
 * An answer as the voice says it, beside what was written. Pure.
 */

import { unitOffsets } from "./code_points.js";
import { spokenSentences } from "./turn.js";

const KINDS = [
  ["heading", "a heading", "headings"],
  ["table_header", "a table header", "table headers"],
  ["table_row", "a table row", "table rows"],
  ["list_item", "a list item", "list items"],
  ["code", "a piece of code", "pieces of code"],
];
/** An address with its host, of which the voice says the host alone, or nothing if it is a link's. */
const ADDRESSES = /\bhttps?:\/\/(?:www\.)?([^\s/?#<>()[\]"'`*]+)[^\s<>()[\]"'`*]*/g;
/** The line below a table's header. */
const DELIMITERS = /^[\s|:-]+$/;
const SPACE = /\s+/g;
/** The most hosts that are named. */
const HOSTS = 3;

/** Return `{lines, made}`: what is said, one line per sentence, and what a voice made of the text in one sentence; null if it said it as written. */
export function heardText(turn) {
  const unit = unitOffsets(turn.text);
  const spoken = spokenSentences(turn);
  const written = tableParts(turn.sentences.map(({ index, start, end, kind }) => ({ index, kind, raw: turn.text.slice(unit(start), unit(end)) })));
  const sentences = written.filter(({ index }) => spoken.has(index)).map((part) => ({ ...part, text: spoken.get(part.index).text }));
  const changed = sentences.filter(({ raw, text }) => plain(raw) !== plain(text));
  if (changed.length === 0) return null;
  return { lines: sentences.map(({ text }) => text).filter(Boolean), made: sentenceOf(changed) };
}

function plain(text) {
  return text.replace(SPACE, " ").trim();
}

/** Tell a table's header, and the line of delimiters below it, from its rows. */
function tableParts(parts) {
  const isDelimiter = (part) => part?.kind === "table_row" && DELIMITERS.test(part.raw);
  const kindOf = (part, next) => (isDelimiter(part) ? "table_delimiters" : part.kind === "table_row" && isDelimiter(next) ? "table_header" : part.kind);
  return parts.map((part, place) => ({ ...part, kind: kindOf(part, parts[place + 1]) }));
}

function sentenceOf(changed) {
  const kinds = KINDS.map(([kind, singular, plural]) => counted(changed.filter((part) => part.kind === kind).length, singular, plural));
  const silent = changed.filter(({ kind, text }) => text === "" && kind !== "table_delimiters").length;
  const named = [...kinds, ...addressesIn(changed), counted(silent, "a piece that is not said", "pieces that are not said")].filter(Boolean);
  const pieces = named.length ? named.join(", ") : counted(changed.length, "a sentence with markup", "sentences with markup");
  return `What the voice made of it: ${pieces}. Tell your prompt to write plain sentences.`;
}

/** Say what is said in place of the addresses that are not said whole. */
function addressesIn(changed) {
  const all = changed.flatMap(({ raw, text }) => [...raw.matchAll(ADDRESSES)].filter(([address]) => !text.includes(address)).map(([, host]) => ({ host, text })));
  const hosts = all.filter(({ host, text }) => text.includes(host)).map(({ host }) => `“${host}”`);
  const different = [...new Set(hosts)];
  const shown = different.length > HOSTS ? [...different.slice(0, HOSTS), "others"] : different;
  const names = new Intl.ListFormat("en-GB").format(shown);
  const silent = all.length - hosts.length;
  return [counted(hosts.length, `an address, said as ${names}`, `addresses, said as ${names}`), counted(silent, "an address that is not said", "addresses that are not said")];
}

function counted(count, singular, plural) {
  if (count === 0) return "";
  return count === 1 ? singular : `${count} ${plural}`;
}
