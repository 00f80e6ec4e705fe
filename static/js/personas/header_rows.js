// Headers as rows of name and value over the text area of lines; the text area is what the form submits.

import { element, fromTemplate, partsOf } from "../playground/dom.js";
import { nameGroup } from "./grouped_field.js";
import { linesOf, offersFor, rowsOf } from "./header_lines.js";

/** Show the rows; values are suggested for the secret selected in `secretSelect`, which may be missing. */
export function showHeaderRows(area, secretSelect) {
  new HeaderRows(area);
  if (secretSelect) followSecret(secretSelect);
}

class HeaderRows {
  #area;
  #rows = element("div", "header-rows");
  #add = element("button", "button button--small", "Add a header");

  constructor(area) {
    this.#area = area;
    const group = element("div", "header-rows");
    group.append(this.#rows, this.#add);
    area.after(group);
    area.hidden = true;
    nameGroup(group, area);
    for (const row of rowsOf(area.value)) this.#append(row);
    this.#add.id = "add-header";
    this.#add.type = "button";
    this.#add.addEventListener("click", () => this.#append(["", ""]).focus());
  }

  /** Append a row and return its field of the name; a null value marks a name without a colon until it is edited. */
  #append([name, value]) {
    const row = fromTemplate("header-row");
    const parts = partsOf(row);
    parts.name.value = name;
    parts.value.value = value ?? "";
    if (value === null) row.dataset.bare = "";
    nameRemoval(parts);
    parts.remove.addEventListener("click", () => this.#remove(row));
    row.addEventListener("input", (event) => {
      event.stopPropagation();
      delete row.dataset.bare;
      nameRemoval(parts);
      this.#write();
    });
    this.#rows.append(row);
    return parts.name;
  }

  #remove(row) {
    const next = row.nextElementSibling?.querySelector("input") ?? this.#add;
    row.remove();
    this.#write();
    next.focus();
  }

  #write() {
    this.#area.value = linesOf(Array.from(this.#rows.children, typedIn));
    this.#area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function nameRemoval({ name, remove }) {
  remove.setAttribute("aria-label", `Remove the header ${name.value}`.trim());
}

function typedIn(row) {
  const { name, value } = partsOf(row);
  return [name.value.trim(), value.value.trim() || (row.dataset.bare === undefined ? "" : null)];
}

/** Keep the suggestions of values in step with the selected secret. */
function followSecret(select) {
  const list = element("datalist");
  list.id = "header-values";
  document.body.append(list);
  const offer = () => {
    const text = select.value ? select.selectedOptions[0].textContent : "";
    const secret = text.match(/^\w+/)?.[0] ?? "";
    list.replaceChildren(
      ...offersFor(secret).map((value) => Object.assign(document.createElement("option"), { value })),
    );
  };
  select.addEventListener("change", offer);
  offer();
}
