// The persona editor: the preview, rows and cards over plain text areas, and the bar that lists unsaved changes.

import { differsFromPage, watchChanges } from "./changes.js";
import { showHeaderRows } from "./header_rows.js";
import { offerNewSecrets } from "./new_secret.js";
import { showToolCards } from "./tool_cards.js";

const PREVIEW_AFTER_MS = 350;

/** Ask for the preview once typing pauses; without htmx the Refresh button stays. */
function followTyping(form) {
  const live = document.querySelector("#live");
  if (!live || !window.htmx) return;
  document.documentElement.dataset.live = "";
  let timer = 0;
  const ask = (event) => {
    if (event.target.form !== form) return;
    clearTimeout(timer);
    timer = setTimeout(() => window.htmx.trigger(live, "preview-now"), PREVIEW_AFTER_MS);
  };
  document.addEventListener("input", ask);
  document.addEventListener("change", ask);
  if (differsFromPage(form)) ask({ target: { form } });
}

/** Remove the server's error at a field once its value changes. */
function forgetErrors(form) {
  form.addEventListener("input", ({ target }) => {
    if (!target.matches("[aria-invalid='true']")) return;
    target.removeAttribute("aria-invalid");
    target.closest(".field")?.querySelector(".errorlist")?.remove();
  });
}

const form = document.querySelector("[data-persona-form]");
const headers = document.querySelector("#id_headers");
const tools = document.querySelector("#id_tools");
if (headers && !headers.disabled) showHeaderRows(headers, document.querySelector("#id_token_secret"));
if (tools && !tools.disabled) showToolCards(tools);
if (form) {
  watchChanges(form);
  forgetErrors(form);
  followTyping(form);
  offerNewSecrets(document.querySelector("#id_token_secret"));
}
