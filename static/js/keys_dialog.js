/**
 * The dialog that lists the keys of the page. Loaded when it is first opened.
 */

import { actionsOf } from "./actions.js";
import { remember } from "./remembered.js";

/** Show the keys of `controls()` in the dialog of `button`. */
export function show(button, controls) {
  const dialog = document.getElementById(button.getAttribute("aria-controls"));
  const list = dialog.querySelector("[data-part=actions]");
  const page = document.getElementById("page-keys")?.content.cloneNode(true);
  list.replaceChildren(...(page ? [page] : []), ...ordered(controls()).flatMap(row));
  const single = dialog.querySelector("[data-part=single]");
  single.checked = document.documentElement.dataset.keys !== "off";
  single.onchange = () => choose(single.checked);
  dialog.showModal();
  dialog.querySelector("h2").focus();
}

/** Return the actions of the page itself first, then those of every page. */
function ordered(all) {
  const ofPage = all.filter((control) => control.closest("main"));
  return [...actionsOf(ofPage), ...actionsOf(all.filter((control) => !ofPage.includes(control)))];
}

function row({ name, keys }) {
  const key = document.createElement("dt");
  keys.forEach((stroke, place) => {
    const cap = document.createElement("kbd");
    cap.textContent = stroke;
    key.append(...(place ? [" then ", cap] : [cap]));
  });
  const description = document.createElement("dd");
  description.textContent = name;
  return [key, description];
}

function choose(isOn) {
  remember("keys", isOn ? "on" : "off");
  document.documentElement.dataset.keys = isOn ? "on" : "off";
}
