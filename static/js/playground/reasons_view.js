/**
 * Why there is silence, under the answer: loaded when the first turn has closed.
 */

import { element } from "./dom.js";
import { oddities } from "./oddities.js";

/** Fill `list` with what is odd about `turn`. */
export function showReasons(list, turn, platform) {
  const sentences = oddities(turn, platform);
  list.hidden = sentences.length === 0;
  list.replaceChildren(...sentences.map((sentence) => element("li", "", sentence)));
}
