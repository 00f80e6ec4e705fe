/**
 * What each row of the large timeline shows at one moment, in words. Pure.
 */

import { areWhole, deltasOf, firstFrom, measure } from "./timeline_comb.js";
import { codePointLength, unitOffsets } from "./code_points.js";
import { inWords } from "./numbers.js";
import { endOf } from "./picture.js";
import { isOpen, playouts } from "./turn.js";

/** How near a moment has to be to the cursor to be named, in px. */
const NEAR_PX = 4;
/** How many items of a row are named at most. */
const MOST_NAMED = 2;

/** Return `{row id: words}` at `at` ms; `px_ms` is how many ms a px stands for. A row without anything there has "". */
export function valuesAt(rows, parts, at, px_ms) {
  const part = parts.findLast(({ offset_ms }) => offset_ms <= at) ?? parts[0];
  return Object.fromEntries(rows.map((row) => [row.id, valueOf(row, part, at, px_ms)]));
}

/** Return all values as one text, for a screen reader; `caption` names what the cursor was moved to. */
export function valueText(rows, values, at, caption = "") {
  const sentences = rows.filter(({ id }) => values[id]).map(({ id, name }) => `${name}: ${values[id]}`);
  return [inWords(at), caption, ...sentences].filter(Boolean).join(". ");
}

function valueOf(row, part, at, px_ms) {
  const items = itemsAt(row.items, at, px_ms);
  if (row.id === "text") return [textAt(part, at), ...items.filter(({ kind }) => TOLD_OF_TEXT.has(kind)).map((item) => textItem(item, at))].filter(Boolean).join("; ");
  if (row.id === "voice") return voiceAt(part, items, at);
  if (row.id === "limits") return limitsAt(part, items, at);
  return named(items, (item) => (item.kind === "armed" ? armedAt(item, at) : progress(item, at)));
}

const TOLD_OF_TEXT = new Set(["stall", "failure"]);

function textItem(item, at) {
  return item.kind === "stall" ? progress(item, at) : item.name;
}

/** Return the items that last at `at`, and the moments near it. */
export function itemsAt(items, at, px_ms) {
  const near_ms = NEAR_PX * px_ms;
  return items.filter(({ from, to }) => (from === to ? Math.abs(from - at) <= near_ms : from <= at && at < to));
}

/** Return an item's name with how far it is at `at`. */
function progress({ name, from, to }, at) {
  return from === to ? `${name}, at ${inWords(from)}` : `${name} (${inWords(at - from)} of ${inWords(to - from)})`;
}

/** Return an item's name with its times. */
export function timesOf({ name, from, to }) {
  return from === to ? `${name} · at ${inWords(from)}` : `${name} · ${inWords(from)} to ${inWords(to)} (${inWords(to - from)})`;
}

function textAt(part, at) {
  const { turn, offset_ms } = part;
  if (turn.kind === "echo" || turn.kind === "greeting") return "the LLM was bypassed";
  const deltas = deltasOf(part);
  const count = firstFrom(deltas, ([t_ms]) => t_ms + offset_ms > at);
  if (count === 0) return at - offset_ms < endOf(turn, part.elapsed_ms) ? `no text for ${inWords(at - offset_ms)}` : "no text came";
  const [last_ms, last] = deltas[count - 1];
  const ago = at - offset_ms - last_ms;
  const deltaCount = counted(count, areWhole(part) ? "delta" : "arrival");
  // A page that was loaded in the middle of the turn knows when text came, but not how much each time.
  if (measure(deltas).chars < codePointLength(turn.text)) return `${deltaCount}; the last ${inWords(ago)} before`;
  const chars = deltas.slice(0, count).reduce((sum, delta) => sum + delta[1], 0);
  return `${counted(chars, "character")} in ${deltaCount}; the last brought ${last}, ${inWords(ago)} before`;
}

export function counted(count, noun) {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

function voiceAt({ turn, offset_ms }, items, at) {
  const [heard] = items;
  if (!heard) return at - offset_ms < 0 ? "" : isOpen(turn) ? "silent" : "the voice has ended";
  if (heard.kind === "dead-air") return `dead air, ${inWords(at - heard.from)} of ${inWords(heard.to - heard.from)}`;
  const word = wordAt(turn, at - offset_ms);
  return word ? `“${word}”, in ${heard.name}` : progress(heard, at);
}

function wordAt(turn, at) {
  const segment = playouts(turn).find(({ starts_ms, ends_ms }) => starts_ms <= at && at < ends_ms);
  const word = segment?.words.findLast(([, , at_ms]) => at_ms <= at);
  if (!word) return "";
  const unit = unitOffsets(turn.text);
  return turn.text.slice(unit(word[0]), unit(word[1])).trim();
}

function armedAt({ name, to }, at) {
  return `${name}, in ${inWords(to - at)}`;
}

/** Tell the first of many: in a long answer hundreds of sentences wait for their turn. */
function named(items, nameOf) {
  const more = items.length > MOST_NAMED ? `; and ${(items.length - MOST_NAMED).toLocaleString("en-US")} more` : "";
  return items.slice(0, MOST_NAMED).map(nameOf).join("; ") + more;
}

/** Name the limit that would end the turn next, counted from the cursor. */
function limitsAt(part, items, at) {
  const { turn, stored, offset_ms, elapsed_ms } = part;
  const ended = items.find(({ kind }) => kind === "ended");
  if (ended) return ended.name;
  const now = at - offset_ms;
  if (!stored || now > endOf(turn, elapsed_ms)) return "";
  const { first_content_ms, content_gap_ms, turn_ms } = stored.limits;
  const deltas = deltasOf(part);
  const count = firstFrom(deltas, ([t_ms]) => t_ms > now);
  if (count === 0) return `no text by ${inWords(first_content_ms + offset_ms)} would end it, in ${inWords(Math.max(0, first_content_ms - now))}`;
  const isComplete = isOpen(turn) ? turn.answer_ended : turn.status !== "failed";
  if (count === deltas.length && isComplete) return "none: the text is complete";
  const due = Math.min(deltas[count - 1][0] + content_gap_ms, turn_ms);
  const left = `${inWords(due + offset_ms)}, in ${inWords(Math.max(0, due - now))}`;
  return count === deltas.length && isOpen(turn) ? `if more text is to come, it has to by ${left}` : `no more text by ${left}, would end it`;
}
