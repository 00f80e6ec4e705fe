/**
 * When a turn began, on this page's clock: events are stamped in ms from the turn's start, and the page moves between
 * them. Pure: the clock's readings are arguments (`performance.now()` in the page).
 *
 * An event can only arrive late, so the earliest start that any event suggests is the best estimate.
 */

export class TurnClock {
  #starts = new Map();

  /** An event of `turnId`, stamped `t_ms`, arrived when this page's clock read `at_ms`. */
  observe(turnId, t_ms, at_ms) {
    const suggested = at_ms - t_ms;
    const known = this.#starts.get(turnId);
    if (known === undefined || suggested < known) this.#starts.set(turnId, suggested);
  }

  /** How long the turn has been going on, in ms; 0 for one that no event told of. */
  elapsed(turnId, at_ms) {
    const start = this.#starts.get(turnId);
    return start === undefined ? 0 : Math.max(0, at_ms - start);
  }
}
