// The filler page: begins at one's own median, follows typing and the slider, and takes measured times and a recommended delay.

import { namesRestored, watchChanges } from "./changes.js";

const DRAW_AFTER_MS = 120;
const MEASURE_AFTER_MS = 400;

const form = document.querySelector("#filler-form");
const slider = document.querySelector("#first_sentence_ms");
const shown = document.querySelector("#first-sentence-shown");
const from = document.querySelector("#first-sentence-from");
const live = document.querySelector("#filler-live");
const measured = document.querySelector("#filler-measured");
const delay = document.querySelector("#id_activation_delay_ms");
/** Whether the slider stands where somebody put it. */
let isChosen = slider.value !== slider.defaultValue || new URLSearchParams(location.search).has("first_sentence_ms");

function setValue(input, value) {
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Begin at the median of one's own turns, unless the slider was moved. */
function beginAtMedian() {
  for (const button of measured.querySelectorAll("[data-delay]")) button.hidden = delay.type === "hidden";
  const { usualMs, usualOf } = measured.querySelector("[data-usual-ms]")?.dataset ?? {};
  if (usualMs === undefined || isChosen) return;
  setValue(slider, usualMs);
  from.textContent = `The median of ${usualOf}.`;
  isChosen = false;
}

function follow() {
  document.documentElement.dataset.live = "";
  const timers = { draw: 0, measure: 0 };
  const draw = ({ target }) => {
    if (target.form !== form) return;
    if (target === slider) {
      isChosen = true;
      shown.textContent = slider.valueAsNumber.toLocaleString("en-US");
      from.textContent = "";
    }
    clearTimeout(timers.draw);
    timers.draw = setTimeout(() => window.htmx.trigger(live, "preview-now"), DRAW_AFTER_MS);
    if (target !== delay || !measured) return;
    clearTimeout(timers.measure);
    timers.measure = setTimeout(() => window.htmx.trigger(measured, "measure-now"), MEASURE_AFTER_MS);
  };
  document.addEventListener("input", draw);
  measured?.addEventListener("htmx:afterSettle", beginAtMedian);
  if (namesRestored(form).length > 0) draw({ target: form.elements[0] });
}

if (form.method === "post") watchChanges(form);
if (window.htmx) follow();
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-first-sentence], [data-delay]");
  if (button?.dataset.delay) setValue(delay, button.dataset.delay);
  else if (button) setValue(slider, button.dataset.firstSentence);
});
