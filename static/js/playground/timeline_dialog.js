/**
 * The large timeline of the selected turn, in a dialog: drawn to scale, live, with one cursor through all rows.
 *
 * What is drawn comes from the pure modules timeline_*.js; what the pointer and the keys do from timeline_input.js.
 */

import { waitFigures } from "./callers_wait_view.js";
import { element, partsOf as elementsOf, setText, showText } from "./dom.js";
import { inWords } from "./numbers.js";
import { deltaNear } from "./timeline_comb.js";
import { TimelineInput } from "./timeline_input.js";
import { figures } from "./timeline_numbers.js";
import { endOfParts, lengthOf, partsOf, rowsOf } from "./timeline_rows.js";
import { fitted, isWhole, panned, scale, showing, timeAt, whole, within, zoomed } from "./timeline_scale.js";
import { boxAt, shapesOf } from "./timeline_shapes.js";
import { StoredTimelines } from "./timeline_stored.js";
import { TimelineSvg } from "./timeline_svg.js";
import { timesOf, valuesAt, valueText } from "./timeline_values.js";
import { isOpen } from "./turn.js";

/** The most rows of the table: a longer one stalls the page. */
const TABLE_ROWS = 2_000;
const ZOOM = 1.5;
/** How often the picture of an open turn is drawn again. */
const LIVE_MS = 100;
const NOTHING_NAMED = "Point at or tap a thing to see what it is.";
/** How much of the axis counts as the beginning, in times to first audio. */
const BEGINNING = 1.5;
/** How far an arrow key moves the cursor, in px; with Shift it goes to the next moment. */
const STEP_PX = 6;
/** How near the pointer has to be to a delta to name it. */
const NEAR_PX = 4;

export class TimelineDialog {
  #dialog = document.getElementById("timeline-dialog");
  #nodes = elementsOf(this.#dialog);
  #svg = new TimelineSvg(this.#nodes.svg);
  #stored = new StoredTimelines(document.querySelector("[data-timeline-path]").dataset.timelinePath, () => this.#loaded());
  #scene = null;
  #parts = [];
  #rows = [];
  #length_ms = 1;
  #view = whole(1);
  /** The cursor in ms on the axis; null: it is where the turn is. */
  #at = null;
  /** What the caption names, if that is a thing in the picture. */
  #named = null;
  #width = 0;
  #picture = null;
  #frame = null;
  #readAt = 0;
  #waiting = null;
  #shownId = "";

