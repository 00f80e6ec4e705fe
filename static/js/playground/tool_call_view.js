/**
 * A function that the LLM called: its arguments, the event that the platform would fire, and the form that answers it.
 */

import { fromTemplate, partsOf, pretty, showText } from "./dom.js";

/** Return an element for `call`; it is rebuilt when `lookOf` changes. */
export function toolCallView(call, look, onResult) {
  const root = fromTemplate("tool-call-template");
  const parts = partsOf(root);
  root.setAttribute("aria-label", `Tool call ${call.name}`);
  parts.name.textContent = call.name;
  parts.arguments.textContent = pretty(call.arguments) || "{}";
  parts.invalid.hidden = call.valid;
  showText(parts.event, eventText(look));
  parts.unanswered.hidden = look.result !== undefined || look.mayAnswer;
  parts.form.hidden = !look.mayAnswer;
  if (look.result) showResult(parts, look.result);
  if (look.mayAnswer) prepareForm(parts, call, onResult);
  return root;
}

/** Return what a call's element shows apart from the call itself; `platform` is the persona's, as the page calls it. */
export function lookOf(turn, call, mayAnswer, platform) {
  const result = turn.tool_results[call.id];
  return { result, eventNames: turn.events_fired, platform, mayAnswer: mayAnswer && result === undefined };
}

function eventText({ eventNames, platform }) {
  return eventNames.length ? `${platform} would fire the event ${[...new Set(eventNames)].join(", ")}.` : "";
}

const SOURCES = { mock: " by a saved mock", endpoint: " by the tool endpoint" };

function showResult(parts, { output, status, source }) {
  parts.result.hidden = false;
  parts["result-status"].textContent = `answered${SOURCES[source] ?? ""}${status === "error" ? " with an error" : ""}`;
  parts.output.textContent = typeof output === "string" ? pretty(output) : JSON.stringify(output, null, 2);
}

function prepareForm(parts, call, onResult) {
  const field = parts.form.elements.output;
  field.id = `output-${call.id}`;
  parts.label.htmlFor = field.id;
  parts.form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) onResult(call.id, field.value, event.submitter?.value ?? "success");
  });
}
