// The filler page: redraws the picture when the slider or a field changes; a measured time sets the slider.

import { differsFromPage, watchChanges } from "./changes.js";

const DRAW_AFTER_MS = 120;

const form = document.querySelector("#filler-form");
const slider = document.querySelector("#first_sentence_ms");
const shown = document.querySelector("#first-sentence-shown");
const live = document.querySelector("#filler-live");

watchChanges(form);
if (window.htmx) {
  document.documentElement.dataset.live = "";
  let timer = 0;
  const draw = ({ target }) => {
    if (target.form !== form) return;
    shown.textContent = slider.value;
    clearTimeout(timer);
    timer = setTimeout(() => window.htmx.trigger(live, "preview-now"), DRAW_AFTER_MS);
  };
  document.addEventListener("input", draw);
  if (differsFromPage(form)) draw({ target: { form } });
}
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-first-sentence]");
  if (!button) return;
  slider.value = button.dataset.firstSentence;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
});
