// The start page: shows an input box for each {identifier} of the conversational context, and what an endpoint's base URL calls, as they are typed.

import { calledUrl } from "./called_url.js";

const IDENTIFIER = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const MAX_BOXES = 20;
const PREFIX = "value-";

/** Return the names of the `{identifier}`s of a text, each once, in order. */
export function identifiers(text) {
  return [...new Set(Array.from(text.matchAll(IDENTIFIER), (match) => match[1]))].slice(0, MAX_BOXES);
}

function makeBox(template, name) {
  const field = template.content.firstElementChild.cloneNode(true);
  const label = field.querySelector("label");
  const input = field.querySelector("input");
  input.name = PREFIX + name;
  input.id = `id_${PREFIX}${name}`;
  label.htmlFor = input.id;
  label.textContent = `{${name}}`;
  return field;
}

/** Show boxes for these names in this order; existing ones stay, with their content. */
function showBoxes(container, template, names) {
  const fields = new Map();
  for (const field of container.children) {
    const input = field.querySelector(`[name^="${PREFIX}"]`);
    if (input) fields.set(input.name.slice(PREFIX.length), field);
  }
  for (const [name, field] of fields) if (!names.includes(name)) field.remove();
  names.forEach((name, index) => {
    const field = fields.get(name) ?? makeBox(template, name);
    if (container.children[index] !== field) container.insertBefore(field, container.children[index] ?? null);
  });
}

const context = document.querySelector("#id_conversational_context");
const container = document.querySelector("#context-values");
const template = document.querySelector("#context-value");
if (context && container && template) {
  context.addEventListener("input", () => showBoxes(container, template, identifiers(context.value)));
}

const endpoint = document.querySelector("#endpoint-form");
const calls = document.querySelector("#endpoint-calls");

/** Say what is called, and whether the platform adds a route that was typed already. */
function showCalled() {
  const { base_url, platform } = endpoint.elements;
  const called = calledUrl(base_url.value, JSON.parse(calls.dataset.adds)[platform.value]);
  const label = platform.selectedOptions[0].text;
  const advice = called?.isTwice ? `: ${label} adds /chat/completions itself. Leave it out of the base URL.` : "";
  calls.classList.toggle("notice--warning", advice !== "");
  calls.classList.toggle("notice", advice !== "");
  calls.textContent = called ? `Calls ${called.url}${advice}` : "";
}

if (calls) {
  endpoint.elements.base_url.setAttribute("aria-describedby", calls.id);
  endpoint.addEventListener("input", showCalled);
  showCalled();
}
