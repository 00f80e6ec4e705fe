/**
 * Draws a turn's timeline as SVG: one path for each kind of bar. What there is to draw comes from picture.js.
 */

import { lazy } from "./lazy.js";
import { inWords } from "./numbers.js";
import { axisOf, bars, marks } from "./picture.js";
import { put, px, svgElement } from "./svg_nodes.js";

const withDetails = lazy(() => import("./picture_details.js"));

const SYNTHESIS_PX = 3;

/** Heights in px. `lanes` gives the place of each lane's bars; lanes not listed are not drawn. */
export const STRIP = {
  height: 20,
  lanes: { llm: { y: 1, height: 4 }, voice: { y: 8, height: 11 } },
  axis: null,
};
export const LANES = {
  height: 112,
  lanes: { llm: { y: 24, height: 16 }, text: { y: 52, height: 16 }, voice: { y: 80, height: 24 } },
  axis: { y: 12 },
};

export class PictureView {
  #svg;
  #layout;
  #width = 0;
  #last = null;
  #boxes = [];
  #title = svgElement("title");
  #groups = new Map();

  constructor(svg, layout) {
    this.#svg = svg;
    this.#layout = layout;
    svg.setAttribute("height", String(layout.height));
    svg.append(this.#title);
    svg.addEventListener("pointermove", (event) => this.#explain(event));
    new ResizeObserver(([entry]) => this.#resized(entry.contentRect.width)).observe(svg);
  }

  /** Draw `turn` on an axis of `axis_ms`, or of its own length. */
  draw(turn, elapsed_ms, axis_ms = axisOf(turn, elapsed_ms)) {
    this.show(() => ({ bars: bars(turn, elapsed_ms), marks: marks(turn), deltas: turn.delta_times_ms }), axis_ms);
  }

  /** Draw `{bars, marks, deltas}`, which `picture()` returns, on an axis of `axis_ms`, once there is room for it. */
  show(picture, axis_ms) {
    this.#last = [picture, axis_ms];
    if (this.#width === 0) return;
    const x = (ms) => (ms / axis_ms) * this.#width;
    const drawn = picture();
    this.#boxes = drawn.bars.filter((bar) => bar.lane in this.#layout.lanes).map((bar) => this.#boxOf(bar, x));
    this.#drawBoxes();
    this.#drawMarks(drawn.marks, x);
    if (!this.#layout.axis) return;
    const details = { ...drawn, boxes: this.#boxes, axis_ms, width: this.#width, layout: this.#layout, x };
    withDetails(({ drawDetails }) => drawDetails(details, (...items) => this.#pool(...items)));
  }

  #resized(width) {
    if (width === this.#width) return;
    this.#width = width;
    if (this.#last) this.show(...this.#last);
  }

  /** A bar in px; neighbours on a lane stay a hair apart. */
  #boxOf(bar, x) {
    const lane = this.#layout.lanes[bar.lane];
    const isLine = bar.kind === "synthesis";
    return {
      bar,
      x: x(bar.from),
      y: isLine ? lane.y + lane.height + 2 : lane.y,
      width: Math.max(1, x(bar.to) - x(bar.from) - (isLine ? 0 : 1)),
      height: isLine ? SYNTHESIS_PX : lane.height,
    };
  }

  #drawBoxes() {
    const kinds = Object.entries(Object.groupBy(this.#boxes, ({ bar }) => bar.kind));
    this.#pool("boxes", "path", kinds, (path, [kind, boxes]) => {
      const d = boxes.map((box) => `M${px(box.x)} ${box.y}h${px(box.width)}v${box.height}h${px(-box.width)}z`);
      put(path, { class: `bar bar--${kind}`, d: d.join("") });
    });
  }

  #drawMarks(moments, x) {
    this.#pool("marks", "line", moments, (line, { kind, at }) => {
      put(line, { class: `mark mark--${kind}`, x1: px(x(at)), x2: px(x(at)), y1: 0, y2: this.#layout.height });
    });
  }

  /** Describe the bar under the pointer. */
  #explain({ offsetX, offsetY }) {
    const box = this.#boxes.findLast(
      ({ x, y, width, height }) => x <= offsetX && offsetX < x + width && y <= offsetY && offsetY < y + height,
    );
    const { bar } = box ?? {};
    const text = bar ? `${bar.label} · ${inWords(bar.from)} to ${inWords(bar.to)}` : "";
    if (this.#title.textContent !== text) this.#title.textContent = text;
  }

  /** Show one element per item; elements are created once and reused. */
  #pool(name, tag, items, draw) {
    if (!this.#groups.has(name)) this.#groups.set(name, this.#svg.appendChild(svgElement("g")));
    const group = this.#groups.get(name);
    while (group.childNodes.length > items.length) group.lastChild.remove();
    while (group.childNodes.length < items.length) group.append(svgElement(tag));
    items.forEach((item, place) => draw(group.childNodes[place], item));
  }
}
