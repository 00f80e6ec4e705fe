/**
 * Interrupts when the user starts to type while the answer is heard, as the Interrupt button does: once in a turn.
 */

import { heardAt, isOpen } from "./turn.js";

/** Start the part (optional_parts.js). */
export function start({ inputs }) {
  const box = document.getElementById("composer-text");
  const interrupt = document.getElementById("interrupt");
  let newest = null;
  let interruptedId = null;
  let missed = inputs.findLast(({ target }) => target === box);
  const typed = (event) => {
    if (newest === null) {
      missed = event;
      return;
    }
    // What is dictated is put into the box by the page itself: that event is not to be trusted.
    if (!event.isTrusted || newest.turn.turn_id === interruptedId || interrupt.disabled) return;
    const { turn, elapsed } = newest;
    if (!isOpen(turn) || heardAt(turn, elapsed())?.kind !== "sentence") return;
    interruptedId = turn.turn_id;
    interrupt.click();
  };
  box.addEventListener("input", typed);
  return {
    update: (turn, elapsed) => {
      newest = { turn, elapsed };
      if (missed) typed(missed);
      missed = null;
    },
    stop: () => box.removeEventListener("input", typed),
  };
}
