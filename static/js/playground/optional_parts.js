/**
 * The parts of the page that are loaded when they are first switched on. A switch is a button with
 * `data-switch="name"`; whether it is on is remembered in this browser.
 *
 * A part's module exports `start(page)`, which returns `{update(turn, elapsed), stop(), leave?()}`, or `{reason}` if
 * this browser can't do it; `elapsed()` is how long the turn has been open, in ms. `page` has the page's `root`, the
 * `inputs` that came while the module was loaded, `show(text)`, `announce(text)` for what a screen reader says as well,
 * and `switchOff()`.
 */

import { remember, remembered } from "../remembered.js";
import { showText } from "./dom.js";

const LOAD = {
  "callers-view": () => import("./callers_view.js"),
  loudspeaker: () => import("./loudspeaker.js"),
  "typing-interrupts": () => import("./typing_interrupts.js"),
};
const MISSING = {
  loudspeaker: () => ("speechSynthesis" in globalThis ? "" : "This browser has no speech synthesis: nothing can be heard."),
  dictation: () => {
    const isKnown = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
    if (!isKnown) return "This browser has no speech recognition: type what you say.";
    return isSecureContext ? "" : "Browsers give the microphone to pages over https or on localhost alone: type instead.";
  },
};

export class OptionalParts {
  #root = document.getElementById("live");
  #says = document.getElementById("sound-says");
  #announcements = document.getElementById("announcements");
  #clock;
  #redraw;
  #parts = new Map();

  /** `clock` is the page's TurnClock; `redraw()` requests a frame. */
  constructor(clock, redraw) {
    this.#clock = clock;
    this.#redraw = redraw;
    for (const button of this.#root.querySelectorAll("[data-switch]")) this.#bind(button, button.dataset.switch);
    this.#bindDictation(document.getElementById("dictate"), document.getElementById("dictation-settings"));
  }

  /** Show `turn`, the newest one, to the parts that are on. */
  update(turn) {
    if (!turn) return;
    const elapsed = () => this.#clock.elapsed(turn.turn_id, performance.now());
    for (const part of this.#parts.values()) part.update(turn, elapsed);
  }

  /** Leave the part that covers the page, if one does; return whether it did. */
  leave() {
    return [...this.#parts.values()].some((part) => part.leave?.());
  }

  /** Load dictation when its button, its settings or its key is first reached for. */
  #bindDictation(button, settings) {
    const reason = MISSING.dictation();
    settings.hidden = reason !== "";
    if (reason) {
      this.#refuse(button, reason);
      button.addEventListener("click", () => this.#announce(reason));
      return;
    }
    const reached = [];
    const listening = new AbortController();
    const reach = async (event) => {
      if (reached.push(event) > 1) return;
      const { bind } = await import("./dictation_button.js");
      listening.abort();
      bind(button, settings, (text) => this.#announce(text), reached);
    };
    const { signal } = listening;
    for (const control of [button, settings]) {
      for (const name of ["pointerenter", "focus", "pointerdown", "click"]) control.addEventListener(name, reach, { signal });
    }
    document.addEventListener("keydown", (event) => event.code === "KeyM" && reach(event), { signal });
  }

  #bind(button, name) {
    const missing = MISSING[name]?.() ?? "";
    if (missing) this.#refuse(button, missing);
    button.addEventListener("click", () => this.#toggle(button, name));
    if (remembered(`switch:${name}`) === "on") this.#toggle(button, name);
  }

  async #toggle(button, name) {
    if (button.getAttribute("aria-disabled")) return this.#announce(button.title);
    const isOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isOn));
    remember(`switch:${name}`, isOn ? "on" : "off");
    if (isOn) return this.#start(button, name);
    this.#parts.get(name)?.stop();
    this.#parts.delete(name);
  }

  async #start(button, name) {
    const inputs = [];
    const loaded = new AbortController();
    this.#root.addEventListener("input", (event) => inputs.push(event), loaded);
    const { start } = await LOAD[name]();
    loaded.abort();
    const part = await start({
      root: this.#root,
      inputs,
      show: (text) => showText(this.#says, text),
      announce: (text) => this.#announce(text),
      switchOff: () => button.click(),
    });
    const isStillOn = button.getAttribute("aria-pressed") === "true";
    if (part.reason) {
      this.#refuse(button, part.reason);
      return this.#announce(part.reason);
    }
    if (!isStillOn || this.#parts.has(name)) return part.stop();
    this.#parts.set(name, part);
    this.#redraw();
  }

  #refuse(button, reason) {
    button.setAttribute("aria-disabled", "true");
    button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-describedby", this.#says.id);
    button.title = reason;
  }

  #announce(text) {
    showText(this.#says, text);
    this.#announcements.textContent = text;
  }
}
