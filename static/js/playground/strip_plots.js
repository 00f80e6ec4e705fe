/**
 * The page of a persona's times: draws each version's turns as dots, which lead to the turns.
 */

import { inWords } from "./numbers.js";
import { ticks } from "./axis_ticks.js";
import { axisOf, dotsOf, nearestOf } from "./strip_plot.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const HEIGHT_PX = 84;
const BASE_PX = 60;
const STEP_PX = 8;
const DOT_PX = 5;
/** Room for a dot at either end. */
const EDGE_PX = 8;
/** What is nearer to the pointer is meant. */
const REACH_PX = 32;
const MOVES = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -Infinity, End: Infinity };

const plots = JSON.parse(document.getElementById("plots").textContent);
const path = document.getElementById("versions").dataset.turnPath;

/** A measure of one version: an SVG, and the line beneath it that says which dot is pointed at or has the focus. */
class StripPlot {
  #svg;
  #says;
  #dots = [];
  #current = null;

  constructor(svg) {
    this.#svg = svg;
    this.#says = svg.parentElement.querySelector("[data-says]");
    svg.setAttribute("height", String(HEIGHT_PX));
    svg.addEventListener("pointermove", (event) => this.#pointed(event));
    svg.addEventListener("pointerleave", () => this.#choose(this.#focused ?? null));
    svg.addEventListener("click", (event) => this.#clicked(event));
    svg.addEventListener("keydown", (event) => this.#pressed(event));
    svg.addEventListener("focusin", () => this.#choose(this.#focused));
    svg.addEventListener("focusout", () => this.#choose(null));
  }

  draw(width) {
    const { version, measure } = this.#svg.dataset;
    const plot = plots.find((one) => one.version === Number(version));
    const axis_ms = axisOf(plots, measure);
    const inner = Math.max(1, width - 2 * EDGE_PX);
    const x = (share) => EDGE_PX + Math.min(1, share) * inner;
    const dots = dotsOf(plot, measure, axis_ms).map((dot) => ({ ...dot, x: x(dot.share), y: BASE_PX - dot.level * STEP_PX }));
    this.#dots = dots.toSorted((one, other) => one.ms - other.ms).map((dot) => ({ ...dot, link: linkOf(dot) }));
    this.#svg.replaceChildren(...axis(x, axis_ms, inner), ...spread(plot.spreads[measure], x, axis_ms), ...this.#dots.map(({ link }) => link));
    this.#choose(null);
    this.#offer(this.#dots[0]);
  }

  get #focused() {
    return this.#dots.find(({ link }) => link === document.activeElement);
  }

  #pointed({ clientX, clientY }) {
    const { left, top } = this.#svg.getBoundingClientRect();
    const near = nearestOf(this.#dots, clientX - left, clientY - top, REACH_PX);
    // The nearest dot lies above the others, so that no other one is clicked.
    if (near && near !== this.#current && near.link !== document.activeElement) this.#svg.append(near.link);
    this.#choose(near ?? this.#focused ?? null);
  }

  #clicked(event) {
    if (event.target.closest("a")) return;
    this.#pointed(event);
    this.#current?.link.dispatchEvent(new MouseEvent("click", event));
  }

  #pressed(event) {
    const by = MOVES[event.key];
    const from = this.#dots.indexOf(this.#focused);
    if (!by || from < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = this.#dots[Math.min(this.#dots.length - 1, Math.max(0, from + by))];
    this.#offer(next);
    next.link.focus();
  }

  /** Have one dot alone stand in the order of Tab and for screen readers; the arrow keys lead to the others. */
  #offer(dot) {
    for (const { link } of this.#dots) {
      link.setAttribute("tabindex", link === dot.link ? "0" : "-1");
      if (link === dot.link) link.removeAttribute("aria-hidden");
      else link.setAttribute("aria-hidden", "true");
    }
  }

  #choose(dot) {
    if (dot === this.#current) return;
    this.#current?.link.removeAttribute("data-current");
    dot?.link.setAttribute("data-current", "");
    this.#current = dot;
    this.#says.textContent = dot ? wordsOf(dot) : "";
  }
}

const drawn = new Map();
const resized = new ResizeObserver((entries) => entries.forEach(({ target, contentRect }) => drawn.get(target).draw(contentRect.width)));
for (const svg of document.querySelectorAll(".strip-plot")) {
  drawn.set(svg, new StripPlot(svg));
  resized.observe(svg);
}

function axis(x, axis_ms, inner) {
  const y = BASE_PX + DOT_PX;
  const names = ticks(axis_ms, inner).map((ms) => made("text", { class: "tick", x: x(ms / axis_ms), y: HEIGHT_PX - 4 }, inWords(ms)));
  return [made("line", { class: "strip-plot__base", x1: x(0), x2: x(1), y1: y, y2: y }), ...names];
}

/** The lines of p50 and p95, if there are any. */
function spread(percentiles, x, axis_ms) {
  return percentiles.flatMap((ms, nth) => {
    const at = { x1: x(ms / axis_ms), x2: x(ms / axis_ms), y1: 0, y2: BASE_PX + DOT_PX };
    return ms === null ? [] : [made("line", { class: `strip-plot__spread strip-plot__spread--${nth ? "p95" : "p50"}`, ...at })];
  });
}

function linkOf(dot) {
  const href = path.replace("CONVERSATION", dot.conversation).replace("TURN", dot.turn);
  const link = made("a", { href });
  const circle = made("circle", { cx: dot.x, cy: dot.y, r: DOT_PX, class: dot.isBeyond ? "dot dot--beyond" : "dot" });
  link.append(made("title", {}, wordsOf(dot)), circle);
  return link;
}

function wordsOf({ words, ms, isBeyond }) {
  return `${words || "tool round"}: ${inWords(ms)}${isBeyond ? ", beyond this axis" : ""}`;
}

function made(name, attributes, text = "") {
  const node = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, typeof value === "number" ? value.toFixed(1) : value);
  if (text) node.textContent = text;
  return node;
}
