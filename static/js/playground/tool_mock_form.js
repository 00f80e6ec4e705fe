/**
 * The form that saves a tool call's result as a mock of the persona, for later calls with the same arguments.
 */

import { element, setText } from "./dom.js";
import { conditionsOf, whenItAnswers } from "./tool_mocks.js";

const EMPTY = "Write the result first.";
const NOT_SAVED = "The mock was not saved: the server did not answer as it should. Load the page again and try once more.";

/** Fill in the form of `parts` for `call` of the turn `turnId`, once; `onSaved()` is called once it is saved. */
export function prepareMockForm(parts, call, turnId, onSaved) {
  const save = parts["mock-save"];
  if (save.dataset.isReady) return;
  save.dataset.isReady = "true";
  parts["mock-name"].textContent = call.name;
  parts.conditions.append(...conditionsOf(call.arguments).map(conditionBox));
  const tell = () => setText(parts["mock-help"], whenItAnswers(chosen(parts.conditions)));
  parts.conditions.addEventListener("change", tell);
  tell();
  save.addEventListener("click", () => saveMock(parts, call, turnId, onSaved));
}

function conditionBox({ name, text }) {
  const label = element("label", "call__condition");
  const box = element("input");
  box.type = "checkbox";
  box.name = "when";
  box.value = name;
  const shown = element("span", "", "only where ");
  shown.append(element("code", "", text));
  box.dataset.text = text;
  label.append(box, shown);
  return label;
}

function chosen(conditions) {
  return [...conditions.querySelectorAll("input:checked")].map((box) => box.dataset.text);
}

async function saveMock(parts, call, turnId, onSaved) {
  const { form } = parts;
  const says = parts["mock-says"];
  if (form.elements.output.value.trim() === "") {
    setText(says, EMPTY);
    return form.elements.output.focus();
  }
  // FormData by itself is sent as multipart, which changes line ends.
  const body = new URLSearchParams(new FormData(form));
  body.set("tool_call_id", call.id);
  const hadFocus = document.activeElement === parts["mock-save"];
  parts["mock-save"].disabled = true;
  setText(says, "Saving…");
  const { isSaved, message } = await answerTo(pathOf(turnId), body);
  setText(says, message);
  parts["mock-save"].disabled = false;
  if (!isSaved) return hadFocus && parts["mock-save"].focus();
  parts["mock-save"].hidden = true;
  parts.conditions.inert = true;
  if (hadFocus) document.getElementById("composer-text").focus();
  onSaved();
}

function pathOf(turnId) {
  return document.getElementById("live").dataset.mockPath.replace("TURN", encodeURIComponent(turnId));
}

/** Return `{isSaved, message}`: the server's sentence, or that there was none. */
async function answerTo(path, body) {
  try {
    const answer = await fetch(path, { method: "POST", body });
    const { message } = await answer.json();
    return { isSaved: answer.ok, message: message ?? NOT_SAVED };
  } catch {
    return { isSaved: false, message: NOT_SAVED };
  }
}
