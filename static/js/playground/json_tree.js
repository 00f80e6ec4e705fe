/**
 * A JSON value as a tree that opens and closes, by mouse and keyboard, as `<details>` do. What is closed isn't built.
 */

import { element } from "./dom.js";

/** So deep the tree is open at first. */
const OPEN_LEVELS = 2;
/** A longer array or object is closed at first. */
const OPEN_MEMBERS = 20;

/** Return the tree of `value`. */
export function jsonTree(value) {
  const root = element("div", "json-tree mono");
  root.append(membersOf(value, 0));
  return root;
}

function membersOf(value, level) {
  const list = element("ul");
  list.append(...Object.entries(value).map(([name, member]) => itemOf(Array.isArray(value) ? `[${name}]` : name, member, level)));
  return list;
}

function itemOf(name, value, level) {
  const item = element("li");
  const isBranch = value !== null && typeof value === "object" && Object.keys(value).length > 0;
  if (isBranch) item.append(branch(name, value, level));
  else item.append(element("span", "json-tree__name", name), " ", leaf(value));
  return item;
}

function branch(name, value, level) {
  const details = element("details");
  const count = Object.keys(value).length;
  const summary = element("summary");
  summary.append(element("span", "json-tree__name", name), " ", element("span", "faint", hint(value, count)));
  details.append(summary);
  const build = () => details.childElementCount === 1 && details.append(membersOf(value, level + 1));
  details.addEventListener("toggle", () => details.open && build());
  details.open = level < OPEN_LEVELS && count <= OPEN_MEMBERS;
  if (details.open) build();
  return details;
}

/** What a closed branch says of itself: the role of a message, the name of a function, or how much is in it. */
function hint(value, count) {
  if (Array.isArray(value)) return `${count} ${count === 1 ? "item" : "items"}`;
  const name = value.role ?? value.function?.name ?? value.name;
  return typeof name === "string" ? name : `${count} ${count === 1 ? "key" : "keys"}`;
}

function leaf(value) {
  const text = (typeof value === "string" && value) || JSON.stringify(value);
  const made = element("span", "json-tree__value", text);
  made.dataset.type = value === null ? "null" : typeof value;
  return made;
}
