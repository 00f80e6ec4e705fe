// The document as text: select the place of an error, and ask before unsaved changes are left.

import { watchChanges } from "./changes.js";

/** Return the offset, in UTF-16 units, of a line and column (both from 1, in code points). */
export function offsetOf(text, line, column) {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, previous) => sum + previous.length + 1, 0);
  return before + Array.from(lines[line - 1] ?? "").slice(0, column - 1).join("").length;
}

const form = document.querySelector("[data-persona-form]");
const area = document.querySelector("#id_text");
if (form) watchChanges(form);
const refused = document.querySelector("#text-refused");
if (refused && area && Number(refused.dataset.line) > 0) {
  const at = offsetOf(area.value, Number(refused.dataset.line), Number(refused.dataset.column));
  area.focus();
  area.setSelectionRange(at, at + 1);
}
