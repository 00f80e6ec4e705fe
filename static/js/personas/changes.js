// The unsaved changes in words ("2 fields changed: model, tools · prompt +42 words"), and a question before they are left.

const PROMPTS = ["system_prompt", "context"];
const NOT_STORED = new Set([
  "csrfmiddlewaretoken", "face", "persona", "note", "preset", "preview_platform", "preview_as",
  "conversational_context", "sample_words", "edited_version", "first_sentence_ms",
]);
const MOST_LABELS = 4;

/** Count the words of a text. */
export function words(text) {
  return text.split(/\s+/).filter(Boolean).length;
}

/** Return the names whose texts differ between two Maps. */
export function changedNames(before, now) {
  return [...now.keys()].filter((name) => (before.get(name) ?? "") !== now.get(name));
}

/** Return how many words the prompts have gained; negative for lost ones. */
export function gainedWords(before, now) {
  return PROMPTS.reduce((sum, name) => sum + words(now.get(name) ?? "") - words(before.get(name) ?? ""), 0);
}

/** Return the sentence on the changed fields, by their labels; "" for none. */
export function changesInWords(labels, gained) {
  if (labels.length === 0) return "";
  const fields = labels.length === 1 ? "1 field" : `${labels.length} fields`;
  const others = labels.length > MOST_LABELS ? ` and ${labels.length - MOST_LABELS} more` : "";
  const sign = gained > 0 ? "+" : "−";
  const prompt = gained === 0 ? "" : ` · prompt ${sign}${Math.abs(gained)} ${Math.abs(gained) === 1 ? "word" : "words"}`;
  return `${fields} changed: ${labels.slice(0, MOST_LABELS).join(", ")}${others}${prompt}`;
}

/** Return the named controls of a form whose values are stored. */
function controlsOf(form) {
  return Array.from(form.elements).filter(({ name }) => name && !NOT_STORED.has(name));
}

function valuesOf(form) {
  const values = new Map();
  for (const [name, value] of new FormData(form)) {
    if (!NOT_STORED.has(name) && typeof value === "string") values.set(name, value.replaceAll("\r\n", "\n"));
  }
  return values;
}

function differsFromPage(control) {
  if (control instanceof HTMLSelectElement) {
    const chosen = Array.from(control.options).filter((option) => option.defaultSelected);
    return control.selectedOptions[0] !== (chosen.at(-1) ?? control.options[0]);
  }
  if (control.type === "radio" || control.type === "checkbox") return control.checked !== control.defaultChecked;
  return control.defaultValue !== undefined && control.value !== control.defaultValue;
}

/** Return the names of the controls that differ from the page as it was served: typed before a script ran, or restored. */
export function namesRestored(form) {
  return controlsOf(form).filter(differsFromPage).map(({ name }) => name);
}

function labelOf(form, name) {
  return form.querySelector(`[data-row="${CSS.escape(name)}"]`)?.dataset.label ?? form.elements[name]?.labels?.[0]?.firstChild.textContent.trim() ?? name;
}

/** Say in `[data-changes]` what a person has changed; ask before the page is left with it. */
export function watchChanges(form) {
  const status = document.querySelector("[data-changes]");
  const before = valuesOf(form);
  const earlier = [
    ...(form.dataset.unsaved ?? "").split("|").filter(Boolean),
    ...namesRestored(form).map((name) => labelOf(form, name)),
  ];
  let isChanged = earlier.length > 0;
  let isLeaving = false;
  form.addEventListener("input", () => {
    const now = valuesOf(form);
    const labels = new Set([...earlier, ...changedNames(before, now).map((name) => labelOf(form, name))]);
    isChanged = labels.size > 0;
    status.textContent = changesInWords([...labels], gainedWords(before, now));
    status.toggleAttribute("data-changed", isChanged);
  });
  form.addEventListener("submit", () => (isLeaving = true));
  window.addEventListener("pageshow", () => (isLeaving = false));
  window.addEventListener("beforeunload", (event) => {
    if (isChanged && !isLeaving) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}
