/**
 * What the server can't do at the moment, and that the persona has a newer version: one line for each notice that is on.
 */

import { element, fromTemplate, partsOf } from "./dom.js";

class NoticesView {
  #root = document.getElementById("notices");
  #shown = "";
  #lines = new Map();

  /** `notices` are those that are on; a screen reader is told of one when it begins. */
  update(notices) {
    const shown = notices.map(({ message }) => message).join("\n");
    if (shown === this.#shown) return;
    this.#shown = shown;
    const wanted = notices.map(({ kind, message }) => [message, this.#lines.get(message) ?? lineOf(kind, message)]);
    this.#lines = new Map(wanted);
    this.#root.replaceChildren(...this.#lines.values());
  }
}

export const noticesView = new NoticesView();

/** Return the line of a notice; a kind that something can be done about has a template. */
function lineOf(kind, message) {
  const id = `notice-${kind}`;
  if (!document.getElementById(id)) return element("p", "live__notice", message);
  const line = fromTemplate(id);
  partsOf(line).message.textContent = message;
  return line;
}
