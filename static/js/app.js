// What every page does: copy by clicking, times in the reader's words, and focus where a form needs a correction.

import { ago } from "./ago.js";

const COPIED_FOR_MS = 1500;
const TIMES_EVERY_MS = 30_000;
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** `<time data-relative datetime="…">`: relative words, the exact moment in the reader's zone on hover. */
function renderTimes(root = document) {
  for (const element of root.querySelectorAll("time[data-relative]")) {
    const then = new Date(element.dateTime);
    if (Number.isNaN(then.getTime())) continue;
    element.textContent = ago(then.getTime(), Date.now());
    element.title = exact.format(then);
  }
}

/** `data-copy="text"`, or `data-copy-from="#id"` for the text of another element. */
async function copy(button) {
  const source = button.dataset.copyFrom ? document.querySelector(button.dataset.copyFrom) : null;
  const text = source ? (source.value ?? source.textContent) : button.dataset.copy || button.textContent.trim();
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    announce("The browser did not let this page copy. Select the text and copy it by hand.");
    return;
  }
  button.dataset.copied = "";
  announce("Copied");
  setTimeout(() => delete button.dataset.copied, COPIED_FOR_MS);
}

/** Say something to a screen reader without moving the focus. */
export function announce(text) {
  const status = document.querySelector("#announcements");
  if (status) status.textContent = text;
}

function focusFirstInvalid(root = document) {
  root.querySelector("main [aria-invalid='true'], [data-form] [aria-invalid='true']")?.focus();
}

/** `<form data-guard>`: leaving the page with changes that aren't saved asks first. */
function guardForm(form) {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy], [data-copy-from]");
  if (button) copy(button);
});
document.addEventListener("htmx:afterSwap", (event) => {
  renderTimes(event.target);
  focusFirstInvalid(event.target);
});

renderTimes();
setInterval(renderTimes, TIMES_EVERY_MS);
focusFirstInvalid();
document.querySelectorAll("form[data-guard]").forEach(guardForm);
