/**
 * Announces to screen readers what is heard, when it is heard: each sentence once, fillers, and an interruption.
 */

import { unitOffsets } from "./code_points.js";
import { element } from "./dom.js";
import { isOpen, spokenSentences } from "./turn.js";

const KEPT = 20;

export class Announcer {
  #log = document.getElementById("spoken-log");
  #announced = new Map();

  /** Announce what is new of `turns` that have run while the page is open; `elapsed(turn)` in ms. */
  update(turns, elapsed) {
    for (const turn of turns) {
      const known = this.#announced.get(turn.turn_id);
      if (known?.isOver || !(isOpen(turn) || known || turn.was_live)) continue;
      this.#sayNew(turn, isOpen(turn) ? elapsed(turn) : Infinity);
      if (isOpen(turn)) continue;
      this.#announced.get(turn.turn_id).isOver = true;
      if (turn.status === "interrupted") this.#say("Interrupted.");
    }
  }

  #sayNew(turn, elapsed_ms) {
    const announced = this.#announced.get(turn.turn_id) ?? { sentences: 0, filler: false, isOver: false };
    const hasFiller = turn.filler?.state === "played";
    if (hasFiller && !announced.filler) this.#say(`Filler: ${turn.filler.phrase}`);
    const heard = heardSentences(turn, elapsed_ms);
    if (heard > announced.sentences) {
      const unit = unitOffsets(turn.text);
      for (const { start, end } of turn.sentences.slice(announced.sentences, heard)) this.#say(turn.text.slice(unit(start), unit(end)));
    }
    this.#announced.set(turn.turn_id, { sentences: Math.max(heard, announced.sentences), filler: hasFiller, isOver: false });
  }

  #say(text) {
    this.#log.append(element("p", "", text));
    while (this.#log.childElementCount > KEPT) this.#log.firstElementChild.remove();
  }
}

/** Return how many sentences have begun to be heard. */
function heardSentences(turn, elapsed_ms) {
  const end_ms = turn.interrupted_at_ms ?? Infinity;
  const spoken = spokenSentences(turn);
  const next = turn.sentences.findIndex(({ index }) => {
    const segment = spoken.get(index);
    return !segment || segment.starts_ms > elapsed_ms || segment.starts_ms >= end_ms;
  });
  return next === -1 ? turn.sentences.length : next;
}
