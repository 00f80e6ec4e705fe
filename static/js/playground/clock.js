/**
 * A turn's start on this page's clock: events carry ms from the turn's start, and the page animates between them.
 * Pure: the clock's readings are arguments (`performance.now()` in the page).
 *
 * Events can only arrive late, so the earliest start that any event implies is the best estimate.
 */

export class TurnClock {
  #starts = new Map();

  /** Record that an event of `turnId` with the time `t_ms` arrived at `at_ms` of this page's clock. */
  observe(turnId, t_ms, at_ms) {
    const suggested = at_ms - t_ms;
    const known = this.#starts.get(turnId);
    if (known === undefined || suggested < known) this.#starts.set(turnId, suggested);
  }

  /** Return how long the turn has been open, in ms; 0 for a turn without events. */
  elapsed(turnId, at_ms) {
    const start = this.#starts.get(turnId);
    return start === undefined ? 0 : Math.max(0, at_ms - start);
  }
}
