/**
 * DOM helpers of the views. Text from outside becomes text nodes, never markup.
 */

/** Return a copy of the only element in `<template id=…>`. */
export function fromTemplate(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

/** Return the elements with `data-part` below `root`, by name. */
export function partsOf(root) {
  const parts = {};
  for (const element of root.querySelectorAll("[data-part]")) parts[element.dataset.part] = element;
  return parts;
}

/** Return a new element with a class and a text. */
export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** Set a text only if it differs: else the browser would lay it out and announce it again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Show `text` in `node`, or hide the node if the text is empty. */
export function showText(node, text) {
  setText(node, text);
  node.hidden = text === "";
}

/** Return JSON text indented, and any other text unchanged. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
