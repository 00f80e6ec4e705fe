/**
 * Changes of the conversational context as entries of the transcript, at their places between the turns. Loaded when
 * there are any.
 */

import { unitOffsets } from "./code_points.js";
import { element } from "./dom.js";

const HOW = { append: "Context appended", overwrite: "Context overwritten" };
/** A longer text is folded, and named by its first characters. */
const FOLDED_FROM_CHARS = 200;
const NAME_CHARS = 60;

const entries = new Map();

/** Put the changes of `state` that are not shown yet into `list`, if the turn before them is; `isWhole`: all turns are. */
export function showChanges(list, { context_changes, turns, earlier }, isWhole) {
  for (const change of context_changes) {
    if (entries.has(change.id)) continue;
    const place = placeOf(list, change, turns, isWhole && earlier === 0);
    if (!place) continue;
    const entry = entryOf(change);
    entries.set(change.id, entry);
    place.before(entry);
  }
}

/** Return an object whose `before(node)` puts a node where the change belongs; null while that is not known. */
function placeOf(list, { position }, turns, isWhole) {
  const before = turns.findLast((turn) => turn.turn_idx !== null && turn.turn_idx < position);
  if (!before && !isWhole) return null;
  const root = before && list.querySelector(`[data-turn-id="${CSS.escape(before.turn_id)}"]`);
  if (before && (!root || before.turn_idx !== position - 1)) return null;
  let next = root ? root.nextElementSibling : list.firstElementChild;
  while (next?.matches(".context-change")) next = next.nextElementSibling;
  return { before: (node) => list.insertBefore(node, next) };
}

function entryOf({ how, text, chars, created_at }) {
  const entry = element("li", "context-change");
  const head = element("p", "context-change__head", `${HOW[how]} · `);
  const time = element("time", "", new Date(created_at).toLocaleTimeString([], { timeStyle: "short" }));
  time.dateTime = created_at;
  time.title = new Date(created_at).toLocaleString();
  head.append(time, " · counts from the next request on");
  entry.append(head, text === "" ? element("p", "faint", "Nothing: the context is empty.") : contentOf(text, chars));
  return entry;
}

function contentOf(text, chars) {
  const isCut = chars > [...text].length;
  const whole = element("p", "prose context-change__text", isCut ? `${text}…` : text);
  if (chars <= FOLDED_FROM_CHARS) return whole;
  const folded = element("details", "disclosure");
  const kept = isCut ? `, of which the first ${[...text].length.toLocaleString("en-US")} are kept here` : "";
  folded.append(element("summary", "", `${beginningOf(text)}… · ${chars.toLocaleString("en-US")} characters${kept}`), whole);
  return folded;
}

/** Return the first characters of `text` in one line. */
export function beginningOf(text) {
  const line = text.replace(/\s+/g, " ");
  return line.slice(0, unitOffsets(line)(NAME_CHARS)).trimEnd();
}
