// The page of an inspected request: its body as a tree, or as it was sent.

import { partsOf } from "../playground/dom.js";
import { jsonTree } from "../playground/json_tree.js";

const section = document.getElementById("request-body");
const parts = partsOf(section);

/** Load the body's JSON and show its tree; without it the text stays. */
async function showTree(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { body } = await answer.json();
  if (body === null || typeof body !== "object") return;
  parts.tree.append(jsonTree(body));
  parts.forms.hidden = false;
  choose("tree");
}

function choose(form) {
  parts.tree.hidden = form !== "tree";
  parts.raw.hidden = form !== "raw";
  for (const button of parts.forms.children) button.setAttribute("aria-pressed", String(button.dataset.form === form));
}

parts.forms.addEventListener("click", ({ target }) => {
  const form = target.closest("[data-form]")?.dataset.form;
  if (form) choose(form);
});
if (section.dataset.jsonPath) showTree(section.dataset.jsonPath);

const picture = document.getElementById("answer-picture");
if (picture) import("./answer_picture.js").then(({ showAnswer }) => showAnswer(picture));
