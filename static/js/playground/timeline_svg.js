/**
 * Draws the large timeline's shapes as SVG on the page, reusing its elements.
 */

import { TONES } from "./timeline_tones.js";

const NAMESPACE = "http://www.w3.org/2000/svg";

export class TimelineSvg {
  #svg;
  #paths;
  #texts;

  constructor(svg) {
    this.#svg = svg;
    this.#paths = svg.appendChild(made("g"));
    this.#texts = svg.appendChild(made("g"));
  }

  draw({ shapes, height }) {
    put(this.#svg, { height });
    pool(this.#paths, "path", shapes.filter(({ is }) => is === "path"), drawPath);
    pool(this.#texts, "text", shapes.filter(({ is }) => is === "text"), drawText);
  }
}

function pool(group, tag, shapes, draw) {
  while (group.childNodes.length > shapes.length) group.lastChild.remove();
  while (group.childNodes.length < shapes.length) group.append(made(tag));
  shapes.forEach((shape, place) => draw(group.childNodes[place], shape));
}

function drawPath(node, { tone, d }) {
  const { fill, stroke, width = "", dash = "" } = TONES[tone];
  put(node, { d, fill: paint(fill), stroke: paint(stroke), "stroke-width": width, "stroke-dasharray": dash, "data-tone": tone });
}

function drawText(node, { tone, x, y, text, more = "" }) {
  const { fill, stroke, width = "" } = TONES[tone];
  put(node, { x, y, fill: paint(fill), stroke: stroke ? paint(stroke) : "", "stroke-width": width, "paint-order": stroke ? "stroke" : "", "data-tone": tone });
  while (node.childNodes.length < 2) node.append(made("tspan"));
  const [first, second] = node.childNodes;
  put(first, { "font-weight": TONES[tone].weight ?? "" });
  write(first, text);
  put(second, { fill: paint(TONES.more.fill), dx: more ? 8 : "" });
  write(second, more);
}

function paint(name) {
  if (!name) return "none";
  return name === "hatch" ? "url(#hatch)" : `var(--${name})`;
}

function made(tag) {
  return document.createElementNS(NAMESPACE, tag);
}

function put(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === "") node.removeAttribute(name);
    else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  }
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
