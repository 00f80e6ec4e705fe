/**
 * What a tool call offers for a mock: its result's form, and the arguments that may be conditions. Pure.
 */

import { clipped } from "./code_points.js";

const SHOWN_CHARS = 60;

/** Whether a result is JSON; an empty one counts, as there is nothing to note about it. */
export function isJson(text) {
  if (text.trim() === "") return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Return the conditions that the arguments of a call (JSON) offer, as `[{name, text}]`; `text` says what must be alike. */
export function conditionsOf(text) {
  let args;
  try {
    args = JSON.parse(text || "{}");
  } catch {
    return [];
  }
  if (args === null || typeof args !== "object" || Array.isArray(args)) return [];
  return Object.entries(args).map(([name, value]) => ({ name, text: `${name} is ${shortened(JSON.stringify(value))}` }));
}

/** Return when a mock with the conditions `texts` answers. */
export function whenItAnswers(texts) {
  if (texts.length === 0) return "Answers every call for which no mock with conditions fits.";
  return `Answers only calls where ${texts.join(" and ")}; comes before mocks with fewer conditions.`;
}

function shortened(text) {
  return text.length <= SHOWN_CHARS ? text : `${clipped(text, SHOWN_CHARS - 1)}…`;
}
