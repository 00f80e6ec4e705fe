/**
 * Where in the stream a note was made: a link to its payload, beside the note.
 */

import { element } from "./dom.js";
import { rowsOf } from "./payloads.js";
import { storedStream } from "./stored_stream.js";

/** Return the rows of payloads by the notes and failures that they became, the first one each. Pure. */
export function placesOf(completions) {
  const places = new Map();
  for (const row of completions.length ? rowsOf(completions.at(-1)) : []) {
    for (const [kind, text] of row.became) {
      if ((kind === "note" || kind === "failure") && !places.has(text)) places.set(text, row);
    }
  }
  return places;
}

/** Add to each note below `root` the link to its payload; the stored answer of `turn` is at `path`. */
export async function linkNotes(root, path, turn) {
  const items = [...root.querySelectorAll("[data-note]:not([data-placed])")];
  if (items.length === 0) return;
  for (const item of items) item.dataset.placed = "";
  const places = placesOf(await storedStream(path, turn).catch(() => []));
  for (const item of items) {
    const row = places.get(item.dataset.note);
    if (row) item.append(" ", linkTo(row));
  }
}

function linkTo({ number, t_ms }) {
  const link = element("button", "note-place", t_ms === null ? "At the end of the answer" : `In payload ${number}`);
  link.type = "button";
  link.dataset.payload = String(number);
  return link;
}
