/**
 * The events of each turn as they came over the socket, since this page was opened. Bounded.
 */

/** How many events are kept of all turns; beyond it those of the oldest turn are dropped, then what comes later. */
export const MOST_EVENTS = 40_000;

const CLOSING = /^playground\.turn\.(completed|interrupted|failed)$/;

export class EventLog {
  #byTurn = new Map();
  #count = 0;

  add(event) {
    if (event.event_type === "playground.snapshot") return this.#missed();
    const turnId = event.properties?.turn_id;
    if (!turnId) return;
    if (this.#count >= MOST_EVENTS) this.#dropOldest(turnId);
    if (this.#count >= MOST_EVENTS) return this.#of(turnId).dropped++;
    this.#of(turnId).events.push(event);
    this.#count += 1;
  }

  /**
   * Return `{events, dropped, hasGap}` of a turn: `dropped` counts those of its end that are not kept; with a gap some
   * did not come over this connection.
   */
  of(turnId) {
    return this.#byTurn.get(turnId) ?? { events: [], dropped: 0, hasGap: false };
  }

  /** A snapshot stands for events of open turns that did not come. */
  #missed() {
    for (const log of this.#byTurn.values()) log.hasGap ||= !CLOSING.test(log.events.at(-1)?.event_type);
  }

  #of(turnId) {
    if (!this.#byTurn.has(turnId)) this.#byTurn.set(turnId, { events: [], dropped: 0, hasGap: false });
    return this.#byTurn.get(turnId);
  }

  #dropOldest(newestId) {
    const [oldestId, { events }] = this.#byTurn.entries().next().value;
    if (oldestId === newestId) return;
    this.#byTurn.delete(oldestId);
    this.#count -= events.length;
  }
}

/** The page's. */
export const eventLog = new EventLog();
