// Draws the strip of each listed conversation's last wait, as the playground does, on one axis for the page. Pure but for the SVG.

import { asTurn, elapsedOf, waitBars, waitMarks, waitOf } from "../playground/callers_wait.js";
import { reachOf, scaleOf } from "../playground/picture.js";
import { PictureView, STRIP } from "../playground/picture_view.js";
import { newTurn } from "../playground/turn.js";

/** Return the turn that the server's `drawn_turn` describes. */
function turnOf(drawn) {
  const whole = newTurn(drawn.turn_id);
  return { ...whole, ...drawn, timings_ms: { ...whole.timings_ms, ...drawn.timings_ms } };
}

/** Draw into each `<svg data-strip>` of `root` the turns of a wait that it holds as JSON. */
export function drawStrips(root) {
  const waits = new Map();
  for (const svg of root.querySelectorAll("[data-strip]")) waits.set(svg, waitOf(JSON.parse(svg.dataset.strip).map(turnOf)));
  const lasted = new Map([...waits.values()].map((wait) => [asTurn(wait), lengthOf(wait)]));
  const scale_ms = scaleOf([...lasted.keys()], (turn) => lasted.get(turn));
  for (const [svg, wait] of waits) {
    const picture = { bars: waitBars(wait, 0), marks: waitMarks(wait), deltas: [] };
    new PictureView(svg, STRIP).show(() => picture, scale_ms);
  }
}

function lengthOf(wait) {
  return elapsedOf(wait, reachOf(wait.turns.at(-1), 0));
}
