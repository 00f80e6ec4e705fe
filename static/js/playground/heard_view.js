/**
 * The switch between an answer as written and as the voice says it.
 */

import { element, showText } from "./dom.js";
import { heardText } from "./heard.js";

/** Offer the switch in `parts` of a turn's element if the voice says `turn` otherwise than it is written. */
export function showHeard(parts, turn) {
  const heard = heardText(turn);
  parts["heard-switch"].hidden = heard === null;
  showText(parts["heard-made"], heard?.made ?? "");
  if (heard === null) return;
  parts.heard.replaceChildren(...heard.lines.map((line) => element("p", "", line)));
  const [written, spoken] = parts["heard-switch"].children;
  written.dataset.actionName = "The answer as written";
  spoken.dataset.actionName = "The answer as heard";
  const choose = (isHeard) => {
    written.setAttribute("aria-pressed", String(!isHeard));
    spoken.setAttribute("aria-pressed", String(isHeard));
    (isHeard ? written : spoken).dataset.key = "h";
    delete (isHeard ? spoken : written).dataset.key;
    parts.answer.hidden = isHeard;
    parts.heard.hidden = !isHeard;
  };
  written.onclick = () => choose(false);
  spoken.onclick = () => choose(true);
  choose(spoken.getAttribute("aria-pressed") === "true");
}
