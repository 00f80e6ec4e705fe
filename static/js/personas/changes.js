// The unsaved changes in words ("3 fields, prompt +42 words"), and a question before they are left.

const PROMPTS = ["system_prompt", "context"];
const NOT_STORED = new Set([
  "csrfmiddlewaretoken", "face", "persona", "note", "preset", "preview_platform", "preview_as",
  "conversational_context", "sample_words", "edited_version",
]);

/** Count the words of a text. */
export function words(text) {
  return text.split(/\s+/).filter(Boolean).length;
}

/** Return the sentence for two Maps of texts, the values before and now; "" if they are equal. */
export function changesInWords(before, now) {
  const changed = [...now.keys()].filter((name) => (before.get(name) ?? "") !== now.get(name));
  if (changed.length === 0) return "";
  const parts = [changed.length === 1 ? "1 field" : `${changed.length} fields`];
  const difference = PROMPTS.reduce((sum, name) => sum + words(now.get(name) ?? "") - words(before.get(name) ?? ""), 0);
  if (difference !== 0) parts.push(`prompt ${difference > 0 ? "+" : "−"}${Math.abs(difference)} ${Math.abs(difference) === 1 ? "word" : "words"}`);
  return `Changed: ${parts.join(", ")}`;
}

function valuesOf(form) {
  const values = new Map();
  for (const [name, value] of new FormData(form)) {
    if (!NOT_STORED.has(name) && typeof value === "string") values.set(name, value.replaceAll("\r\n", "\n"));
  }
  return values;
}

/** Whether a control differs from the page as it was served: typed before this script ran, or restored by the browser. */
export function differsFromPage(form) {
  return Array.from(form.elements).some((control) => {
    if (control instanceof HTMLSelectElement) {
      const chosen = Array.from(control.options).filter((option) => option.defaultSelected);
      return control.selectedOptions[0] !== (chosen.at(-1) ?? control.options[0]);
    }
    if (control.type === "radio" || control.type === "checkbox") return control.checked !== control.defaultChecked;
    return control.defaultValue !== undefined && control.value !== control.defaultValue;
  });
}

export function watchChanges(form) {
  const bar = form.querySelector("[data-changes]");
  const before = valuesOf(form);
  const wasUnsaved = "unsaved" in form.dataset || differsFromPage(form);
  let isChanged = wasUnsaved;
  let isLeaving = false;
  form.addEventListener("input", () => {
    const sentence = changesInWords(before, valuesOf(form));
    isChanged = wasUnsaved || sentence !== "";
    if (bar) bar.textContent = sentence || (wasUnsaved ? "Not saved yet" : "");
  });
  form.addEventListener("submit", () => (isLeaving = true));
  window.addEventListener("pageshow", () => (isLeaving = false));
  window.addEventListener("beforeunload", (event) => {
    if (isChanged && !isLeaving) event.preventDefault();
  });
  form.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}
