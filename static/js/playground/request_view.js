/**
 * A request as it is sent: line, headers, the system message with the origin of each part, and the body.
 */

import { unitOffsets } from "./code_points.js";
import { element, fromTemplate, partsOf, pretty } from "./dom.js";
import { jsonTree } from "./json_tree.js";

const ORIGINS = {
  system_prompt: "system_prompt · who the persona is",
  context: "context · what it has",
  conversational_context: "conversational_context · whom it talks to",
};

/**
 * Return an element for `{request: {method, url, headers, body}, body_text, origins, departures}`, its body as a tree or
 * as the text that was sent; a request without `body_text` is not stored yet.
 */
export function requestView({ request, body_text, origins = [], departures = [] }, asTree) {
  const root = fromTemplate("request-template");
  const parts = partsOf(root);
  parts.method.textContent = request.method;
  parts.url.textContent = request.url;
  parts.headers.append(...request.headers.flatMap(([name, value]) => headerRow(name, value)));
  if (asTree) showBody(parts, request.body);
  else showText(parts, body_text ?? JSON.stringify(request.body), body_text !== undefined);
  showSystemMessage(parts, systemMessage(request.body), origins);
  parts.departures.hidden = departures.length === 0;
  parts["departures-list"].append(...departures.map((departure) => element("li", "", departure)));
  return root;
}

function showBody(parts, body) {
  const isTree = body !== null && typeof body === "object";
  parts.tree.hidden = !isTree;
  parts.body.hidden = isTree;
  if (isTree) parts.tree.append(jsonTree(body));
  else parts.body.textContent = typeof body === "string" ? pretty(body) : JSON.stringify(body);
}

/** Show the body as text, with its length once it is known, and the headers that follow from it and the address. */
function showText(parts, text, isStored) {
  parts.body.hidden = false;
  parts.body.textContent = text;
  parts["body-says"].hidden = !isStored;
  if (!isStored) return;
  const bytes = new TextEncoder().encode(text).length;
  parts["body-says"].textContent =
    `${bytes.toLocaleString("en")} ${bytes === 1 ? "byte" : "bytes"}, without a line break at the end. ` +
    `The client that sends it adds the headers Host and Content-Length: ${bytes}.`;
}

function headerRow(name, value) {
  return [element("dt", "", name), element("dd", "", value)];
}

function systemMessage(body) {
  const first = body?.messages?.[0];
  return first?.role === "system" && typeof first.content === "string" ? first.content : "";
}

function showSystemMessage(parts, text, origins) {
  parts.system.hidden = text === "" || origins.length === 0;
  if (parts.system.hidden) return;
  const unit = unitOffsets(text);
  parts.origins.append(
    ...origins.map(({ origin, start, end }) => {
      const part = element("figure", "origin");
      part.dataset.origin = origin;
      part.append(element("figcaption", "", ORIGINS[origin] ?? origin));
      part.append(element("p", "prose", text.slice(unit(start), unit(end))));
      return part;
    }),
  );
}
