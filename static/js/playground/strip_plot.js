/**
 * Strip plots: where each turn's dot stands on the axis that all versions of a persona share. Pure.
 *
 * @typedef {object} Plot
 * @property {number} version
 * @property {Object<string, [number|null, number|null]>} spreads p50 and p95 in ms, by measure; null where too few turns have it
 * @property {[string, string, string, ...(number|null)[]][]} turns conversation, turn, words, and the time of each measure
 */

export const MEASURES = ["ttft", "first_audio", "dead_air"];
const FIRST_TIME = 3;
/** The axis ends this far behind the highest p95; what is later stands at its edge. */
const MARGIN = 1.25;
const SHORTEST_AXIS_MS = 100;
/** Dots that are nearer to each other than this share of the axis are stacked, up to a height. */
const BINS = 50;
const HIGHEST = 6;

/** Return the axis of a measure over all versions, in ms. */
export function axisOf(plots, measure) {
  return MARGIN * Math.max(SHORTEST_AXIS_MS, ...plots.map((plot) => plot.spreads[measure]?.[1] ?? slowest(plot, measure)));
}

/** Few turns have no p95. */
function slowest({ turns }, measure) {
  return Math.max(0, ...turns.map((turn) => turn[FIRST_TIME + MEASURES.indexOf(measure)] ?? 0));
}

/** Return the dots of a plot: `[{share, level, isBeyond, ms, conversation, turn, words}]`, `share` of the axis from 0 to 1. */
export function dotsOf({ turns }, measure, axis_ms) {
  const place = FIRST_TIME + MEASURES.indexOf(measure);
  const dots = turns
    .filter((turn) => turn[place] !== null)
    .map((turn) => {
      const [conversation, id, words] = turn;
      const share = Math.min(1, turn[place] / axis_ms);
      return { share, isBeyond: turn[place] > axis_ms, ms: turn[place], conversation, turn: id, words };
    });
  return Object.values(Object.groupBy(dots, ({ share }) => Math.round(share * BINS))).flatMap(stacked);
}

/** Return the one of `dots` (`{x, y}` in px) that is nearest to a place, undefined if none is within `reach_px`. */
export function nearestOf(dots, x, y, reach_px) {
  const away = (dot) => Math.hypot(dot.x - x, dot.y - y);
  const near = dots.reduce((best, dot) => (best && away(best) <= away(dot) ? best : dot), undefined);
  return near && away(near) <= reach_px ? near : undefined;
}

/** Stack dots; many of them share the height of HIGHEST. */
function stacked(dots) {
  const step = Math.min(1, HIGHEST / dots.length);
  return dots.map((dot, nth) => ({ ...dot, level: nth * step }));
}
