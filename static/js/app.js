// What every page does: copy buttons, relative times, and focus on the first invalid field of a form.

import { ago } from "./ago.js";
import "./keys.js";
import "./site_nav.js";

const COPIED_FOR_MS = 1500;
const TIMES_EVERY_MS = 30_000;
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** Show each `<time data-relative datetime="…">` as relative time, with the local time on hover. */
function renderTimes(root = document) {
  for (const element of root.querySelectorAll("time[data-relative]")) {
    const then = new Date(element.dateTime);
    if (Number.isNaN(then.getTime())) continue;
    element.textContent = ago(then.getTime(), Date.now());
    element.title = exact.format(then);
  }
}

/** Copy the text in `data-copy="text"`, or that of the element in `data-copy-from="#id"`. */
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

/** Announce a text to screen readers without moving the focus. */
export function announce(text) {
  const status = document.querySelector("#announcements");
  if (status) status.textContent = text;
}

function focusFirstInvalid(root = document) {
  root.querySelector("main [aria-invalid='true'], [data-form] [aria-invalid='true']")?.focus();
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
