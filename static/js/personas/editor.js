// The persona editor: the preview, rows and cards over plain text areas, and the bar that lists unsaved changes.

import { namesRestored, watchChanges } from "./changes.js";
import { focusFirstError, forgetErrors, markErrors } from "./errors.js";
import { showHeaderRows } from "./header_rows.js";
import { offerNewSecrets } from "./new_secret.js";
import { keepPlace } from "./place.js";
import { followPlatform } from "./platform_fields.js";
import { keepSections } from "./sections.js";
import { showToolCards } from "./tool_cards.js";

const PREVIEW_AFTER_MS = 350;

/** Ask for the preview once typing pauses; without htmx the Refresh button stays. */
function followTyping(form, live) {
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
  if (namesRestored(form).length > 0) ask({ target: { form } });
}

const form = document.querySelector("[data-persona-form]");
const live = document.querySelector("#live");
const headers = document.querySelector("#id_headers");
const tools = document.querySelector("#id_tools");
if (headers && !headers.disabled) showHeaderRows(headers, document.querySelector("#id_token_secret"));
if (tools && !tools.disabled) showToolCards(tools);
if (form) {
  followPlatform(form, document.querySelector("#id_platform"));
  keepSections(form);
  watchChanges(form);
  forgetErrors(form);
  followTyping(form, live);
  keepPlace(form);
  live?.addEventListener("htmx:afterSettle", () => markErrors(form));
  focusFirstError(form);
  offerNewSecrets(document.querySelector("#id_token_secret"));
}
