/**
 * What the server can't do at the moment: one line for each notice that is on.
 */

import { element } from "./dom.js";

export class NoticesView {
  #root = document.getElementById("notices");
  #shown = [];

  /** `notices` are those that are on; a screen reader is told of one when it begins. */
  update(notices) {
    if (notices === this.#shown) return;
    this.#shown = notices;
    const lines = new Map([...this.#root.children].map((line) => [line.textContent, line]));
    const wanted = notices.map(({ message }) => lines.get(message) ?? element("p", "live__notice", message));
    this.#root.replaceChildren(...wanted);
  }
}