  constructor() {
    const nodes = this.#nodes;
    new TimelineInput(nodes.picture, this.#dialog, {
      zoom: (factor, px) => this.#zoom(factor, px),
      pan: (px) => this.#pan(px),
      point: (px, y) => this.#point(px, y),
      step: (steps, toMoment) => this.#step(steps, toMoment),
      jump: (toEnd) => this.#moveTo(toEnd ? endOfParts(this.#parts) : 0),
      whole: () => this.#show(whole(this.#length_ms)),
      isWhole: () => isWhole(this.#view, this.#length_ms),
      fit: (place) => this.#fit(place),
    });
    nodes.closer.addEventListener("click", () => this.#zoom(ZOOM));
    nodes.wider.addEventListener("click", () => this.#zoom(1 / ZOOM));
    nodes.whole.addEventListener("click", () => this.#show(whole(this.#length_ms)));
    nodes.beginning.addEventListener("click", () => this.#show(this.#beginning()));
    for (const type of ["svg", "png"]) nodes[type === "svg" ? "save-svg" : "save-png"].addEventListener("click", () => this.#save(type));
    nodes.table.addEventListener("toggle", () => this.#showTable());
    nodes.figures.addEventListener("click", ({ target }) => this.#name(target.closest("[title]")?.title ?? ""));
    new ResizeObserver(([entry]) => this.#resized(entry.contentRect.width)).observe(nodes.svg);
  }

  /** Open the timeline of `scene`: `{turn, turns, elapsed(turn), request}`. */
  open(scene) {
    this.#at = null;
    this.#shownId = "";
    this.#name("");
    this.#dialog.showModal();
    this.#nodes.picture.focus();
    this.#scene = scene;
    this.#read(scene);
  }

  /** Show `scene` soon if the dialog is open; called with each frame. */
  update(scene) {
    if (!this.#dialog.open) return;
    const isSame = this.#isSame(scene);
    const wasOpen = this.#isLive();
    this.#scene = scene;
    if (isSame && (!wasOpen || performance.now() - this.#readAt < LIVE_MS)) return;
    // A task of its own: the page has just drawn its frame.
    this.#waiting ??= setTimeout(() => {
      this.#waiting = null;
      if (this.#dialog.open) this.#read(this.#scene);
    });
  }

  /** Whether the scene shows the same turns, in the same states; one that is open grows. */
  #isSame({ turn, turns }) {
    const isKnown = turn.turn_id === this.#shownId && turns.length === this.#scene?.turns.length;
    return isKnown && turn.status === this.#scene.turn.status && (isOpen(turn) || turns === this.#scene.turns);
  }

  #loaded() {
    if (this.#dialog.open && this.#scene) this.#read(this.#scene);
  }

  #read(scene) {
    const { turn, turns, elapsed } = scene;
    this.#readAt = performance.now();
    this.#parts = partsOf(turn, turns, elapsed, (turnId) => this.#stored.of(turnId));
    for (const part of this.#parts) this.#stored.load(part.turn);
    showText(this.#nodes.says, this.#stored.trouble);
    this.#rows = rowsOf(this.#parts);
    const wasWhole = isWhole(this.#view, this.#length_ms) || this.#shownId !== turn.turn_id;
    this.#shownId = turn.turn_id;
    this.#length_ms = lengthOf(this.#parts);
    this.#view = wasWhole ? whole(this.#length_ms) : within(this.#view, this.#length_ms);
    setText(this.#nodes.title, titleOf(this.#parts[0].turn));
    this.#showFigures();
    this.#draw();
    if (!this.#isLive()) this.#showTable();
  }

  #isLive() {
    return this.#parts.some(({ turn }) => isOpen(turn));
  }

  #selectedPart() {
    return this.#parts.find(({ turn }) => turn.turn_id === this.#scene.turn.turn_id) ?? this.#parts[0];
  }

  #figures() {
    return figures(this.#selectedPart(), this.#scene.request);
  }

  /** Show the caller's numbers first where a tool round makes several turns of a wait, then those of the selected turn. */
  #showFigures() {
    const nodes = this.#nodes;
    const wait = this.#waitFigures();
    nodes["wait-figures"].parentElement.hidden = !wait;
    showText(nodes.own, wait?.own ?? "");
    if (wait) {
      this.#fill(nodes["wait-figures"], wait.figures);
      setText(nodes["wait-says"], wait.says);
    }
    this.#fill(nodes.figures, this.#figures());
  }

  /** Return the figures for a file: those of the caller's whole wait are named as such. */
  #allFigures() {
    const ofWait = this.#waitFigures()?.figures ?? [];
    return [...ofWait.map((one) => ({ ...one, label: `caller’s ${one.label}` })), ...this.#figures()];
  }

  #waitFigures() {
    const { turn, turns, elapsed } = this.#scene;
    return this.#parts.length > 1 ? waitFigures(turn, turns, elapsed) : null;
  }

  #fill(list, shown) {
    if (list.childElementCount !== shown.length) list.replaceChildren(...shown.map(newFigure));
    shown.forEach(({ help, value, unit }, place) => {
      const node = list.children[place];
      node.title = help;
      node.toggleAttribute("data-none", value === "–");
      setText(node.querySelector(".numbers__value"), value);
      setText(node.querySelector(".unit"), unit);
    });
  }

  #cursor() {
    const live_ms = Math.max(0, endOfParts(this.#parts) - 1);
    const first = this.#selectedPart();
    const rest = first.offset_ms + (first.turn.timings_ms.first_audio ?? first.turn.timings_ms.ttft ?? 0);
    return Math.min(this.#length_ms, this.#at ?? (this.#isLive() ? live_ms : rest));
  }

  #draw() {
    if (this.#width === 0) return;
    const at = this.#cursor();
    const px_ms = (this.#view.to - this.#view.from) / this.#width;
    const values = valuesAt(this.#rows, this.#parts, at, px_ms);
    const now = this.#isLive() ? endOfParts(this.#parts) : null;
    this.#picture = shapesOf(this.#rows, this.#parts, this.#view, this.#width, { at, values }, now);
    this.#svg.draw(this.#picture);
    this.#tell(at, values);
    setText(this.#nodes.range, rangeOf(this.#view));
    this.#nodes.whole.disabled = isWhole(this.#view, this.#length_ms);
  }

  #tell(at, values) {
    const { picture, time } = this.#nodes;
    setText(time, `Cursor at ${inWords(at)}`);
    picture.setAttribute("aria-valuemax", String(Math.round(this.#length_ms)));
    // A screen reader reads each change: while the turn runs, only the cursor that the user has set.
    if (this.#at === null && this.#isLive()) return;
    picture.setAttribute("aria-valuenow", String(Math.round(at)));
    picture.setAttribute("aria-valuetext", valueText(this.#rows, values, at, this.#named?.name));
  }

  #resized(width) {
    this.#width = width;
    this.#requestFrame();
  }

  #requestFrame() {
    if (!this.#scene) return;
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#draw();
    });
  }

  #show(view) {
    this.#view = view;
    this.#requestFrame();
  }

  /** Return the view from the start to a little after the first audio. */
  #beginning() {
    const heard = this.#parts.find(({ turn }) => turn.timings_ms.first_audio !== null);
    const to = heard ? BEGINNING * (heard.offset_ms + heard.turn.timings_ms.first_audio) : this.#length_ms;
    return within({ from: 0, to: Math.max(1, to) }, this.#length_ms);
  }

  /** Zoom around a px of the picture, or around the cursor if it is in view. */
  #zoom(factor, px = null) {
    const at = px === null ? this.#cursor() : timeAt(this.#view, this.#width, px);
    const isInView = this.#view.from <= at && at <= this.#view.to;
    const middle = (this.#view.from + this.#view.to) / 2;
    this.#show(zoomed(this.#view, factor, isInView ? at : middle, this.#length_ms));
  }

  #pan(px) {
    this.#show(panned(this.#view, (px / this.#width) * (this.#view.to - this.#view.from), this.#length_ms));
  }

  /** Put the cursor under the pointer, and name what is there. */
  #point(px, y) {
    this.#at = Math.min(this.#length_ms, Math.max(0, timeAt(this.#view, this.#width, px)));
    const item = this.#picture && this.#itemAt(px, y);
    this.#nameItem(item);
    this.#requestFrame();
  }

  /** Fit the view to the thing at `place` in px, or else to the one that the caption names, or to the shortest at the cursor. */
  #fit(place) {
    const item = place ? this.#itemAt(place.x, place.y) : (this.#named ?? this.#shortestAt(this.#cursor()));
    if (!item) return;
    this.#nameItem(item);
    this.#show(fitted(item, this.#length_ms));
  }

  #shortestAt(at) {
    const items = this.#rows.flatMap((row) => row.items).filter(({ from, to }) => from <= at && at < to);
    return items.toSorted((one, other) => one.to - one.from - (other.to - other.from))[0];
  }

  #itemAt(px, y) {
    const { boxes, places } = this.#picture;
    const { text } = places;
    const isText = text.y <= y && y <= text.y + text.height;
    const delta = isText ? deltaNear(this.#parts, scale(this.#view, this.#width), px, NEAR_PX) : null;
    return delta ?? boxAt(boxes, px, y)?.item;
  }

  #step(steps, toMoment) {
    const at = this.#cursor();
    if (toMoment) return this.#toMoment(at, steps);
    this.#moveTo(at + (steps * STEP_PX * (this.#view.to - this.#view.from)) / Math.max(1, this.#width));
  }

  /** Move the cursor to where the next thing begins, in either direction, and name it. */
  #toMoment(at, steps) {
    const items = this.#rows.flatMap(({ items: all }) => all);
    const beyond = items.filter(({ from }) => (steps > 0 ? from > at + 0.5 : from < at - 0.5));
    const next = beyond.reduce((best, one) => (best === null || Math.abs(one.from - at) < Math.abs(best.from - at) ? one : best), null);
    if (!next) return;
    this.#moveTo(next.from);
    this.#nameItem(next);
  }

  #moveTo(at) {
    this.#at = Math.min(this.#length_ms, Math.max(0, at));
    this.#name("");
    this.#show(showing(this.#view, this.#at, this.#length_ms));
  }

  #nameItem(item) {
    this.#name(item ? timesOf(item) : "");
    this.#named = item ?? null;
  }

  #name(text) {
    this.#named = null;
    setText(this.#nodes.named, text || NOTHING_NAMED);
  }

  #showTable() {
    if (!this.#nodes.table.open) return;
    const items = this.#rows.flatMap((row) => row.items.map((item) => [row, item]));
    const rows = items.toSorted(([, one], [, other]) => one.from - other.from).slice(0, TABLE_ROWS);
    this.#nodes.rows.replaceChildren(...rows.map(tableRow));
  }

  async #save(type) {
    const { fileName, originOf, savePicture } = await import("./timeline_save.js");
    const persona = document.querySelector("[data-persona=name]").textContent;
    const { conversationId } = document.getElementById("live").dataset;
    const { turn } = this.#scene;
    const name = fileName(persona, conversationId, turn, type);
    const draw = (width) => shapesOf(this.#rows, this.#parts, this.#view, width, { at: null, values: {} });
    const title = `${titleOf(this.#parts[0].turn)} · ${rangeOf(this.#view)}`;
    const failure = await savePicture(type, name, { draw, title, figures: this.#allFigures(), origin: originOf(persona, conversationId, turn) });
    this.#name(failure || `Saved as ${name}.`);
  }
}

function titleOf(turn) {
  return turn.user_text ? `“${turn.user_text}”` : "The voice’s own words";
}

function rangeOf({ from, to }) {
  return `${inWords(from)} to ${inWords(to)}`;
}

function newFigure({ label }) {
  const item = element("div", "numbers__item");
  const value = element("dd");
  value.append(element("span", "numbers__value"), " ", element("span", "unit"));
  item.append(element("dt", "", label), value);
  return item;
}

function tableRow([{ name }, item]) {
  const row = element("tr");
  const head = element("th", "", item.name);
  head.scope = "row";
  row.append(head, element("td", "", name), element("td", "number", inWords(item.from)), element("td", "number", inWords(item.to)));
  return row;
}
