/**
 * Helpers of what is drawn as SVG.
 */

const NAMESPACE = "http://www.w3.org/2000/svg";

export function svgElement(name) {
  return document.createElementNS(NAMESPACE, name);
}

/** Return a length with a tenth of a pixel. */
export function px(length) {
  return length.toFixed(1);
}

/** Set the attributes that differ. */
export function put(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  }
}
