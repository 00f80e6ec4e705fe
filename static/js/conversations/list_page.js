// The call log: strips of the last turns, selecting many rows at once, and both again when htmx brings another page.

import "../undo_notices.js";
import { announce } from "../app.js";
import { drawStrips } from "./strips.js";

const log = document.getElementById("call-log");
const bar = document.getElementById("selection");
const count = document.getElementById("selection-count");

const boxes = () => [...log.querySelectorAll("input[name='conversation']")];
const all = () => log.querySelector("#select-all");

/** Show how many rows are selected; the actions for them stand in sight only then. */
function showSelection() {
  const selected = boxes().filter((box) => box.checked).length;
  bar.dataset.empty = String(selected === 0);
  count.textContent = selected === 1 ? "1 selected" : `${selected} selected`;
  if (!all()) return;
  all().checked = selected > 0 && selected === boxes().length;
  all().indeterminate = selected > 0 && selected < boxes().length;
}

function refresh() {
  drawStrips(log);
  const head = all();
  if (head) head.closest("[hidden]")?.removeAttribute("hidden");
  showSelection();
}

log.addEventListener("change", (event) => {
  if (event.target.id === "select-all") for (const box of boxes()) box.checked = event.target.checked;
  showSelection();
});
document.getElementById("clear-selection").addEventListener("click", () => {
  for (const box of boxes()) box.checked = false;
  showSelection();
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== log) return;
  refresh();
  announce(log.querySelector("[data-says]")?.textContent ?? "");
});
// The name's form takes the focus where its button was, and gives it back.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.matches("[data-name-of]")) detail.target.querySelector("input[type='text'], a")?.focus();
});
log.addEventListener("keydown", ({ key, target }) => {
  if (key === "Escape") target.closest(".name-form")?.querySelector("[data-cancel]").click();
});

refresh();
