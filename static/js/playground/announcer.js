/**
 * Tells a screen reader what the voice says: whole sentences, once each, of turns that run while the page is open.
 */

import { unitOffsets } from "./code_points.js";
import { element } from "./dom.js";
import { isOpen } from "./turn.js";

const KEPT = 20;

export class Announcer {
  #log = document.getElementById("spoken-log");
  #said = new Map();

  /** Announce what is new in `turns`. */
  update(turns) {
    for (const turn of turns) {
      if (!isOpen(turn) && !this.#said.has(turn.turn_id)) continue;
      this.#sayNew(turn);
      if (!isOpen(turn)) this.#said.delete(turn.turn_id);
    }
  }

  #sayNew(turn) {
    const said = this.#said.get(turn.turn_id) ?? { sentences: 0, filler: false };
    const hasFiller = turn.filler?.state === "played";
    if (hasFiller && !said.filler) this.#say(`Filler: ${turn.filler.phrase}`);
    const fresh = turn.sentences.slice(said.sentences);
    if (fresh.length) {
      const unit = unitOffsets(turn.text);
      for (const { start, end } of fresh) this.#say(turn.text.slice(unit(start), unit(end)));
    }
    this.#said.set(turn.turn_id, { sentences: turn.sentences.length, filler: hasFiller });
  }

  #say(text) {
    this.#log.append(element("p", "", text));
    while (this.#log.childElementCount > KEPT) this.#log.firstElementChild.remove();
  }
}
