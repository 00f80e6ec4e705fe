/**
 * Why there is silence, under the answer: loaded when the first turn has closed.
 */

import { element } from "./dom.js";
import { oddities } from "./oddities.js";
import { placeButton, placeOf } from "./place_button.js";

/** Fill `list` with what is odd about `turn`; `showPlace(turn, place)` leads to where it is seen. */
export function showReasons(list, turn, platform, showPlace) {
  const reasons = oddities(turn, platform);
  list.hidden = reasons.length === 0;
  list.replaceChildren(...reasons.map(reasonOf));
  list.onclick = ({ target }) => {
    const place = placeOf(target);
    if (place) showPlace(turn, place);
  };
}

function reasonOf({ text, place }) {
  const item = element("li", "", text);
  if (place) item.append(" ", placeButton(place));
  return item;
}
