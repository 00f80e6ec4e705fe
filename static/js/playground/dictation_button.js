/**
 * The button for dictation: held by pointer or key, or toggled by Enter and Space. Loaded when first reached for.
 */

import { Dictation } from "./dictation.js";

const KEY = "KeyM";
const FIELDS = "input, select, textarea, [contenteditable]";

/**
 * Bind `button` and `settings`, which shows the dialog again; `say(text)` shows and announces a sentence. `reached` are
 * the events that came while this was loaded.
 */
export function bind(button, settings, say, reached) {
  const dictation = new Dictation(button, say);
  bindPointer(button, dictation);
  bindKey(dictation);
  settings.addEventListener("click", () => dictation.explain());
  for (const event of reached) makeUp(event, button, settings, dictation);
}

/** Act on an event that came before. A pointer or a key may be released meanwhile: only the explanation needs no hold. */
function makeUp(event, button, settings, dictation) {
  const { type, detail, target } = event;
  if (type === "click" && settings.contains(target)) dictation.explain();
  else if (type === "click" && detail === 0) dictation.toggle();
  else if (type === "pointerdown" && button.contains(target) && mayHold(button, dictation)) dictation.hold();
  else if (type === "keydown" && isKey(event) && !dictation.isAgreed) dictation.explain();
}

function mayHold(button, dictation) {
  return !dictation.isAgreed || button.matches(":active");
}

/** Whether a key means dictation: alone outside of fields, unless such keys are off; with Alt anywhere. */
function isKey({ code, altKey, ctrlKey, metaKey, target }) {
  if (code !== KEY || ctrlKey || metaKey || document.querySelector("dialog[open]")) return false;
  return altKey || !(target.closest(FIELDS) || document.documentElement.dataset.keys === "off");
}

function bindPointer(button, dictation) {
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    dictation.hold();
  });
  for (const end of ["pointerup", "pointercancel"]) button.addEventListener(end, () => dictation.release());
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  // A click without a pointer: Enter, Space, or a screen reader's.
  button.addEventListener("click", (event) => {
    if (event.detail === 0) dictation.toggle();
  });
}

function bindKey(dictation) {
  let isHeld = false;
  document.addEventListener("keydown", (event) => {
    if (!isKey(event)) return;
    event.preventDefault();
    if (isHeld) return;
    isHeld = true;
    dictation.hold();
  });
  const release = () => {
    if (!isHeld) return;
    isHeld = false;
    dictation.release();
  };
  document.addEventListener("keyup", ({ code, key }) => {
    if (code === KEY || key === "Alt") release();
  });
  addEventListener("blur", release);
}
