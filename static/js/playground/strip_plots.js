/**
 * The page of a persona's times: draws each version's turns as dots, which lead to the turns.
 */

import { inWords } from "./numbers.js";
import { ticks } from "./axis_ticks.js";
import { axisOf, dotsOf } from "./strip_plot.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const HEIGHT_PX = 56;
const BASE_PX = 36;
const STEP_PX = 5;
const DOT_PX = 3;
/** Room for a dot at either end. */
const EDGE_PX = 6;

const plots = JSON.parse(document.getElementById("plots").textContent);
const path = document.getElementById("versions").dataset.turnPath;

const resized = new ResizeObserver((entries) => entries.forEach(({ target, contentRect }) => draw(target, contentRect.width)));
for (const svg of document.querySelectorAll(".strip-plot")) {
  svg.setAttribute("height", String(HEIGHT_PX));
  resized.observe(svg);
}

function draw(svg, width) {
  const { version, measure } = svg.dataset;
  const plot = plots.find((one) => one.version === Number(version));
  const axis_ms = axisOf(plots, measure);
  const inner = Math.max(1, width - 2 * EDGE_PX);
  const x = (share) => (EDGE_PX + Math.min(1, share) * inner).toFixed(1);
  const base = made("line", { class: "strip-plot__base", x1: x(0), x2: x(1), y1: BASE_PX + DOT_PX, y2: BASE_PX + DOT_PX });
  const names = ticks(axis_ms, inner).map((ms) => made("text", { class: "tick", x: x(ms / axis_ms), y: HEIGHT_PX - 4 }, inWords(ms)));
  const lines = plot.spreads[measure].flatMap((ms, nth) => {
    const at = { x1: x(ms / axis_ms), x2: x(ms / axis_ms), y1: 0, y2: BASE_PX + DOT_PX };
    return ms === null ? [] : [made("line", { class: `strip-plot__spread strip-plot__spread--${nth ? "p95" : "p50"}`, ...at })];
  });
  svg.replaceChildren(base, ...names, ...lines, ...dotsOf(plot, measure, axis_ms).map((dot) => linkOf(dot, x)));
}

/** A dot is a link for the pointer; the table of slowest turns is the keyboard's way. */
function linkOf(dot, x) {
  const href = path.replace("CONVERSATION", dot.conversation).replace("TURN", dot.turn);
  const circle = made("circle", { cx: x(dot.share), cy: BASE_PX - dot.level * STEP_PX, r: DOT_PX, class: dot.isBeyond ? "dot dot--beyond" : "dot" });
  circle.append(made("title", {}, `${dot.words || "tool round"}: ${inWords(dot.ms)}${dot.isBeyond ? ", beyond this axis" : ""}`));
  const link = made("a", { href, tabindex: "-1" });
  link.append(circle);
  return link;
}

function made(name, attributes, text = "") {
  const node = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text) node.textContent = text;
  return node;
}
