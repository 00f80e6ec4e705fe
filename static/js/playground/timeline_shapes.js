/**
 * The large timeline as shapes in px: what `timeline_svg.js` draws on the page and `timeline_file.js` into a file. Pure.
 *
 * @typedef {object} Shape
 * @property {"path"|"text"} is
 * @property {string} tone its colours, by name (`TONES` in timeline_file.js, `.tl--…` in the style sheet)
 * @property {string} [d] a path's data: only M, h, v, H, V, L and z
 * @property {number} [x] of a text, with `y`, `text` and, for a row's caption, `more`
 *
 * @typedef {{item: Item, row: string, x: number, y: number, width: number, height: number}} Box what the pointer finds
 */

import { clipped as cut } from "./code_points.js";
import { deltasOf, measure, teeth } from "./timeline_comb.js";
import { gridOf, scale } from "./timeline_scale.js";

const AXIS_PX = 22;
const CAPTION_PX = 16;
const ROW_PX = 18;
const TALL_PX = 30;
const BETWEEN_PX = 9;
const TALL = new Set(["text", "voice"]);
const THIN = new Set(["ready", "limit"]);
const THIN_PX = 6;
const CHAR_PX = 6.7;
const CAPTION_CHAR_PX = 6.8;
const LEAST_LABEL_PX = 26;
const LEAST_SENTENCE_PX = 64;
const SHORTEST_TOOTH_PX = 3;
/** Kinds that are drawn on a filled ground of their own, so that a label on them needs the ground's ink. */
const ON_FILL = new Set(["speech", "filler"]);
/** Kinds whose label says nothing when it is cut. */
const WHOLE = new Set(["lookup", "connect", "tls", "send", "wait", "headers", "limit"]);
/** Moments whose label stands before them where there is no room behind. */
const TRAILING = new Set(["you", "called", "skipped", "cut", "cut-waits", "failure", "ended"]);

/** Return `{y, height}` of the bars of each row, by its id, and the picture's height. */
export function placesOf(rows) {
  const places = {};
  let y = AXIS_PX;
  for (const { id } of rows) {
    const height = TALL.has(id) ? TALL_PX : ROW_PX;
    places[id] = { caption: y + 11, y: y + CAPTION_PX, height };
    y += CAPTION_PX + height + BETWEEN_PX;
  }
  return { places, height: y };
}

/**
 * Return `{shapes, boxes, height, places}`; `places` is where each row stands.
 *
 * @param {Row[]} rows
 * @param {Part[]} parts
 * @param {View} view
 * @param {number} width in px
 * @param {{at: number, values: Object<string, string>}} cursor
 * @param {number|null} now_ms the present on the axis, while a turn is open
 */
export function shapesOf(rows, parts, view, width, cursor, now_ms = null) {
  const { places, height } = placesOf(rows);
  const x = scale(view, width);
  const boxes = rows.flatMap((row) => boxesOf(row, places[row.id], x, width));
  const shapes = [
    ...gridShapes(view, width, x, height),
    ...barShapes(boxes),
    ...combShapes(parts, places.text, x, width),
    ...momentShapes(boxes),
    ...labelShapes(boxes, width),
    ...captionShapes(rows, places, cursor.values, width),
    ...lineShapes(x, now_ms, "now", width, height),
    ...lineShapes(x, cursor.at, "cursor", width, height),
  ];
  return { shapes, boxes, height, places };
}

function boxesOf({ id, items }, place, x, width) {
  return items.flatMap((item) => {
    const isMoment = item.from === item.to;
    const left = x(item.from);
    const right = x(item.to);
    if (right < (isMoment ? -1 : 0) || left > width) return [];
    const from = Math.max(0, left);
    const isThin = THIN.has(item.kind);
    const height = isThin ? THIN_PX : place.height;
    const y = isThin ? place.y + (place.height - THIN_PX) / 2 : place.y;
    return [{ item, row: id, x: from, y, width: isMoment ? 0 : Math.max(1, Math.min(width, right) - from - (right > width ? 0 : 1)), height }];
  });
}

function gridShapes(view, width, x, height) {
  const grid = gridOf(view, width);
  const d = grid.map(({ at }) => `M${px(x(at))} ${AXIS_PX - 4}V${height}`).join("");
  const labels = grid.map(({ at, label }) => {
    const room = label.length * CHAR_PX + 3;
    return { is: "text", tone: "tick", x: Math.max(0, Math.min(x(at) + 3, width - room)), y: 12, text: label };
  });
  return [path("grid", d), ...labels].filter(Boolean);
}

/** One path for each kind: a long answer has hundreds of bars. */
function barShapes(boxes) {
  const bars = boxes.filter(({ item }) => item.from !== item.to);
  return [...byKind(bars)].map(([kind, all]) => path(kind, all.map(rectangle).join("")));
}

