/**
 * The inspector's Stream tab: what the server sent for the selected turn, payload by payload, and what each became.
 */

import { element, partsOf, pretty, setText } from "./dom.js";
import { kindButton, payloadCells, saysOf } from "./payload_view.js";
import { filtered, KINDS, kindsIn, rowAt, rowsOf, summary } from "./payloads.js";
import { storedStream } from "./stored_stream.js";
import { isOpen } from "./turn.js";
import { WindowedList } from "./windowed_list.js";

/** The height of a row, as in the style sheet. */
const ROW_PX = 28;

/** What a payload brought: a sentence is known to be complete when the next one begins. */
const BROUGHT = { ...KINDS, sentence: "completes the sentence" };

export class StreamPanel {
  #parts;
  #pathOf;
  #list;
  #shownKey = "";
  #completions = [];
  #all = [];
  #kind = "";
  /** The place to go to once the payloads are there (`rowAt`), or null. */
  #wanted = null;
  #isFormatted = false;
  #chosen = null;

  /** `pathOf(turnId)` returns the address of what a turn's completions received. */
  constructor(panel, pathOf) {
    this.#parts = partsOf(panel);
    this.#pathOf = pathOf;
    const { attempts, filter, kinds, list, space } = this.#parts;
    this.#list = new WindowedList({ list, space, rowPx: ROW_PX, cellsOf: payloadCells, onChoose: (row) => this.#showDetail(row) });
    attempts.addEventListener("change", () => this.#showAttempt());
    filter.addEventListener("input", () => this.#filter());
    [...this.#parts["detail-views"].children].forEach((button, place) => button.addEventListener("click", () => this.#format(place === 1)));
    kinds.addEventListener("click", ({ target }) => this.#chooseKind(target.closest("button")?.dataset.kind));
  }

  /** Show the answer of `turn`; nothing is loaded again while it is the same. */
  show(turn) {
    const key = `${turn.turn_id}|${turn.status}`;
    if (key === this.#shownKey) return;
    this.#shownKey = key;
    this.#clear();
    if (isOpen(turn)) this.#say("The payloads are listed here when the turn has ended.");
    else if (turn.kind === "echo" || turn.kind === "greeting") this.#say("Nothing was received: the LLM was bypassed.");
    else this.#load(key, turn);
  }

  /** Go to `place` of the last attempt, once it is there. */
  goTo(place) {
    this.#wanted = place;
    if (this.#completions.length === 0) return;
    this.#parts.attempts.value = String(this.#completions.length - 1);
    this.#parts.filter.value = "";
    this.#showAttempt();
  }

  async #load(key, turn) {
    this.#say("Loading the payloads …");
    try {
      const completions = await storedStream(this.#pathOf(turn.turn_id), turn);
      if (key === this.#shownKey) this.#showCompletions(completions);
    } catch {
      if (key !== this.#shownKey) return;
      this.#shownKey = "";
      this.#say("The payloads could not be loaded; the server did not answer. Choose this tab again to retry.");
    }
  }

  #showCompletions(completions) {
    if (completions.length === 0) return this.#say("Nothing is kept of this turn: no request was sent.");
    this.#completions = completions;
    const { attempts } = this.#parts;
    attempts.replaceChildren(...completions.map(({ attempt }, index) => new Option(`Attempt ${attempt}`, String(index))));
    attempts.value = String(completions.length - 1);
    this.#parts["attempts-field"].hidden = completions.length < 2;
    this.#showAttempt();
  }

  #showAttempt() {
    const completion = this.#completions[Number(this.#parts.attempts.value)];
    this.#all = rowsOf(completion);
    this.#say(saysOf(completion, summary(this.#all)));
    this.#parts.headers.replaceChildren(...completion.headers.flatMap(([name, value]) => [element("dt", "", name), element("dd", "", value)]));
    this.#parts["headers-field"].hidden = completion.headers.length === 0;
    this.#parts.body.hidden = this.#all.length === 0;
    this.#kind = "";
    this.#parts.kinds.replaceChildren(...["", ...kindsIn(this.#all)].map(kindButton));
    this.#filter();
  }

  #chooseKind(kind) {
    if (kind === undefined) return;
    this.#kind = kind;
    for (const button of this.#parts.kinds.children) button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
    this.#filter();
  }

  #filter() {
    const rows = filtered(this.#all, this.#kind, this.#parts.filter.value.trim());
    this.#parts.none.hidden = rows.length > 0;
    this.#list.show(rows);
    if (this.#wanted === null) return;
    this.#list.goTo(rowAt(rows, this.#wanted));
    this.#parts.list.scrollIntoView({ block: "nearest" });
    this.#wanted = null;
  }

  #showDetail(row) {
    this.#parts.detail.hidden = !row;
    if (!row) return;
    setText(this.#parts["detail-title"], row.t_ms === null ? "The end of the answer" : `Payload ${row.number}`);
    const list = this.#parts["detail-became"];
    list.replaceChildren(...row.became.flatMap(([kind, text]) => [element("dt", "", BROUGHT[kind]), element("dd", "", text)]));
    this.#parts["detail-nothing"].hidden = row.became.length > 0;
    this.#chosen = row;
    this.#format(this.#isFormatted);
  }

  /** Show the chosen payload's text as it arrived, or as formatted JSON if it is JSON. */
  #format(isFormatted) {
    this.#isFormatted = isFormatted;
    const { data } = this.#chosen;
    const formatted = pretty(data);
    const views = this.#parts["detail-views"];
    views.hidden = formatted === data;
    [...views.children].forEach((button, place) => {
      const isShown = (place === 1) === isFormatted;
      button.setAttribute("aria-pressed", String(isShown));
      if (isShown) delete button.dataset.key;
      else button.dataset.key = "f";
    });
    this.#parts["detail-data"].hidden = data === "";
    setText(this.#parts["detail-data"], isFormatted ? formatted : data);
  }

  #clear() {
    this.#all = this.#completions = [];
    this.#parts.body.hidden = true;
    this.#parts["attempts-field"].hidden = true;
    this.#parts["headers-field"].hidden = true;
  }

  #say(text) {
    setText(this.#parts.says, text);
  }
}
