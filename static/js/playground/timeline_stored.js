/**
 * What the server stored of turns for their large timeline, loaded once for each state of a turn.
 */

import { isOpen } from "./turn.js";

const TROUBLE = "The phases of the request and each delta could not be loaded; what is drawn is what this page saw. Close the timeline and open it again to retry.";

export class StoredTimelines {
  #pathTemplate;
  #onLoad;
  #known = new Map();
  #asked = new Set();

  /** What could not be loaded, in a sentence; "" if nothing failed. */
  trouble = "";

  /** `pathTemplate` has TURN in place of a turn's id. */
  constructor(pathTemplate, onLoad) {
    this.#pathTemplate = pathTemplate;
    this.#onLoad = onLoad;
  }

  /** Return what is known of a turn, or null. */
  of(turnId) {
    return this.#known.get(turnId) ?? null;
  }

  /** Load what is stored of `turn`: once while it is open, once more when it has ended. */
  async load(turn) {
    const key = `${turn.turn_id}|${isOpen(turn) ? "open" : "closed"}`;
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    const stored = await this.#fetch(turn.turn_id);
    if (stored) this.#known.set(turn.turn_id, stored);
    else this.#asked.delete(key);
    const hasChanged = stored || this.trouble === "";
    this.trouble = stored ? "" : TROUBLE;
    if (hasChanged) this.#onLoad();
  }

  async #fetch(turnId) {
    try {
      const path = this.#pathTemplate.replace("TURN", encodeURIComponent(turnId));
      const answer = await fetch(path, { headers: { Accept: "application/json" } });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }
}
