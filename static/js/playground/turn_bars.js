/**
 * A conversation's turns side by side: each one's times as stacked bars on one scale, and their distribution. Pure.
 *
 * @typedef {object} Row
 * @property {string} id
 * @property {number} number counted from 1
 * @property {string} words the user's, or what kind of turn it is
 * @property {Object<string, number|null>} times ms, by the measure's name
 */

import { isOpen } from "./turn.js";

/** How many turns are drawn: the newest ones. */
export const MOST_TURNS = 200;

/** The measures, in the order in which they happen. */
export const MEASURES = {
  ttfb: "TTFB",
  ttft: "first text",
  first_sentence: "first sentence",
  first_audio: "first audio",
  dead_air: "dead air",
  total: "total",
};
/** Those that are moments: a bar is stacked from each to the next. */
const MOMENTS = ["ttfb", "ttft", "first_sentence", "first_audio", "total"];
const WORDS_BY_KIND = { echo: "said verbatim", greeting: "opening line", continuation: "tool round" };
/** What of the axis is left free behind the longest bar. */
const MARGIN = 1.1;
const SHORTEST_AXIS_MS = 100;

/** Return the newest closed turns, the newest first. @returns {Row[]} */
export function rowsOf(turns) {
  const closed = turns.filter((turn) => !isOpen(turn)).slice(-MOST_TURNS);
  return closed.reverse().map(({ turn_id, turn_idx, kind, user_text, timings_ms, status }) => {
    const words = user_text || (WORDS_BY_KIND[kind] ?? "");
    return { id: turn_id, number: turn_idx + 1, words: status === "failed" ? `failed: ${words}` : words, times: timings_ms };
  });
}

/**
 * Return a turn's stacked bars: from each moment that is known to the next, `unheard` to the end if nothing was heard.
 * `[{kind, from, to}]`
 */
export function stackOf({ times }) {
  let from = 0;
  return MOMENTS.filter((name) => times[name] != null).map((name) => {
    const kind = name === "total" && times.first_audio == null ? "unheard" : name;
    const bar = { kind, from, to: Math.max(from, times[name]) };
    from = bar.to;
    return bar;
  });
}

/** Return the axis in ms on which a measure is compared: to the longest wait, or to the longest turn for the total. */
export function axisOf(rows, measure) {
  const names = measure === "total" ? ["total"] : ["ttfb", "ttft", "first_sentence", "first_audio", "dead_air"];
  const longest = Math.max(SHORTEST_AXIS_MS, ...rows.flatMap(({ times }) => names.map((name) => times[name] ?? 0)));
  return longest * MARGIN;
}

/** Return `{count, p50, p95}` of a measure over the turns that have it; null without any. */
export function spreadOf(rows, measure) {
  const times = rows.map(({ times: of }) => of[measure]).filter((ms) => ms != null).sort((one, other) => one - other);
  return times.length === 0 ? null : { count: times.length, p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
}

/** Interpolate between the two neighbours, as the server does for a persona's turns. */
function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  return Math.round(below + (place % 1) * (sorted[Math.ceil(place)] - below));
}
