/**
 * A list box of rows of one height, of which only those in view are in the document: 20,000 scroll as 20 do.
 */

import { element } from "./dom.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

/** Return `{first, end}`: which of `count` rows of `height` px are to be drawn in a list that is scrolled to `top`. */
export function drawn(count, height, top, visible, around = 10) {
  const first = Math.max(0, Math.floor(top / height) - around);
  return { first, end: Math.min(count, Math.ceil((top + visible) / height) + around) };
}

export class WindowedList {
  #list;
  #space;
  #rowPx;
  #cellsOf;
  #onChoose;
  #rows = [];
  /** The place of the chosen row among those shown, or null. */
  #chosen = null;

  /**
   * `list` is the scrolled list box, `space` its only child, as high as all rows; `rowPx` as in the style sheet.
   * `cellsOf(row)` returns the elements in a row; `onChoose(row)` gets the chosen one, undefined without any.
   */
  constructor({ list, space, rowPx, cellsOf, onChoose }) {
    this.#list = list;
    this.#space = space;
    this.#rowPx = rowPx;
    this.#cellsOf = cellsOf;
    this.#onChoose = onChoose;
    list.addEventListener("scroll", () => this.#draw());
    list.addEventListener("keydown", (event) => this.#step(event));
    list.addEventListener("click", ({ target }) => this.choose(Number(target.closest("[data-place]")?.dataset.place)));
    new ResizeObserver(() => this.#draw()).observe(list);
  }

  /** Show `rows` from their beginning, the first one chosen. */
  show(rows) {
    this.#setRows(rows);
    this.#list.scrollTop = 0;
    this.choose(0);
  }

  /** Show `rows`, which begin with those shown, and stay where the reader is. */
  extend(rows) {
    this.#setRows(rows);
    if (this.#chosen === null) this.choose(0);
    else this.#draw();
  }

  /** Choose the row at `place`, if there is one. */
  choose(place) {
    const row = this.#rows[place];
    this.#chosen = row ? place : null;
    this.#onChoose(row);
    this.#draw();
  }

  /** Choose the row at `place` and scroll to it. */
  goTo(place) {
    this.choose(place);
    if (this.#chosen !== null) this.#reveal();
  }

  #setRows(rows) {
    this.#rows = rows;
    this.#list.hidden = rows.length === 0;
    this.#space.style.height = `${rows.length * this.#rowPx}px`;
  }

  #step(event) {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.goTo(Math.min(this.#rows.length - 1, Math.max(0, this.#chosen + step)));
  }

  #reveal() {
    const list = this.#list;
    const top = this.#chosen * this.#rowPx;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + this.#rowPx > list.scrollTop + list.clientHeight) list.scrollTop = top + this.#rowPx - list.clientHeight;
    this.#draw();
  }

  #draw() {
    const { first, end } = drawn(this.#rows.length, this.#rowPx, this.#list.scrollTop, this.#list.clientHeight);
    this.#space.replaceChildren(...this.#rows.slice(first, end).map((row, index) => this.#optionOf(first + index, row)));
    if (this.#chosen === null) this.#list.removeAttribute("aria-activedescendant");
    else this.#list.setAttribute("aria-activedescendant", this.#idOf(this.#chosen));
  }

  #optionOf(place, row) {
    const made = element("div", "payload");
    made.id = this.#idOf(place);
    made.dataset.place = String(place);
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", String(place === this.#chosen));
    made.setAttribute("aria-setsize", String(this.#rows.length));
    made.setAttribute("aria-posinset", String(place + 1));
    made.style.transform = `translateY(${place * this.#rowPx}px)`;
    made.append(...this.#cellsOf(row));
    return made;
  }

  #idOf(place) {
    return `${this.#list.id}-${place}`;
  }
}
