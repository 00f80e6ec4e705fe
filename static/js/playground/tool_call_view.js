/**
 * A function that the LLM called: its arguments, the event that the platform would fire, and the form that answers it.
 */

import { fromTemplate, partsOf, pretty, setText, showText } from "./dom.js";
import { lazy } from "./lazy.js";
import { isJson } from "./tool_mocks.js";

const withMockForm = lazy(() => import("./tool_mock_form.js"));

/** How long nothing may be typed before a result that is not JSON is noted. */
const NOTED_AFTER_MS = 600;
/** The calls whose result was saved as a mock, by turn and id. */
const saved = new Set(JSON.parse(document.getElementById("live").dataset.callsWithMocks));
const NOT_JSON = "This is not JSON: the LLM gets it as text.";

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
  if (look.result) offerMock(parts, call, look);
  if (look.mayAnswer) prepareForm(parts, call, look.turnId, onResult);
  return root;
}

/** Return what a call's element shows apart from the call itself; `platform` is the persona's, as the page calls it. */
export function lookOf(turn, call, mayAnswer, platform) {
  const result = turn.tool_results[call.id];
  const turnId = turn.turn_id;
  return { turnId, result, eventNames: turn.events_fired, platform, mayAnswer: mayAnswer && result === undefined };
}

function eventText({ eventNames, platform }) {
  return eventNames.length ? `${platform} would fire the event ${[...new Set(eventNames)].join(", ")}.` : "";
}

const SOURCES = { mock: " by a saved mock", endpoint: " by the tool endpoint" };

function showResult(parts, { output, status, source }) {
  parts.result.hidden = false;
  parts["result-status"].textContent = `answered${SOURCES[source] ?? ""}${status === "error" ? " with an error" : ""}`;
  parts["text-result"].hidden = typeof output !== "string" || isJson(output);
  parts.output.textContent = typeof output === "string" ? pretty(output) : JSON.stringify(output, null, 2);
}

function prepareForm(parts, call, turnId, onResult) {
  const field = parts.form.elements.output;
  field.id = `output-${call.id}`;
  parts.label.htmlFor = field.id;
  noteText(field, parts["text-typed"]);
  parts.form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!field.value.trim()) return;
    // The form goes once the result is there, and the focus with it.
    if (parts.form.contains(document.activeElement)) document.getElementById("composer-text").focus();
    onResult(call.id, field.value, event.submitter?.value ?? "success");
  });
  const fill = () => prepareMock(parts, call, turnId);
  opens(parts["mock-open"], [parts.mock], fill);
}

function prepareMock(parts, call, turnId) {
  const isSaved = () => {
    saved.add(keyOf(turnId, call));
    parts["mock-again"].hidden = true;
  };
  withMockForm(({ prepareMockForm }) => prepareMockForm(parts, call, turnId, isSaved));
}

function keyOf(turnId, call) {
  return `${turnId}|${call.id}`;
}

/** Have a button, if there is one, show and hide `nodes`; `fill()` is called before they are shown. */
function opens(button, nodes, fill) {
  button?.addEventListener("click", () => {
    const isOpen = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(isOpen));
    for (const node of nodes) node.hidden = !isOpen;
    if (isOpen) fill();
  });
}

/** Offer to save a result that was sent as a mock: its form alone is left of the one that answered. */
function offerMock(parts, call, { result, turnId }) {
  const again = parts["mock-again"];
  if (!again || saved.has(keyOf(turnId, call)) || result.source === "mock" || result.status === "error" || typeof result.output !== "string") return;
  again.hidden = false;
  parts.form.elements.output.value = result.output;
  parts.answering.hidden = true;
  parts.sending.hidden = true;
  parts.form.addEventListener("submit", (event) => event.preventDefault());
  opens(again, [parts.form, parts.mock], () => prepareMock(parts, call, turnId));
}

/** Note in `note` that what is typed is not JSON, once nothing is typed for a while. */
function noteText(field, note) {
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    if (isJson(field.value)) return setText(note, "");
    timer = setTimeout(() => setText(note, isJson(field.value) ? "" : NOT_JSON), NOTED_AFTER_MS);
  });
}
