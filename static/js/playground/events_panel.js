/**
 * The inspector's Events tab: the selected turn's events on the wire, filtered by type, each with its JSON.
 */

import { element, partsOf, setText } from "./dom.js";
import { eventLog } from "./event_log.js";
import { inWords } from "./numbers.js";
import { storedEvents } from "./stored_events.js";
import { storedStream } from "./stored_stream.js";
import { isOpen } from "./turn.js";
import { WindowedList } from "./windowed_list.js";

/** The height of a row, as in the style sheet. */
const ROW_PX = 28;
/** How often the list of an open turn grows. */
const EVERY_MS = 250;
const STARTED = "playground.turn.started";
const REBUILT =
  "Rebuilt from what is stored, as this page was opened later: without seq, without what only passes (speaking started and stopped, utterances, a held interrupt), and without the times of the request, the response, calls and notes.";

export class EventsPanel {
  #parts;
  #streamPathOf;
  #list;
  #turnId = "";
  #shownKey = "";
  #grownAt = 0;
  #all = [];

  /** `streamPathOf(turnId)` returns the address of a turn's stored answer. */
  constructor(panel, streamPathOf) {
    this.#parts = partsOf(panel);
    this.#streamPathOf = streamPathOf;
    const { list, space, types } = this.#parts;
    this.#list = new WindowedList({ list, space, rowPx: ROW_PX, cellsOf, onChoose: (event) => this.#showDetail(event) });
    types.addEventListener("change", () => this.#list.show(this.#wanted()));
  }

  /** Show the events of `turn`; those of an open one as they come. */
  show(turn) {
    const { events, dropped, hasGap } = eventLog.of(turn.turn_id);
    const key = `${turn.turn_id}|${turn.status}|${events.length}`;
    const isSame = turn.turn_id === this.#turnId;
    if (key === this.#shownKey || (isSame && isOpen(turn) && performance.now() - this.#grownAt < EVERY_MS)) return;
    this.#shownKey = key;
    this.#turnId = turn.turn_id;
    this.#grownAt = performance.now();
    const isWhole = events[0]?.event_type === STARTED;
    if (isWhole || isOpen(turn)) this.#present(events, saysOf({ events, dropped, hasGap, isWhole }), isSame);
    else this.#rebuild(key, turn);
  }

  async #rebuild(key, turn) {
    this.#present([], "Loading what is stored …", false);
    try {
      const completions = await storedStream(this.#streamPathOf(turn.turn_id), turn);
      if (key === this.#shownKey) this.#present(storedEvents(turn, completions), REBUILT, false);
    } catch {
      if (key !== this.#shownKey) return;
      this.#shownKey = "";
      this.#present([], "The events could not be loaded; the server did not answer. Choose this tab again to retry.", false);
    }
  }

  #present(events, says, isGrown) {
    this.#all = events;
    setText(this.#parts.says, says);
    this.#parts.body.hidden = events.length === 0;
    this.#offerTypes();
    if (isGrown) this.#list.extend(this.#wanted());
    else this.#list.show(this.#wanted());
  }

  #offerTypes() {
    const { types } = this.#parts;
    const known = [...new Set(this.#all.map(({ event_type }) => event_type))].sort();
    if (known.length === types.options.length - 1 && known.every((type, place) => types.options[place + 1].value === type)) return;
    const chosen = known.includes(types.value) ? types.value : "";
    types.replaceChildren(new Option("All types", ""), ...known.map((type) => new Option(type, type)));
    types.value = chosen;
  }

  #wanted() {
    const type = this.#parts.types.value;
    return type === "" ? this.#all : this.#all.filter(({ event_type }) => event_type === type);
  }

  #showDetail(event) {
    this.#parts.detail.hidden = !event;
    if (!event) return;
    setText(this.#parts["detail-title"], event.event_type);
    setText(this.#parts["detail-data"], JSON.stringify(event, null, 2));
  }
}

function saysOf({ events, dropped, hasGap, isWhole }) {
  if (events.length === 0) return "No event has come since this page was opened.";
  const count = `${events.length.toLocaleString("en-US")} ${events.length === 1 ? "event" : "events"} as they came over the socket.`;
  const later = dropped ? ` ${dropped.toLocaleString("en-US")} more were not kept.` : "";
  const gap = hasGap ? " Some are missing: the connection was lost meanwhile." : "";
  return count + later + gap + (isWhole ? "" : " Earlier ones came before this page was opened.");
}

function cellsOf(event) {
  const t_ms = event.t_ms ?? event.properties.t_ms ?? null;
  const size = JSON.stringify(event).length.toLocaleString("en-US");
  return [
    element("span", "payload__time", t_ms === null ? "–" : inWords(t_ms)),
    element("span", "payload__gap", event.seq === null ? "" : `#${event.seq}`),
    element("span", "payload__what", event.event_type),
    element("span", "payload__size", `${size} chars`),
  ];
}
