/**
 * What a turn's timeline shows when it has room for an axis: each delta, the sentences' numbers, the axis.
 */

import { ticks } from "./axis_ticks.js";
import { put, px } from "./svg_nodes.js";

const LABEL_PX = 14;
/** Between the lanes of the LLM and its text. */
const MARK_LABEL_Y = 49;

/**
 * Draw the details of `{boxes, marks, deltas}`; `x(ms)` is a place on the axis of `axis_ms`, in px. `pool(name, tag,
 * items, draw)` shows one element per item.
 */
export function drawDetails({ boxes, deltas, marks, axis_ms, width, layout, x }, pool) {
  const { llm } = layout.lanes;
  const d = deltas.map((at) => `M${px(x(at))} ${llm.y}v${llm.height}`).join("");
  pool("deltas", "path", d ? [d] : [], (path) => put(path, { d, class: "deltas" }));
  const numbered = boxes.filter((box) => box.bar.kind === "sentence" && box.width > LABEL_PX);
  pool("labels", "text", numbered, (text, box) => {
    write(text, { class: "bar-label", x: px(box.x + 4), y: box.y + 12 }, box.bar.label);
  });
  const waiting = marks.filter(({ kind }) => kind === "cut-waits");
  pool("mark-labels", "text", waiting, (text, { at, label }) => {
    const isLate = x(at) > width / 2;
    write(text, { class: "tick", x: px(x(at) + (isLate ? -4 : 4)), y: MARK_LABEL_Y, "text-anchor": isLate ? "end" : "start" }, label);
  });
  pool("ticks", "text", ticks(axis_ms, width), (text, ms) => {
    write(text, { class: "tick", x: px(x(ms)), y: layout.axis.y }, `${ms / 1000} s`);
  });
}

function write(node, attributes, text) {
  put(node, attributes);
  if (node.textContent !== text) node.textContent = text;
}
