/**
 * The part of the time axis that is in view, and how zooming and panning change it. Pure.
 *
 * @typedef {{from: number, to: number}} View in ms on the axis
 */

/** The shortest stretch that a zoom shows. */
export const SHORTEST_VIEW_MS = 20;
const ROUNDING_MS = 0.01;
const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000];
const NARROWEST_STEP_PX = 70;

/** Return the view of the whole axis. @returns {View} */
export function whole(length_ms) {
  return { from: 0, to: length_ms };
}

/** Whether the view is that of the whole axis, but for rounding. */
export function isWhole({ from, to }, length_ms) {
  return from <= ROUNDING_MS && to >= length_ms - ROUNDING_MS;
}

/** Return the view zoomed by `factor` (2 shows half as much) around `at` ms, within the axis. @returns {View} */
export function zoomed(view, factor, at, length_ms) {
  const span = view.to - view.from;
  const wanted = Math.min(length_ms, Math.max(Math.min(SHORTEST_VIEW_MS, length_ms), span / factor));
  const share = (at - view.from) / span;
  return within({ from: at - share * wanted, to: at + (1 - share) * wanted }, length_ms);
}

/** Return the view of the stretch from `from` to `to`, with a tenth of it on either side, within the axis. @returns {View} */
export function fitted({ from, to }, length_ms) {
  const span = Math.min(length_ms, Math.max(SHORTEST_VIEW_MS, (to - from) * 1.2));
  const middle = (from + to) / 2;
  return within({ from: middle - span / 2, to: middle + span / 2 }, length_ms);
}

/** Return the view moved by `by` ms, within the axis. @returns {View} */
export function panned(view, by, length_ms) {
  return within({ from: view.from + by, to: view.to + by }, length_ms);
}

/** Return the view moved as little as needed to show `at`, with a tenth of it as a margin. @returns {View} */
export function showing(view, at, length_ms) {
  const margin = (view.to - view.from) / 10;
  if (at < view.from + margin) return panned(view, at - view.from - margin, length_ms);
  if (at > view.to - margin) return panned(view, at - view.to + margin, length_ms);
  return view;
}

/** Return the view within the axis, with its span kept. @returns {View} */
export function within({ from, to }, length_ms) {
  const span = Math.min(to - from, length_ms);
  const start = Math.min(Math.max(0, from), length_ms - span);
  return { from: start, to: start + span };
}

/** Return a function from ms to px for a view that is `width` px wide and begins at `left` px. */
export function scale({ from, to }, width, left = 0) {
  return (ms) => left + ((ms - from) / (to - from)) * width;
}

/** Return the time at `px`, the inverse of `scale`. */
export function timeAt({ from, to }, width, px, left = 0) {
  return from + ((px - left) / width) * (to - from);
}

/** Return the labelled times in view: `[{at, label}]`, at round steps with room for each label. */
export function gridOf(view, width) {
  const span = view.to - view.from;
  const step = STEPS_MS.find((one) => (one / span) * width >= NARROWEST_STEP_PX) ?? STEPS_MS.at(-1);
  const first = Math.ceil(view.from / step) * step;
  const count = Math.max(0, Math.floor((view.to - first) / step) + 1);
  return Array.from({ length: count }, (_, place) => first + place * step).map((at) => ({ at, label: labelOf(at, step) }));
}

function labelOf(at, step) {
  return step >= 100 ? `${Number((at / 1000).toFixed(1))} s` : `${at.toLocaleString("en-US")} ms`;
}
