/**
 * The first lines that an empty conversation offers, as buttons.
 */

import { element } from "./dom.js";
import { firstLines } from "./first_lines.js";

/** Fill `list` with lines that suit `persona`; `say(line)` says one. */
export function showOpenings(list, persona, say) {
  list.replaceChildren(...firstLines(persona).map((line) => opening(line, say)));
}

function opening(line, say) {
  const button = element("button", "button", line);
  button.type = "button";
  button.addEventListener("click", () => say(line));
  const item = element("li");
  item.append(button);
  return item;
}
