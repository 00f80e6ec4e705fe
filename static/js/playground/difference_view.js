/**
 * What another platform would send otherwise for the same turn: one row for each header or key that differs.
 */

import { element } from "./dom.js";

const PARTS = [
  ["address", "Address"],
  ["header", "Headers"],
  ["body", "Body"],
];

/** Return an element for the `differences` between the requests of the platforms labelled `own` and `other`. */
export function differenceView({ differences, is_whole, departures }, own, other) {
  const root = element("div", "request stack");
  if (differences.length === 0) root.append(element("p", "", `${other} would send the very same request.`));
  else root.append(legend(own, other, is_whole), ...PARTS.flatMap(([part, title]) => section(title, differences.filter((row) => row.part === part), own, other)));
  if (departures.length) root.append(element("h3", "", "Notes"), list(departures));
  return root;
}

function legend(own, other, isWhole) {
  const root = element("dl", "differences__legend");
  for (const [sign, text] of [["−", `only ${own} sends it`], ["+", `only ${other} would send it`], ["≠", "both, with different values"]]) {
    root.append(element("dt", "mono", sign), element("dd", "", text));
  }
  root.append(element("dt", ""), element("dd", "", isWhole ? "What isn't listed is the same." : "There are more: only the first are listed."));
  return root;
}

function section(title, rows, own, other) {
  if (rows.length === 0) return [];
  const root = element("section", "stack stack--tight");
  const rowsOfPart = element("ul", "differences");
  rowsOfPart.append(...rows.map((row) => rowOf(row, own, other)));
  root.append(element("h3", "", title), rowsOfPart);
  return [root];
}

function rowOf({ name, own, other }, ownLabel, otherLabel) {
  const row = element("li", "difference");
  const kind = own === null ? "added" : other === null ? "removed" : "changed";
  row.dataset.kind = kind;
  const head = element("p", "difference__name mono", name);
  head.prepend(element("span", "difference__sign", { added: "+ ", removed: "− ", changed: "≠ " }[kind]));
  row.append(head);
  if (own !== null) row.append(valueOf(ownLabel, own, "del"));
  if (other !== null) row.append(valueOf(otherLabel, other, "ins"));
  return row;
}

function valueOf(label, text, tag) {
  const line = element("p", "difference__value");
  line.append(element("span", "faint", `${label} `), element(tag, "mono", text));
  return line;
}

function list(sentences) {
  const made = element("ul", "findings");
  made.append(...sentences.map((sentence) => element("li", "", sentence)));
  return made;
}
