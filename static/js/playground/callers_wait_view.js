/**
 * The foot of a caller's wait in the transcript: one strip and one set of numbers for all of its turns.
 */

import { asTurn, elapsedOf, goesOn, leftOutMs, scaleOfWaits, turnAt, waitAt, waitBars, waitMarks } from "./callers_wait.js";
import { showText } from "./dom.js";
import { inWords } from "./numbers.js";
import { showNumbers } from "./numbers_view.js";

export { goesOn, scaleOfWaits };

/** Return the foot of the wait that ends with the turn at `place`, or null; it is the same one while the turns are. */
export function footAt(turns, place) {
  const wait = waitAt(turns, place);
  if (wait && !feet.has(wait)) feet.set(wait, new WaitFoot(wait));
  return wait && feet.get(wait);
}

const feet = new WeakMap();

class WaitFoot {
  #wait;

  constructor(wait) {
    this.#wait = wait;
  }

  /** The wait as one turn. */
  get turn() {
    return asTurn(this.#wait);
  }

  /** Show it in the `parts` of its last turn's view, which has lasted `elapsed_ms`. */
  show(parts, strip, elapsed_ms, scale_ms) {
    const wait = this.#wait;
    strip.show(() => ({ bars: waitBars(wait, elapsed_ms), marks: waitMarks(wait), deltas: [] }), scale_ms);
    showNumbers(parts.numbers, this.turn, elapsedOf(wait, elapsed_ms));
    showText(parts.wait, explanation(wait));
  }

  /** Return the turn whose part of the strip was clicked; by keyboard, the last one. */
  chosen({ detail, clientX }, strip, scale_ms) {
    const { left, width } = strip.getBoundingClientRect();
    return detail === 0 ? this.#wait.turns.at(-1) : turnAt(this.#wait, ((clientX - left) / width) * scale_ms);
  }
}

function explanation(wait) {
  const rounds = wait.gaps.length === 1 ? "a tool round" : `${wait.gaps.length} tool rounds`;
  const left_out_ms = leftOutMs(wait);
  const byHand = left_out_ms === null ? "" : ` The ${inWords(left_out_ms)} until a result was given by hand are left out.`;
  const tools_ms = wait.gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  const tools = tools_ms > 0 ? ` of ${inWords(tools_ms)}` : "";
  return `The caller's whole wait, with ${rounds}${tools}.${byHand}`;
}
