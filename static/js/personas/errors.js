// Errors of the editor's fields: each is told once, at its field; the first has the focus after a refused save.

import { placeIn, selectPlace } from "./code_place.js";
import { focusField } from "./sections.js";

/** Focus the first refused field, at the place in it that its error names. */
export function focusFirstError(form) {
  const field = form.querySelector("[aria-invalid='true']");
  if (!field) return;
  focusField(field);
  const place = placeIn(field.closest(".field")?.querySelector(".errorlist li")?.textContent ?? "");
  if (place && field === document.activeElement && field.matches("textarea")) selectPlace(field, place);
}

/** Remove the server's error at a field once its value changes. */
export function forgetErrors(form) {
  form.addEventListener("input", ({ target }) => forget(target.closest("[data-row]")));
}

/** Mark the fields that the newest preview found wrong; what the page was served with is told there again. */
export function markErrors(form) {
  for (const row of form.querySelectorAll("[data-row]")) {
    forget(row);
    const remarks = row.querySelector(".remarks");
    if (!remarks?.querySelector(".remark--error")) continue;
    for (const field of row.querySelectorAll("[name]")) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-errormessage", remarks.id);
    }
  }
}

function forget(row) {
  row?.querySelector(".errorlist")?.remove();
  for (const field of row?.querySelectorAll("[aria-invalid='true']") ?? []) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-errormessage");
  }
}
