// What is different from what is stored, in words: "3 fields, prompt +42 words"; and no leaving without asking.

const PROMPTS = ["system_prompt", "context"];
const NOT_STORED = new Set([
  "csrfmiddlewaretoken", "face", "persona", "note", "preset", "preview_platform", "preview_as",
  "conversational_context", "sample_words", "edited_version",
]);

/** How many words a text has. */
export function words(text) {
  return text.split(/\s+/).filter(Boolean).length;
}

/** The sentence for the values before and now, both Maps of texts; empty: nothing is different. */
export function changesInWords(before, now) {
  const changed = [...now.keys()].filter((name) => (before.get(name) ?? "") !== now.get(name));
  if (changed.length === 0) return "";
  const said = [changed.length === 1 ? "1 field" : `${changed.length} fields`];
  const difference = PROMPTS.reduce((sum, name) => sum + words(now.get(name) ?? "") - words(before.get(name) ?? ""), 0);
  if (difference !== 0) said.push(`prompt ${difference > 0 ? "+" : "−"}${Math.abs(difference)} ${Math.abs(difference) === 1 ? "word" : "words"}`);
  return `Changed: ${said.join(", ")}`;
}

function valuesOf(form) {
  const values = new Map();
  for (const [name, value] of new FormData(form)) {
    if (!NOT_STORED.has(name) && typeof value === "string") values.set(name, value.replaceAll("\r\n", "\n"));
  }
  return values;
}

/** Whether a control holds something else than the page came with: typed before this script ran, or restored. */
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
    const said = changesInWords(before, valuesOf(form));
    isChanged = wasUnsaved || said !== "";
    if (bar) bar.textContent = said || (wasUnsaved ? "Not saved yet" : "");
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
