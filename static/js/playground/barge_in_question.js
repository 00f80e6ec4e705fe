/**
 * Asks the user about an interrupt where a conditional barge-in (`bargeInIf`) would ask the script's handler. The voice
 * goes on meanwhile; without an answer in time it is not interrupted.
 */

import { partsOf, setText } from "./dom.js";

const TICK_MS = 250;
const NO_WORDS = "no words yet";

const root = document.getElementById("barge-in-question");
const box = document.getElementById("composer-text");
const parts = partsOf(root);
const decision_ms = Number(document.getElementById("live").dataset.decisionMs);

/** The interrupt that is asked about: `{text, cut, isOpen, until}`; null while none is. */
let question = null;
let timer = 0;

/**
 * Ask whether to interrupt; yes calls `cut()`. `text` is what the user sends, or null for an interrupt alone, which a
 * second one confirms. `isOpen()` returns whether the turn is still open.
 */
export function ask(text, cut, isOpen) {
  if (question && text === null) return decide(true);
  question = { text, cut, isOpen, until: question?.until ?? performance.now() + decision_ms };
  clearInterval(timer);
  timer = setInterval(tick, TICK_MS);
  root.hidden = false;
  tick();
  // Somebody who types goes on typing.
  if (box.value === "") parts.interrupt.focus();
  else document.getElementById("announcements").textContent = root.textContent.replace(/\s+/g, " ").trim();
}

function tick() {
  const left_ms = question.until - performance.now();
  if (left_ms <= 0 || !question.isOpen()) return decide(false);
  const words = question.text ?? box.value.trim();
  setText(parts.words, words ? `“${words}”` : NO_WORDS);
  setText(parts.left, `It goes on in ${Math.ceil(left_ms / 1000)} s`);
}

function decide(isInterrupted) {
  if (!question) return;
  const { cut, isOpen } = question;
  question = null;
  clearInterval(timer);
  if (root.contains(document.activeElement)) box.focus();
  root.hidden = true;
  if (isInterrupted && isOpen()) cut();
}

parts.interrupt.addEventListener("click", () => decide(true));
parts["go-on"].addEventListener("click", () => decide(false));
