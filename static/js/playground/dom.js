/**
 * The few things that every view does to the document. Text from outside becomes text nodes, never markup.
 */

/** A copy of the one element in `<template id=…>`. */
export function fromTemplate(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

/** The elements with `data-part` below `root`, by name. */
export function partsOf(root) {
  const found = {};
  for (const element of root.querySelectorAll("[data-part]")) found[element.dataset.part] = element;
  return found;
}

/** A new element with a class and a text. */
export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** Set a text only when it differs, so that nothing is laid out or announced again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Show `text` in `node`, or hide the node where there is none. */
export function showText(node, text) {
  setText(node, text);
  node.hidden = text === "";
}

/** JSON text, indented where it is JSON, else as it came. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
