/**
 * The inspector's panel of all turns: their bars on one scale, with the median and the 95th percentile of a measure.
 */

import { element, partsOf, setText } from "./dom.js";
import { inWords } from "./numbers.js";
import { ticks } from "./axis_ticks.js";
import { axisOf, countOf, MEASURES, MOST_TURNS, rowsOf, SILENCES, spreadOf, stackOf } from "./turn_bars.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
/** The height of a row, as in the style sheet, and the places of its two bars. */
const ROW_PX = 28;
const STACK = { y: 6, height: 9 };
const DEAD_AIR = { y: 17, height: 5 };
const AXIS_PX = 20;
/** A narrower picture is not drawn: the panel is hidden, or its style is not loaded. */
const NARROWEST_PX = 40;

let panel = null;

/** Show `turns` in `root`; `select(turnId)` selects one. Nothing is drawn again while nothing has changed. */
export function showTurns(root, turns, selectedId, select) {
  panel ??= new TurnsPanel(root, select);
  panel.show(turns, selectedId);
}

class TurnsPanel {
  #parts;
  #select;
  #turns = [];
  #rows = [];
  #key = "";
  #selectedId = null;
  #width = 0;

  constructor(root, select) {
    this.#parts = partsOf(root);
    this.#select = select;
    const { list, measure, picture, "turns-table": table } = this.#parts;
    measure.append(...Object.entries(MEASURES).map(([name, label]) => new Option(label, name)));
    measure.value = "first_audio";
    measure.addEventListener("change", () => this.#draw());
    list.addEventListener("click", ({ target }) => this.#chosen(target.closest("[data-turn]")));
    list.addEventListener("keydown", (event) => this.#step(event));
    table.addEventListener("toggle", () => this.#showTable());
    new ResizeObserver(([{ contentRect }]) => this.#resized(contentRect.width)).observe(picture);
  }

  show(turns, selectedId) {
    if (turns !== this.#turns) this.#showNew(turns);
    if (selectedId === this.#selectedId) return;
    this.#selectedId = selectedId;
    this.#markSelected();
  }

  #showNew(turns) {
    this.#turns = turns;
    const rows = rowsOf(turns);
    const key = JSON.stringify(rows);
    if (key === this.#key) return;
    this.#key = key;
    this.#rows = rows;
    this.#parts["no-turns"].hidden = rows.length > 0;
    this.#parts.body.hidden = rows.length === 0;
    const { activeElement } = document;
    const focusedId = this.#parts.list.contains(activeElement) ? activeElement.dataset.turn : null;
    this.#parts.list.replaceChildren(...rows.map(itemOf));
    this.#markSelected();
    if (focusedId) this.#buttons().find((button) => button.dataset.turn === focusedId)?.focus();
    this.#draw();
    this.#showTable();
  }

  #chosen(button) {
    if (button) this.#select(button.dataset.turn);
  }

  /** Move between the turns by arrows; one of them is in the Tab order. */
  #step(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const buttons = this.#buttons();
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (step === undefined || !next) return;
    event.preventDefault();
    next.focus();
    this.#select(next.dataset.turn);
  }

  #buttons() {
    return [...this.#parts.list.querySelectorAll("[data-turn]")];
  }

  #markSelected() {
    const buttons = this.#buttons();
    const selected = buttons[this.#rows.findIndex(({ ids }) => ids.includes(this.#selectedId))];
    for (const button of buttons) {
      button.tabIndex = button === (selected ?? buttons[0]) ? 0 : -1;
      if (button === selected) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  #resized(width) {
    this.#width = width;
    this.#draw();
  }

  #draw() {
    const { measure, picture, "turns-says": says } = this.#parts;
    const spread = spreadOf(this.#rows, measure.value);
    setText(says, saysOf(spread, measure.value, countOf(this.#turns)) + leftOut(this.#rows, measure.value));
    if (this.#width < NARROWEST_PX) return;
    const axis_ms = axisOf(this.#rows, measure.value);
    const x = (ms) => Math.min(1, ms / axis_ms) * this.#width;
    picture.setAttribute("height", String(AXIS_PX + this.#rows.length * ROW_PX));
    picture.replaceChildren(...this.#axis(axis_ms, x), ...barsOf(this.#rows, x), ...linesOf(spread, x));
  }

  #axis(axis_ms, x) {
    return ticks(axis_ms, this.#width).map((ms) => {
      const tick = svgElement("text", { class: "tick", x: x(ms).toFixed(1), y: 12 });
      tick.textContent = axis_ms < 2_000 ? inWords(ms) : `${ms / 1000} s`;
      return tick;
    });
  }

  #showTable() {
    const { "turns-rows": rows, spreads, "turns-table": table } = this.#parts;
    if (!table.open) return;
    rows.replaceChildren(...this.#rows.map((row) => tableRow(`${row.number} ${row.words}`, (name) => timeIn(row, name))));
    const spread = Object.fromEntries(Object.keys(MEASURES).map((name) => [name, spreadOf(this.#rows, name)]));
    spreads.replaceChildren(
      tableRow("Median", (name) => inWords(spread[name]?.p50)),
      tableRow("95 % within", (name) => inWords(spread[name]?.p95)),
    );
  }
}

function saysOf(spread, measure, count) {
  const newest = count > MOST_TURNS ? ` The newest ${MOST_TURNS} of ${count.toLocaleString("en-US")} turns are drawn.` : "";
  if (!spread) return `No turn has this time yet.${newest}`;
  const turns = spread.count === 1 ? "1 turn" : `${spread.count.toLocaleString("en-US")} turns`;
  const within = spread.p95 === null ? `, of ${turns}.` : `. Dashed: 95 % within ${inWords(spread.p95)}, of ${turns}.`;
  const beyond = measure === "total" ? "" : " Speech that ends beyond the right edge is cut there.";
  return `Solid line: median ${inWords(spread.p50)}${within}${beyond}${newest}`;
}

/** Say how many rows a distribution of silences leaves out. */
function leftOut(rows, measure) {
  const count = SILENCES.includes(measure) ? rows.filter(({ hasNoEnd }) => hasNoEnd).length : 0;
  if (count === 0) return "";
  return ` Left out: ${count === 1 ? "1 turn" : `${count.toLocaleString("en-US")} turns`} in which nothing was heard, so that the ${MEASURES[measure]} has no end.`;
}

function timeIn(row, name) {
  return SILENCES.includes(name) && row.hasNoEnd ? "no end" : inWords(row.times[name]);
}

function itemOf(row) {
  const times = Object.entries(MEASURES).filter(([name]) => timeIn(row, name) !== "–");
  const measured = times.map(([name, label]) => `${label} ${timeIn(row, name)}`).join(", ");
  const rounds = row.rounds === 0 ? "" : row.rounds === 1 ? "with a tool round" : `with ${row.rounds} tool rounds`;
  const summary = [measured || "no times", rounds, row.failure].filter(Boolean).join(". ");
  const button = element("button", "turn-bars__turn");
  button.type = "button";
  button.dataset.turn = row.ids[0];
  button.title = `${row.words}: ${summary}`;
  button.append(element("span", "number faint", String(row.number)), element("span", "turn-bars__words", row.words));
  button.append(element("span", "visually-hidden", `: ${summary}`));
  const item = element("li");
  item.append(button);
  return item;
}

/** Return one path for each kind of bar, over all rows. */
function barsOf(rows, x) {
  const boxes = {};
  const add = (kind, from, to, top, { y, height }) => {
    const width = Math.max(1, x(to) - x(from) - 1);
    if (to > from) (boxes[kind] ??= []).push(`M${x(from).toFixed(1)} ${top + y}h${width.toFixed(1)}v${height}h${(-width).toFixed(1)}z`);
  };
  rows.forEach((row, place) => {
    const top = AXIS_PX + place * ROW_PX;
    for (const { kind, from, to } of stackOf(row)) add(kind, from, to, top, STACK);
    add("dead_air", 0, row.times.dead_air ?? 0, top, DEAD_AIR);
  });
  return Object.entries(boxes).map(([kind, paths]) => svgElement("path", { class: `turn-bar turn-bar--${kind}`, d: paths.join("") }));
}

function linesOf(spread, x) {
  if (!spread) return [];
  return ["p50", "p95"].filter((name) => spread[name] !== null).map((name) => {
    const at = x(spread[name]).toFixed(1);
    return svgElement("line", { class: `spread spread--${name}`, x1: at, x2: at, y1: AXIS_PX - 4, y2: "100%" });
  });
}

function tableRow(name, timeOf) {
  const row = element("tr");
  const head = element("th", "", name);
  head.scope = "row";
  row.append(head, ...Object.keys(MEASURES).map((measure) => element("td", "number", timeOf(measure))));
  return row;
}

function svgElement(name, attributes) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
