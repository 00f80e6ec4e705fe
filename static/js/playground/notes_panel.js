/**
 * The inspector's Notes tab: the server's answer, its oddities, and text that is never spoken.
 */

import { element } from "./dom.js";
import { oddities } from "./oddities.js";
import { placeButton } from "./place_button.js";

/** Fill `root` with the notes about `turn` of a persona of the platform with this label; return how many there are. */
export function showNotes(root, turn, platform) {
  const failure = turn.error ? [turn.error.message] : [];
  const fired = turn.events_fired.map((name) => `The event ${name} would be fired on ${platform}.`);
  const notes = [...failure.map(noteOf), ...oddities(turn, platform), ...fired.map(noteOf)];
  root.replaceChildren(...[facts(turn), noteList(turn, notes), reasoning(turn)].filter(Boolean));
  return notes.length;
}

function noteOf(text) {
  return { text, place: null };
}

function facts(turn) {
  const usage = Object.entries(turn.usage ?? {}).filter(([, value]) => typeof value === "number");
  const known = [
    ["Status", turn.status],
    ["HTTP status", turn.response_status],
    ["finish_reason", turn.finish_reason],
    ["Error", turn.error?.code],
    ["The server says", turn.error?.excerpt],
    ["Body begins", turn.response_body],
    ...usage,
    ["Turn", turn.turn_id],
  ].filter(([, value]) => value !== null && value !== undefined && value !== "");
  const list = element("dl", "facts");
  list.append(...known.flatMap(([name, value]) => [element("dt", "", name), valueOf(name, value)]));
  return list;
}

function valueOf(name, value) {
  const item = element("dd", "mono");
  if (name !== "Turn") {
    item.textContent = String(value);
    return item;
  }
  const id = element("button", "copyable", value);
  id.type = "button";
  id.dataset.copy = value;
  item.append(id);
  return item;
}

function noteList({ status }, notes) {
  if (notes.length === 0) return status === "completed" ? element("p", "faint", "Nothing odd was seen in this answer.") : null;
  const list = element("ul", "findings");
  list.append(...notes.map(noteItem));
  return list;
}

/** A note without a place of its own may stand in a payload: note_places.js looks for it. */
function noteItem({ text, place }) {
  const item = element("li", "", text);
  if (place) item.append(" ", placeButton(place));
  else item.dataset.note = text;
  return item;
}

function reasoning(turn) {
  if (!turn.reasoning) return null;
  const section = element("section", "stack stack--tight");
  section.append(element("h3", "", "Reasoning, never spoken"), element("p", "prose soft reasoning", turn.reasoning));
  return section;
}
