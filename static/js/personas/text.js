// The document as text: an editor of code over its text area, errors at their place, and a question before changes are left.

import { watchChanges } from "./changes.js";
import { selectPlace } from "./code_place.js";
import { checkWhileTyping } from "./text_check.js";

const form = document.querySelector("[data-persona-form]");
const area = document.querySelector("#id_text");
const problemLine = document.querySelector("#text-problem");
const refused = document.querySelector("#text-refused");
const tools = document.querySelector("[data-code-tools]");

/** Return the place at which the server refused the text, or null. */
function refusedPlace() {
  const line = Number(refused?.dataset.line ?? 0);
  return line > 0 ? { line, column: Number(refused.dataset.column) } : null;
}

/** Load the editor of code, and connect its buttons. */
async function openEditor() {
  const { editCode } = await import("./code_editor.js");
  const editor = await editCode(area, JSON.parse(document.querySelector("#document-keys").textContent));
  const format = tools.querySelector("[data-format]");
  tools.hidden = false;
  format.addEventListener("click", () => editor.format());
  tools.querySelector("[data-plain]").addEventListener("click", ({ currentTarget }) => {
    const isPlain = currentTarget.getAttribute("aria-pressed") !== "true";
    currentTarget.setAttribute("aria-pressed", String(isPlain));
    format.disabled = isPlain;
    editor.show(!isPlain);
  });
  return editor;
}

async function start() {
  document.documentElement.dataset.live = "";
  watchChanges(form);
  const place = refusedPlace();
  if (place) selectPlace(area, place);
  // Under a finger a plain text area does better: it has the system's own caret, selection and keyboard.
  const editor = matchMedia("(pointer: coarse)").matches ? null : await openEditor();
  if (place) {
    editor?.showProblem(place);
    editor?.goTo(place);
  }
  checkWhileTyping(area, (problem) => {
    editor?.showProblem(problem);
    problemLine.textContent = problem?.message ?? "";
    problemLine.hidden = problem === null;
    // Told again where it stands now.
    if (refused) refused.hidden = true;
  });
}

if (form) start();
