/**
 * A turn's picture as the rows of a table.
 */

import { element } from "./dom.js";
import { rows } from "./findings.js";
import { inWords } from "./numbers.js";

/** Fill `body` (a `<tbody>`) with the rows of `turn`, `elapsed_ms` after its start. */
export function showRows(body, turn, elapsed_ms) {
  body.replaceChildren(...rows(turn, elapsed_ms).map(rowOf));
}

function rowOf({ what, text, from, to }) {
  const row = element("tr");
  const head = element("th", "", text ? `${what}: ${text}` : what);
  head.scope = "row";
  row.append(head, element("td", "number", inWords(from)), element("td", "number", inWords(to)));
  return row;
}
