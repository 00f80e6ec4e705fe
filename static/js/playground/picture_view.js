/**
 * Draws a turn's timeline as SVG: one path for each kind of bar. What there is to draw comes from picture.js.
 */

import { inWords } from "./numbers.js";
import { axisOf, bars, marks, ticks } from "./picture.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const SYNTHESIS_PX = 3;
const LABEL_PX = 14;

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
    if (this.#layout.axis) this.#drawDetails(drawn.deltas, axis_ms, x);
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

  #drawDetails(deltas, axis_ms, x) {
    const { llm } = this.#layout.lanes;
    const d = deltas.map((at) => `M${px(x(at))} ${llm.y}v${llm.height}`).join("");
    this.#pool("deltas", "path", d ? [d] : [], (path) => put(path, { d, class: "deltas" }));
    const numbered = this.#boxes.filter(({ bar, width }) => bar.kind === "sentence" && width > LABEL_PX);
    this.#pool("labels", "text", numbered, (text, box) => {
      write(text, { class: "bar-label", x: px(box.x + 4), y: box.y + 12 }, box.bar.label);
    });
    this.#pool("ticks", "text", ticks(axis_ms, this.#width), (text, ms) => {
      write(text, { class: "tick", x: px(x(ms)), y: this.#layout.axis.y }, `${ms / 1000} s`);
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

function svgElement(name) {
  return document.createElementNS(NAMESPACE, name);
}

function px(length) {
  return length.toFixed(1);
}

function put(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  }
}

function write(node, attributes, text) {
  put(node, attributes);
  if (node.textContent !== text) node.textContent = text;
}
