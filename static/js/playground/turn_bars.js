/**
 * A conversation's turns side by side, as a caller's waits: the times of each as stacked bars on one scale, and their
 * distribution. Pure.
 *
 * @typedef {object} Row a turn with the continuations that results of tools started
 * @property {string[]} ids of its turns
 * @property {number} rounds how many tool rounds it took
 * @property {number} number of the first one, counted from 1
 * @property {string} words the user's, or what kind of turn it is
 * @property {string} failure why it failed; "" if it did not
 * @property {Object<string, number|null>} times ms, by the measure's name; no silences where nothing was heard, unless it was interrupted
 * @property {boolean} hasNoEnd whether its silence has no end
 */

import { asTurn, inWaits, waitOf } from "./callers_wait.js";
import { hasNoEnd } from "./numbers.js";
import { endOf, silences } from "./picture.js";
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
  longest_silence: "longest silence",
  total: "total",
};
/** Those without an end where nothing was heard. */
export const SILENCES = ["dead_air", "longest_silence"];
/** Those that are moments: a bar is stacked from each to the next. */
const MOMENTS = ["ttfb", "ttft", "first_sentence", "first_audio", "total"];
const WORDS_BY_KIND = { echo: "said verbatim", greeting: "opening line", continuation: "tool round" };
/** What of the axis is left free behind the longest bar. */
const MARGIN = 1.1;
const SHORTEST_AXIS_MS = 100;

/** Return the newest waits that have ended, the newest first. @returns {Row[]} */
export function rowsOf(turns) {
  return endedWaits(turns).slice(-MOST_TURNS).reverse().map(rowOf);
}

/** Return how many waits have ended. */
export function countOf(turns) {
  return endedWaits(turns).length;
}

function endedWaits(turns) {
  return inWaits(turns).filter((wait) => !isOpen(wait.at(-1)) && !beginsEarlier(wait));
}

/** Whether a wait began in a turn that is not loaded. */
function beginsEarlier([first]) {
  return first.kind === "continuation" && first.continues !== null;
}

function rowOf(turns) {
  const turn = turns.length > 1 ? asTurn(waitOf(turns)) : turns[0];
  const [first] = turns;
  const isUnheard = hasNoEnd(turn);
  const words = first.user_text || (WORDS_BY_KIND[first.kind] ?? "");
  return {
    ids: turns.map(({ turn_id }) => turn_id),
    rounds: turns.length - 1,
    number: first.turn_idx + 1,
    words: turn.status === "failed" ? `failed: ${words}` : words,
    failure: turn.error?.message ?? "",
    times: { ...turn.timings_ms, ...(isUnheard ? { dead_air: null, longest_silence: null } : { longest_silence: longestSilence(turn) }) },
    hasNoEnd: isUnheard,
  };
}

/** Return the longest part of a turn's dead air in ms; null where that is not measured. */
function longestSilence(turn) {
  if (turn.timings_ms.dead_air == null) return null;
  return Math.max(0, ...silences(turn, endOf(turn, 0)).map(({ from, to }) => to - from));
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

/** A 95th percentile of fewer turns is the slowest one's time; the server uses the same bound. */
const FEWEST_FOR_P95 = 5;

/** Return `{count, p50, p95}` of a measure over the turns that have it, `p95` null with few; null without any. */
export function spreadOf(rows, measure) {
  const times = rows.map(({ times: of }) => of[measure]).filter((ms) => ms != null).sort((one, other) => one - other);
  return times.length === 0 ? null : { count: times.length, p50: quantile(times, 0.5), p95: times.length < FEWEST_FOR_P95 ? null : quantile(times, 0.95) };
}

/** Interpolate between the two neighbours, as the server does for a persona's turns. */
function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  return Math.round(below + (place % 1) * (sorted[Math.ceil(place)] - below));
}
