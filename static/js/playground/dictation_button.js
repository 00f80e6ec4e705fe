/**
 * The button for dictation: held by pointer or key, or toggled by Enter and Space. Loads dictation.js when first used.
 */

import { showText } from "./dom.js";

/** Alone outside of a field, with Alt anywhere. */
const KEY = "KeyM";
const FIELDS = "input, select, textarea, [contenteditable]";

/** Bind `button` and `settings`, which shows the dialog again. */
export function bindDictation(button, settings) {
  const says = document.getElementById("sound-says");
  const announcements = document.getElementById("announcements");
  const say = (text) => {
    showText(says, text);
    announcements.textContent = text;
  };
  const reason = whyNot();
  settings.hidden = reason !== "";
  if (reason) return refuse(button, reason, say);
  let dictation = null;
  const load = () => (dictation ??= import("./dictation.js").then(({ Dictation }) => new Dictation(button, say)));
  bindPointer(button, load);
  bindKey(load);
  settings.addEventListener("click", async () => (await load()).explain());
}

function whyNot() {
  const isKnown = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
  if (!isKnown) return "This browser has no speech recognition: type what you say.";
  return isSecureContext ? "" : "Browsers give the microphone to pages over https or on localhost alone: type what you say.";
}

function refuse(button, reason, say) {
  button.setAttribute("aria-disabled", "true");
  button.title = reason;
  button.addEventListener("click", () => say(reason));
}

function bindPointer(button, load) {
  button.addEventListener("pointerdown", async (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    (await load()).hold();
  });
  for (const end of ["pointerup", "pointercancel"]) button.addEventListener(end, async () => (await load()).release());
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  // A click without a pointer: Enter, Space, or a screen reader's.
  button.addEventListener("click", async (event) => {
    if (event.detail === 0) (await load()).toggle();
  });
}

function bindKey(load) {
  let isHeld = false;
  document.addEventListener("keydown", async (event) => {
    const { code, altKey, ctrlKey, metaKey, repeat, target } = event;
    if (code !== KEY || ctrlKey || metaKey || document.querySelector("dialog[open]")) return;
    if (!altKey && (target.closest(FIELDS) || document.documentElement.dataset.keys === "off")) return;
    event.preventDefault();
    if (repeat || isHeld) return;
    isHeld = true;
    (await load()).hold();
  });
  const release = async () => {
    if (!isHeld) return;
    isHeld = false;
    (await load()).release();
  };
  document.addEventListener("keyup", ({ code, key }) => {
    if (code === KEY || key === "Alt") release();
  });
  addEventListener("blur", release);
}
