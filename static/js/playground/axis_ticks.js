/**
 * Where an axis of time is labelled. Pure.
 */

const TICK_STEPS_MS = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000];
const NARROWEST_TICK_PX = 64;
const TICK_PX = 32;

/** Return the axis labels' places, in ms: round steps with room for each label. */
export function ticks(axis_ms, width_px) {
  const fits = (step) => (step / axis_ms) * width_px >= NARROWEST_TICK_PX;
  const step = TICK_STEPS_MS.find(fits) ?? TICK_STEPS_MS.at(-1);
  const last_ms = axis_ms * (1 - TICK_PX / width_px);
  const count = Math.max(0, Math.floor(last_ms / step));
  return Array.from({ length: count + 1 }, (_, place) => place * step);
}
