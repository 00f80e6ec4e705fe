/**
 * The caller's view: what a caller would notice, large, in place of the transcript and the inspector.
 */

import { announcementOf, labelOf, momentOf, silenceText } from "./callers_moment.js";
import { partsOf, setText } from "./dom.js";
import { isOpen } from "./turn.js";

const STILL_STEP_MS = 1_000;
const STEP_MS = 100;

/** Start the part (optional_parts.js). */
export async function start(page) {
  return new CallersView(page);
}

class CallersView {
  #page;
  #view = document.getElementById("callers-view");
  #parts = partsOf(this.#view);
  #isStill = matchMedia("(prefers-reduced-motion: reduce)");
  #announced = "";
  #timer = null;

  constructor(page) {
    this.#page = page;
    this.#show(true);
    this.#parts.leave.onclick = () => page.switchOff();
    this.update(undefined, () => 0);
  }

  update(turn, elapsed) {
    const moment = momentOf(turn, elapsed());
    if (this.#view.dataset.state !== moment.state) this.#view.dataset.state = moment.state;
    setText(this.#parts.label, labelOf(moment));
    setText(this.#parts.time, silenceText(moment, this.#isStill.matches ? STILL_STEP_MS : STEP_MS));
    setText(this.#parts.text, moment.text);
    this.#announce(announcementOf(moment));
    this.#goOnCounting(turn, elapsed, moment);
  }

  /** The page draws while a turn is open; the silence until a tool's result is counted here. */
  #goOnCounting(turn, elapsed, { state, silent_ms }) {
    clearTimeout(this.#timer);
    if (state !== "silence" || silent_ms === null || !turn || isOpen(turn)) return;
    this.#timer = setTimeout(() => this.update(turn, elapsed), this.#isStill.matches ? STILL_STEP_MS : STEP_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#show(false);
  }

  /** Leave the view, and return true: while it is on, Escape does this and nothing else. */
  leave() {
    this.#page.switchOff();
    return true;
  }

  #announce(text) {
    if (text === "" || text === this.#announced) return;
    this.#announced = text;
    setText(this.#parts.status, text);
  }

  #show(isOn) {
    this.#view.hidden = !isOn;
    this.#page.root.toggleAttribute("data-callers-view", isOn);
  }
}
