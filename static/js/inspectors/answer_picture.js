/**
 * How an inspected request's answer would have been heard: text, timeline, numbers, stream, drawn by the playground's
 * own components.
 */

import { AnswerView } from "../playground/answer_view.js";
import { element, partsOf, showText } from "../playground/dom.js";
import { findings } from "../playground/findings.js";
import { showNumbers } from "../playground/numbers_view.js";
import { LANES, PictureView } from "../playground/picture_view.js";
import { initialState, reduce } from "../playground/state.js";
import { StreamPanel } from "../playground/stream_panel.js";

/** Load what is known of the answer and show it in `root`; without any it stays hidden. */
export async function showAnswer(root) {
  const path = root.dataset.picturePath;
  const answer = await fetch(path, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { turn: stored } = await answer.json();
  const [turn] = reduce(initialState(), { event_type: "playground.snapshot", properties: { conversation: {}, turns: [stored], seq: 0 } }).turns;
  root.hidden = false;
  const parts = partsOf(root);
  showText(parts.error, turn.error?.message ?? "");
  new AnswerView(parts.text).update(turn);
  parts.text.hidden = turn.text === "";
  parts.calls.append(...turn.tool_calls.flatMap(callOf));
  new PictureView(parts.lanes, LANES).draw(turn, turn.timings_ms.total);
  showNumbers(parts.numbers, turn, turn.timings_ms.total);
  parts.findings.append(...[...findings(turn), ...turn.notes].map((text) => element("li", "", text)));
  parts.open.addEventListener("click", () => openTimeline(turn));
  const stream = document.getElementById("answer-stream");
  stream.addEventListener("toggle", () => stream.open && panelOf(stream, path).show(turn));
}

let panel = null;

function panelOf(stream, path) {
  return (panel ??= new StreamPanel(stream, () => path));
}

let dialog = null;

async function openTimeline(turn) {
  const { TimelineDialog } = await import("../playground/timeline_dialog.js");
  dialog ??= new TimelineDialog();
  dialog.open({ turn, turns: [turn], elapsed: () => turn.timings_ms.total, request: null });
}

function callOf({ name, arguments: given }) {
  const head = element("p");
  head.append(element("span", "faint", "calls "), element("code", "", name));
  const body = element("pre", "code-block", given);
  body.tabIndex = 0;
  return [head, body];
}
