/**
 * A turn's numbers as a definition list.
 */

import { element, setText } from "./dom.js";
import { formatMs, numbers } from "./numbers.js";

/** Fill `list` (a `<dl>`), reusing its elements. */
export function showNumbers(list, turn, elapsed_ms) {
  const shown = numbers(turn, elapsed_ms);
  if (list.childElementCount !== shown.length) list.replaceChildren(...shown.map(newNumber));
  shown.forEach(({ name, ms }, place) => {
    const { value, unit } = formatMs(ms);
    const item = list.children[place];
    item.dataset.number = name;
    item.toggleAttribute("data-none", ms === null);
    setText(item.querySelector(".numbers__value"), value);
    setText(item.querySelector(".unit"), unit);
    item.dataset.unit = unit;
  });
}

function newNumber({ label, help }) {
  const item = element("div", "numbers__item");
  item.title = help;
  const value = element("dd");
  value.append(element("span", "numbers__value"), " ", element("span", "unit"));
  item.append(element("dt", "", label), value);
  return item;
}
