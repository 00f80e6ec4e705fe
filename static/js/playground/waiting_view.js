/**
 * What an open turn waits for, in its element: in place of the answer before the first text, and under it in a stall.
 */

import { setText } from "./dom.js";
import { waitingWords } from "./waiting_words.js";

const LIMIT_MS = Number(document.getElementById("live").dataset.firstContentMs);

/** Show in the `parts` of a turn's element what `turn` waits for, `elapsed_ms` after its start. */
export function showWaiting(parts, turn, elapsed_ms) {
  const { what, why } = waitingWords(turn, elapsed_ms, LIMIT_MS);
  setText(parts.waiting, what);
  setText(parts.why, why);
}
