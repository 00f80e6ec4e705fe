/**
 * The inspector's Stream tab: what the server sent for the selected turn, payload by payload, and what each became.
 *
 * Only the rows in view are in the document, so that 20,000 payloads scroll as 20 do.
 */

import { element, partsOf, pretty, setText } from "./dom.js";
import { inWords } from "./numbers.js";
import { drawn, filtered, KINDS, kindsIn, rowsOf, summary } from "./payloads.js";
import { isOpen } from "./turn.js";

/** The height of a row, as in the style sheet. */
const ROW_PX = 28;
const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

export class StreamPanel {
  #parts;
  #pathOf;
  #shownKey = "";
  #completions = [];
  #all = [];
  #rows = [];
  /** The place of the chosen row among those shown. */
  #chosen = null;
  #kind = "";

  /** `pathOf(turnId)` returns the address of what a turn's completions received. */
  constructor(panel, pathOf) {
    this.#parts = partsOf(panel);
    this.#pathOf = pathOf;
    const { attempts, filter, kinds, list } = this.#parts;
    attempts.addEventListener("change", () => this.#showAttempt());
    filter.addEventListener("input", () => this.#filter());
    kinds.addEventListener("click", ({ target }) => this.#chooseKind(target.closest("button")?.dataset.kind));
    list.addEventListener("scroll", () => this.#draw());
    list.addEventListener("keydown", (event) => this.#step(event));
    list.addEventListener("click", ({ target }) => this.#choose(Number(target.closest("[data-place]")?.dataset.place)));
    new ResizeObserver(() => this.#draw()).observe(list);
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

  async #load(key, turn) {
    this.#say("Loading the payloads …");
    try {
      const answer = await fetch(this.#pathOf(turn.turn_id), { headers: { Accept: "application/json" } });
      const { completions } = answer.ok ? await answer.json() : { completions: [] };
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
    this.#rows = filtered(this.#all, this.#kind, this.#parts.filter.value.trim());
    const { list, none, space } = this.#parts;
    none.hidden = this.#rows.length > 0;
    list.hidden = this.#rows.length === 0;
    space.style.height = `${this.#rows.length * ROW_PX}px`;
    list.scrollTop = 0;
    this.#choose(0);
  }

  #step(event) {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#choose(Math.min(this.#rows.length - 1, Math.max(0, this.#chosen + step)));
    this.#reveal();
  }

  #choose(place) {
    const row = this.#rows[place];
    this.#chosen = row ? place : null;
    this.#parts.detail.hidden = !row;
    if (row) this.#showDetail(row);
    this.#draw();
  }

  #showDetail(row) {
    setText(this.#parts["detail-title"], row.t_ms === null ? "The end of the answer" : `Payload ${row.number}`);
    const list = this.#parts["detail-became"];
    list.replaceChildren(...row.became.flatMap(([kind, text]) => [element("dt", "", KINDS[kind]), element("dd", "", text)]));
    this.#parts["detail-nothing"].hidden = row.became.length > 0;
    this.#parts["detail-data"].hidden = row.data === "";
    setText(this.#parts["detail-data"], pretty(row.data));
  }

  #reveal() {
    const { list } = this.#parts;
    const top = this.#chosen * ROW_PX;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + ROW_PX > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW_PX - list.clientHeight;
  }

  #draw() {
    const { list, space } = this.#parts;
    const { first, end } = drawn(this.#rows.length, ROW_PX, list.scrollTop, list.clientHeight);
    space.replaceChildren(...this.#rows.slice(first, end).map((row, index) => this.#rowAt(first + index, row)));
    if (this.#chosen === null) list.removeAttribute("aria-activedescendant");
    else list.setAttribute("aria-activedescendant", `payload-${this.#chosen}`);
  }

  #rowAt(place, row) {
    const made = element("div", "payload");
    made.id = `payload-${place}`;
    made.dataset.place = String(place);
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", String(place === this.#chosen));
    made.setAttribute("aria-setsize", String(this.#rows.length));
    made.setAttribute("aria-posinset", String(place + 1));
    made.style.transform = `translateY(${place * ROW_PX}px)`;
    made.append(
      element("span", "payload__time", row.t_ms === null ? "end" : inWords(row.t_ms)),
      element("span", "payload__gap", row.gap_ms === null ? "" : `+${row.gap_ms.toLocaleString("en-US")}`),
      whatOf(row),
    );
    return made;
  }

  #clear() {
    this.#all = this.#rows = [];
    this.#parts.body.hidden = true;
    this.#parts["attempts-field"].hidden = true;
    this.#parts["headers-field"].hidden = true;
  }

  #say(text) {
    setText(this.#parts.says, text);
  }
}

function kindButton(kind, index) {
  const button = element("button", "", kind === "" ? "all" : KINDS[kind]);
  button.type = "button";
  button.dataset.kind = kind;
  button.setAttribute("aria-pressed", String(index === 0));
  return button;
}

function whatOf({ data, became }) {
  const what = element("span", "payload__what");
  for (const kind of new Set(became.map(([is]) => is))) {
    const badge = element("b", "payload__kind", KINDS[kind]);
    badge.dataset.kind = kind;
    what.append(badge, " ");
  }
  const [kind, text] = became[0] ?? [];
  what.append(kind === "delta" || kind === "reasoning" || kind === "call" ? JSON.stringify(text) : data || text || "");
  return what;
}

function saysOf({ status, body, is_whole }, { count, from_ms, to_ms, gaps }) {
  const answered = status === null ? "No answer came." : `HTTP ${status}.`;
  if (count === 0) return `${answered} ${body ? `The body begins: “${body}”` : "No payload was read."}`;
  const first = `${answered} ${count.toLocaleString("en-US")} ${count === 1 ? "payload" : "payloads"}, the first after ${inWords(from_ms)}`;
  const rest = gaps ? `, the last after ${inWords(to_ms)}; gaps: half are up to ${inWords(gaps.p50)}, 95 % up to ${inWords(gaps.p95)}, the longest is ${inWords(gaps.longest)}.` : ".";
  return first + rest + (is_whole ? "" : " Later ones are not kept: a completion keeps 1 MiB.");
}
