/**
 * A button that leads to where in the stream something is seen.
 */

import { element } from "./dom.js";

/** Return the button that leads to `place` (oddities.js). */
export function placeButton({ kind, until_ms }) {
  const button = element("button", "note-place", "Show where");
  button.type = "button";
  button.dataset.kind = kind;
  if (until_ms !== undefined) button.dataset.until = String(until_ms);
  return button;
}

/** Return the place to which the clicked node leads (`rowAt` in payloads.js), or null. */
export function placeOf(node) {
  const { kind, until, payload } = node.closest(".note-place")?.dataset ?? {};
  if (payload !== undefined) return { number: Number(payload) };
  if (kind === undefined) return null;
  return until === undefined ? { kind } : { kind, until_ms: Number(until) };
}
