// Headers as rows of name and value over the text area of lines; the text area is what the form submits.

import { partsOf, fromTemplate } from "../playground/dom.js";
import { nameGroup } from "./grouped_field.js";

/** Return `[[name, value]]` of the lines; a line without a colon is a name without a value. */
export function rowsOf(text) {
  return text
    .split("\n")
    .filter((line) => line.trim())
    .map((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [line.trim(), null] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    });
}

/** Return the lines of rows: empty rows are dropped, a name without a colon stays as typed. */
export function linesOf(rows) {
  return rows
    .filter(([name, value]) => name || value)
    .map(([name, value]) => (value === null ? name : `${name}: ${value}`))
    .join("\n");
}

/** Return the suggestions for a header's value, given the selected secret. */
export function offersFor(secret) {
  return secret ? [`Bearer ${secret}`, `Api-Key ${secret}`, secret] : [];
}

export function showHeaderRows(area, secretSelect) {
  const box = document.createElement("div");
  box.className = "header-rows";
  const list = document.createElement("datalist");
  list.id = "header-values";
  const add = document.createElement("button");
  add.type = "button";
  add.className = "button button--small";
  add.textContent = "Add a header";
  const rows = document.createElement("div");
  rows.className = "header-rows";
  box.append(rows, add, list);
  area.after(box);
  area.hidden = true;
  nameGroup(box, area);
  add.id = "add-header";

  const write = () => {
    const typed = Array.from(rows.children, (row) => {
      const { name, value } = partsOf(row);
      return [name.value.trim(), value.value.trim() || (row.dataset.bare === undefined ? "" : null)];
    });
    area.value = linesOf(typed);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const addRow = ([name, value]) => {
    const row = fromTemplate("header-row");
    const parts = partsOf(row);
    parts.name.value = name;
    parts.value.value = value ?? "";
    if (value === null) row.dataset.bare = "";
    parts.remove.setAttribute("aria-label", `Remove the header ${name}`.trim());
    parts.remove.addEventListener("click", () => {
      const next = row.nextElementSibling?.querySelector("input") ?? add;
      row.remove();
      write();
      next.focus();
    });
    row.addEventListener("input", (event) => {
      event.stopPropagation();
      delete row.dataset.bare;
      parts.remove.setAttribute("aria-label", `Remove the header ${parts.name.value}`.trim());
      write();
    });
    rows.append(row);
    return parts.name;
  };
  const offer = () => {
    const text = secretSelect?.value ? secretSelect.selectedOptions[0].textContent : "";
    const secret = text.match(/^\w+/)?.[0] ?? "";
    list.replaceChildren(
      ...offersFor(secret).map((value) => Object.assign(document.createElement("option"), { value })),
    );
  };
  rowsOf(area.value).forEach(addRow);
  add.addEventListener("click", () => addRow(["", ""]).focus());
  secretSelect?.addEventListener("change", offer);
  offer();
}
