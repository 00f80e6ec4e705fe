// The sections of the editor: each stays open or closed as this browser's user left it, and opens for what is in it.

import { remember, remembered } from "../remembered.js";

const KEY = "persona-editor-section-";

/** Open the sections and folds around an element. */
export function openTo(element) {
  for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

/** Focus a field: itself, or the first control that stands in its place (rows of headers, cards of tools). */
export function focusField(field) {
  openTo(field);
  const controls = field.closest("[data-row]")?.querySelectorAll("input, textarea, select, button") ?? [];
  const shown = field.checkVisibility() ? field : Array.from(controls).find((control) => control.checkVisibility());
  shown?.focus();
}

function follow(event) {
  const link = event.target.closest?.("a[href^='#']");
  const goal = link ? document.getElementById(link.getAttribute("href").slice(1)) : null;
  if (goal === null) return;
  const section = goal.querySelector(":scope > [data-section]");
  if (section) section.open = true;
  if (!goal.closest("[data-row]")) return;
  event.preventDefault();
  focusField(goal);
}

export function keepSections(form) {
  for (const section of form.querySelectorAll("[data-section]")) {
    const key = KEY + section.dataset.section;
    const kept = remembered(key);
    if (kept !== null && !("wrong" in section.dataset)) section.open = kept === "open";
    // Not "toggle", which tells of what the page opens as well.
    section.querySelector("summary").addEventListener("click", () => remember(key, section.open ? "closed" : "open"));
  }
  document.addEventListener("click", follow);
  const goal = document.getElementById(location.hash.slice(1));
  if (goal?.closest("[data-row]")) focusField(goal);
}
