/**
 * Announces what the voice says to screen readers: each sentence once, of turns that run while the page is open.
 */

import { unitOffsets } from "./code_points.js";
import { element } from "./dom.js";
import { isOpen } from "./turn.js";

const KEPT = 20;

export class Announcer {
  #log = document.getElementById("spoken-log");
  #announced = new Map();

  /** Announce new sentences and fillers in `turns`. */
  update(turns) {
    for (const turn of turns) {
      if (!isOpen(turn) && !this.#announced.has(turn.turn_id)) continue;
      this.#sayNew(turn);
      if (!isOpen(turn)) this.#announced.delete(turn.turn_id);
    }
  }

  #sayNew(turn) {
    const announced = this.#announced.get(turn.turn_id) ?? { sentences: 0, filler: false };
    const hasFiller = turn.filler?.state === "played";
    if (hasFiller && !announced.filler) this.#say(`Filler: ${turn.filler.phrase}`);
    const fresh = turn.sentences.slice(announced.sentences);
    if (fresh.length) {
      const unit = unitOffsets(turn.text);
      for (const { start, end } of fresh) this.#say(turn.text.slice(unit(start), unit(end)));
    }
    this.#announced.set(turn.turn_id, { sentences: turn.sentences.length, filler: hasFiller });
  }

  #say(text) {
    this.#log.append(element("p", "", text));
    while (this.#log.childElementCount > KEPT) this.#log.firstElementChild.remove();
  }
}