function byKind(boxes) {
  const kinds = new Map();
  for (const box of boxes) {
    const known = kinds.get(box.item.kind);
    if (known) known.push(box);
    else kinds.set(box.item.kind, [box]);
  }
  return kinds;
}

function rectangle({ x, y, width, height }) {
  return `M${px(x)} ${y}h${px(width)}v${height}h${px(-width)}z`;
}

function combShapes(parts, place, x, width) {
  const most = Math.max(1, ...parts.map((part) => measure(deltasOf(part)).most));
  const drawn = parts.flatMap((part) => teeth(deltasOf(part), (ms) => x(ms + part.offset_ms), 0, width));
  const bottom = place.y + place.height;
  const tooth = ({ x: at, chars }) => `M${at + 0.5} ${bottom}V${px(bottom - Math.max(SHORTEST_TOOTH_PX, (chars / most) * place.height))}`;
  const single = drawn.filter(({ count }) => count === 1);
  const several = drawn.filter(({ count }) => count > 1);
  return [path("delta", single.map(tooth).join("")), path("deltas", several.map(tooth).join(""))].filter(Boolean);
}

function momentShapes(boxes) {
  const moments = boxes.filter(({ item }) => item.from === item.to);
  return [...byKind(moments)].map(([kind, all]) => path(kind, all.map(({ x, y, height }) => `M${px(x)} ${y - 2}V${y + height + 2}`).join("")));
}

function labelShapes(boxes, width) {
  /** The last label of each row so far. */
  const last = {};
  return boxes.flatMap((box, place) => {
    const { item, row } = box;
    if (!item.label) return [];
    const isBehind = item.from === item.to || THIN.has(item.kind);
    const room = isBehind ? roomBehind(box, boxes[place + 1], width) : box.width - 8;
    if (isBehind && TRAILING.has(item.kind) && !fitsWhole(item.label, room) && box.x > room) return labelBefore(box, last[row]);
    const text = labelIn(item, room);
    const x = box.x + (isBehind ? box.width : 0) + 4;
    if (!text) return [];
    last[row] = { is: "text", tone: labelTone(item), x, y: box.y + box.height / 2 + 4, text };
    return [last[row]];
  });
}

/** Of a sentence that has room for a few letters only its number is shown. */
function labelIn({ kind, label }, room) {
  if (fitsWhole(label, room)) return label;
  if (kind === "sentence" && room < LEAST_SENTENCE_PX) return clipped(label.split(" ", 1)[0], room, CHAR_PX);
  return room < LEAST_LABEL_PX || WHOLE.has(kind) ? "" : clipped(label, room, CHAR_PX);
}

function labelTone({ kind }) {
  if (kind === "dead-air") return "on-hatch";
  return ON_FILL.has(kind) ? "on-fill" : "label";
}

/** A label between the one before it in its row, if there is one, and its moment. */
function labelBefore({ item, x, y, height }, before) {
  const from = before ? before.x + before.text.length * CHAR_PX : 0;
  const text = clipped(item.label, x - 4 - from, CHAR_PX);
  return text ? [{ is: "text", tone: "label", x: Math.max(0, x - 4 - text.length * CHAR_PX), y: y + height / 2 + 4, text }] : [];
}

/** The room between a moment, or a thin bar, and the next box of its row. */
function roomBehind(box, next, width) {
  const to = next?.row === box.row ? next.x : width;
  return to - box.x - box.width - 8;
}

function fitsWhole(text, room) {
  return text.length * CHAR_PX <= room;
}

function clipped(text, room, char_px) {
  const most = Math.floor(room / char_px);
  const line = text.replace(/\s+/g, " ");
  if (line.length <= most) return line;
  return most < 3 ? "" : `${cut(line, most - 1).trimEnd()}…`;
}

function captionShapes(rows, places, values, width) {
  return rows.map(({ id, name }) => ({
    is: "text",
    tone: "caption",
    x: 0,
    y: places[id].caption,
    text: name,
    more: clipped(values[id] ?? "", width - (name.length + 2) * CAPTION_CHAR_PX, CAPTION_CHAR_PX),
  }));
}

function lineShapes(x, at, tone, width, height) {
  if (at === null || x(at) < 0 || x(at) > width) return [];
  return [path(tone, `M${px(x(at))} ${AXIS_PX - 8}V${height}`)];
}

function path(tone, d) {
  return d ? { is: "path", tone, d } : null;
}

/** Return the box under a point, the smallest first: a moment is found within 4 px. */
export function boxAt(boxes, x, y) {
  const under = boxes.filter((box) => box.y - 2 <= y && y <= box.y + box.height + 2 && box.x - slack(box) <= x && x <= box.x + box.width + slack(box));
  return under.toSorted((one, other) => one.width - other.width)[0];
}

function slack({ width }) {
  return width < 8 ? 4 : 0;
}

function px(length) {
  return Math.round(length * 10) / 10;
}
