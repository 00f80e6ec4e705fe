/**
 * Entries that say how the conversational context was changed.
 */

import { unitOffsets } from "./code_points.js";
import { element } from "./dom.js";

const HOW = { append: "Context appended", overwrite: "Context overwritten" };
/** A longer text is folded, and named by its first characters. */
const FOLDED_FROM_CHARS = 200;
const NAME_CHARS = 60;

/** Return `[{key, position, make()}]`; `position` is the `turn_idx` of the first turn after the entry. */
export function contextEntries({ context_changes }) {
  return context_changes.map((change) => ({ key: `context ${change.id}`, position: change.position, make: () => entryOf(change) }));
}

function entryOf({ how, text, chars, created_at }) {
  const entry = element("li", "between-turns context-change");
  const head = element("p", "between-turns__head", `${HOW[how]} · `);
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
