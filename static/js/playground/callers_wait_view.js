/**
 * A caller's wait over several turns: its foot in the transcript, one strip and one set of numbers for all of them, and
 * its numbers above those of one of its turns.
 */

import { asTurn, elapsedOf, goesOn, leftOutMs, scaleOfWaits, turnAt, waitAt, waitBars, waitMarks, waitWith } from "./callers_wait.js";
import { setText, showText } from "./dom.js";
import { formatMs, inWords, numbers } from "./numbers.js";
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

/**
 * Show in `parts` the numbers of the wait that `turn` is part of, and say which of its turns that is; nothing if it is a
 * whole wait by itself. `elapsed(turn)` returns how long a turn has been open.
 */
export function showWait(parts, turn, turns, elapsed) {
  const wait = waitWith(turns, turns.lastIndexOf(turn));
  parts["wait-numbers"].parentElement.hidden = !wait;
  showText(parts.own, wait ? ownTitle(wait, turn) : "");
  if (!wait) return;
  showNumbers(parts["wait-numbers"], asTurn(wait), elapsedOf(wait, elapsed(wait.turns.at(-1))));
  setText(parts["wait-says"], `With ${roundsOf(wait)}`);
}

/** Return the numbers of the wait that `turn` is part of as figures (timeline_numbers.js), with what they and those of the turn are. */
export function waitFigures(turn, turns, elapsed) {
  const wait = waitWith(turns, turns.lastIndexOf(turn));
  if (!wait) return null;
  const shown = numbers(asTurn(wait), elapsedOf(wait, elapsed(wait.turns.at(-1))));
  return { figures: shown.map(({ ms, ...number }) => ({ ...number, ...formatMs(ms) })), says: `With ${roundsOf(wait)}`, own: ownTitle(wait, turn) };
}

function ownTitle({ turns }, turn) {
  const place = turns.indexOf(turn);
  return `This turn by itself: ${place > 0 ? "it goes on after a tool's result" : "it called the tool"} (${place + 1} of ${turns.length})`;
}

function explanation(wait) {
  return `The caller's whole wait, with ${roundsOf(wait)}`;
}

function roundsOf(wait) {
  const rounds = wait.gaps.length === 1 ? "a tool round" : `${wait.gaps.length} tool rounds`;
  const left_out_ms = leftOutMs(wait);
  const byHand = left_out_ms === null ? "" : ` The ${inWords(left_out_ms)} until a result was given by hand are left out.`;
  const tools_ms = wait.gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  const tools = tools_ms > 0 ? ` of ${inWords(tools_ms)}` : "";
  return `${rounds}${tools}.${byHand}`;
}
