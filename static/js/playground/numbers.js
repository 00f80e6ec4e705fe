/**
 * A turn's timings, formatted. Pure.
 */

import { isOpen } from "./turn.js";
import { silences } from "./picture.js";

/** Made once: `toLocaleString` makes another one each time, which costs milliseconds a frame. */
const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const SHOWN = [
  ["ttft", "TTFT", "Time to the first delta with content"],
  ["first_sentence", "first sentence", "Time to the end of the first sentence"],
  ["first_audio", "first audio", "Time until the answer began to be heard; a filler doesn't count"],
  ["dead_air", "dead air", "All silence from the turn's start to the end of its speech; no end: nothing was heard"],
  ["total", "total", "From the turn's start to its end"],
];

/** Return `[{name, label, help, ms}]`; `ms` is null if it has not happened, Infinity without an end. Dead air and total grow while the turn is open. */
export function numbers(turn, elapsed_ms) {
  const live = isOpen(turn) ? { dead_air: silenceSoFar(turn, elapsed_ms), total: elapsed_ms } : hasNoEnd(turn) ? { dead_air: Infinity } : {};
  const known = { ...turn.timings_ms, ...live };
  return SHOWN.map(([name, label, help]) => ({ name, label, help, ms: known[name] ?? null }));
}

/** Whether the dead air of a closed turn has no end: nothing of an answer was heard, and no interrupt ended the wait. */
export function hasNoEnd({ status, timings_ms }) {
  return (status === "completed" || status === "failed") && timings_ms.first_audio == null;
}

function silenceSoFar(turn, elapsed_ms) {
  return silences(turn, elapsed_ms).reduce((sum, silence) => sum + silence.to - silence.from, 0);
}

/** Return `{value, unit}` of a duration: whole ms below 10 s, seconds with one decimal above; "–" for null, "no end" for Infinity. */
export function formatMs(ms) {
  if (ms === null || ms === undefined) return { value: "–", unit: "" };
  if (ms === Infinity) return { value: "no end", unit: "" };
  if (ms < 10_000) return { value: WHOLE.format(Math.round(ms)), unit: "ms" };
  return { value: (ms / 1000).toFixed(1), unit: "s" };
}

/** Return a duration as one string, "312 ms". */
export function inWords(ms) {
  const { value, unit } = formatMs(ms);
  return unit ? `${value} ${unit}` : value;
}
