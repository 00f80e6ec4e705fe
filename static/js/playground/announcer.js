/**
 * Announces what the voice says to screen readers: each sentence once, when it is heard, of turns that run while the page
 * is open; and that it is waited for text, once for each wait. Loaded with the first turn.
 */

import { element } from "./dom.js";
import { endOf } from "./picture.js";
import { isOpen, playouts } from "./turn.js";
import { waitingWords } from "./waiting_words.js";

const KEPT = 20;

class Announcer {
  #log = document.getElementById("spoken-log");
  #announced = new Map();
  #over = new Set();
  /** The wait that was announced last: one ends when text comes. */
  #wait = "";

  /** Announce the sentences and fillers whose playout has begun, and an interrupt; `elapsed(turn)` is how long a turn has been open. */
  update(turns, elapsed) {
    for (const turn of turns) {
      const isNew = isOpen(turn) || turn.was_live || this.#announced.has(turn.turn_id);
      if (!isNew || this.#over.has(turn.turn_id)) continue;
      this.#sayNew(turn, endOf(turn, elapsed(turn)));
      this.#sayWait(turn, elapsed(turn));
      if (isOpen(turn)) continue;
      this.#over.add(turn.turn_id);
      this.#announced.delete(turn.turn_id);
      if (turn.status === "interrupted") this.#say("Interrupted.");
    }
  }

  #sayNew(turn, until_ms) {
    const announced = this.#announced.get(turn.turn_id) ?? new Set();
    this.#announced.set(turn.turn_id, announced);
    for (const { id, kind, text, starts_ms } of playouts(turn)) {
      if (text === "" || starts_ms > until_ms || announced.has(id)) continue;
      announced.add(id);
      this.#say(kind === "filler" ? `Filler: ${text}` : text);
    }
  }

  #sayWait(turn, elapsed_ms) {
    const { announced } = waitingWords(turn, elapsed_ms);
    const wait = `${turn.turn_id}|${turn.text.length}`;
    if (!announced || wait === this.#wait) return;
    this.#wait = wait;
    this.#say(announced);
  }

  #say(text) {
    this.#log.append(element("p", "", text));
    while (this.#log.childElementCount > KEPT) this.#log.firstElementChild.remove();
  }
}

export const announcer = new Announcer();
