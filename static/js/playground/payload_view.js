/**
 * How a payload looks: its row in the list, its button in the filter, and what is said of all of them.
 */

import { element } from "./dom.js";
import { inWords } from "./numbers.js";
import { KINDS } from "./payloads.js";

/** Return the cells of a payload's row. */
export function payloadCells(row) {
  return [
    element("span", "payload__time", row.t_ms === null ? "end" : inWords(row.t_ms)),
    element("span", "payload__gap", row.gap_ms === null ? "" : `+${row.gap_ms.toLocaleString("en-US")}`),
    labelOf(row),
  ];
}

/** Return the filter's button for what payloads became; the empty kind is all of them. */
export function kindButton(kind, index) {
  const button = element("button", "", kind === "" ? "all" : KINDS[kind]);
  button.type = "button";
  button.dataset.kind = kind;
  button.setAttribute("aria-pressed", String(index === 0));
  return button;
}

/** Return what is said of a completion whose payloads have this summary. */
export function saysOf({ status, body, is_whole }, { count, from_ms, to_ms, gaps }) {
  const answered = status === null ? "No answer came." : `HTTP ${status}.`;
  if (count === 0) return `${answered} ${body ? `The body begins: “${body}”` : "No payload was read."}`;
  const first = `${answered} ${count.toLocaleString("en-US")} ${count === 1 ? "payload" : "payloads"}, the first after ${inWords(from_ms)}`;
  const rest = gaps ? `, the last after ${inWords(to_ms)}; gaps: half are up to ${inWords(gaps.p50)}, 95 % up to ${inWords(gaps.p95)}, the longest is ${inWords(gaps.longest)}.` : ".";
  return first + rest + (is_whole ? "" : " Later ones are not kept: a completion keeps 1 MiB.");
}

function labelOf({ data, became }) {
  const label = element("span", "payload__what");
  for (const kind of new Set(became.map(([kind]) => kind))) {
    const badge = element("b", "payload__kind", KINDS[kind]);
    badge.dataset.kind = kind;
    label.append(badge, " ");
  }
  const [kind, text] = became[0] ?? [];
  label.append(kind === "delta" || kind === "reasoning" || kind === "call" ? JSON.stringify(text) : data || text || "");
  return label;
}
