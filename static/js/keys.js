/**
 * Keys on every page: `data-key` on a control is the key that uses it, alone ("l") or behind another one ("g p"); `?`
 * lists them; Ctrl or ⌘ with K opens the command palette. A key alone works outside of fields only, in a dialog for
 * its own controls, and can be switched off; with `data-key-always` it works while its control is out of sight too. A capital is typed with Shift: whoever types beside the text box sends nothing. `palette.js` and `keys_dialog.js` are loaded when they are first opened.
 */

import { remembered } from "./remembered.js";

const FIELDS = "input, select, textarea, [contenteditable]";
const NEXT_KEY_MS = 1_500;

let first = "";
let timer = 0;

/** Return the controls with a key, in the document's order. */
function controls() {
  return [...document.querySelectorAll("[data-key]")];
}

function pressed(event) {
  const { key, ctrlKey, metaKey, altKey, isComposing, defaultPrevented } = event;
  if (defaultPrevented || isComposing) return;
  if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === "k") return open(event, "palette");
  const isOff = document.documentElement.dataset.keys === "off";
  if (ctrlKey || metaKey || altKey || isOff || event.target.closest?.(FIELDS)) return;
  const dialog = document.querySelector("dialog[open]");
  if (key === "?" && !dialog) return open(event, "keys");
  use(event, key, dialog ?? document);
}

/** Use the control with this key `within` the page, or the dialog that covers it. */
function use(event, key, within) {
  const typed = first ? `${first} ${key}` : key;
  const keyed = controls().filter((node) => within.contains(node));
  // Of several, as in a list of turns, the selected one's, else the last one that can be seen.
  const usable = keyed.filter((node) => node.dataset.key === typed && ("keyAlways" in node.dataset || node.checkVisibility()));
  const control = usable.find((node) => node.closest("[data-selected]")) ?? usable.at(-1);
  clearTimeout(timer);
  first = keyed.some((node) => node.dataset.key.startsWith(`${key} `)) && !first ? key : "";
  if (first) timer = setTimeout(() => (first = ""), NEXT_KEY_MS);
  if (!control) return;
  event.preventDefault();
  control.click();
}

/** Open a dialog, on the pages that have its button. */
async function open(event, name) {
  const button = document.querySelector(`[data-opens="${name}"]`);
  if (!button) return;
  event.preventDefault();
  const { show } = name === "palette" ? await import("./palette.js") : await import("./keys_dialog.js");
  show(button, controls);
}

if (remembered("keys") === "off") document.documentElement.dataset.keys = "off";
document.addEventListener("keydown", pressed);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-opens]");
  if (button) open(event, button.dataset.opens);
});
if (/Mac|iPhone|iPad/.test(navigator.platform)) {
  for (const hint of document.querySelectorAll("[data-mac]")) hint.textContent = hint.dataset.mac;
}
