/**
 * Dictation: what is said while the button is held goes into the text box. Loaded with its button (dictation_button.js).
 */

import { remember, remembered } from "../remembered.js";
import { errorSentence, recognizedText, withRecognized } from "./dictated.js";
import { tagOf } from "./languages.js";

const AGREED = "dictation:agreed";
const SENDS = "dictation:sends";

export class Dictation {
  #button;
  #say;
  #box = document.getElementById("composer-text");
  #dialog = document.getElementById("dictation-dialog");
  #sends = document.getElementById("dictation-sends");
  #recognition = null;
  #isHeld = false;

  /** `say(text)` shows and announces a sentence. */
  constructor(button, say) {
    this.#button = button;
    this.#say = say;
    this.#sends.checked = remembered(SENDS) === "on";
    this.#dialog.addEventListener("close", () => this.#decided());
  }

  /** Say what leaves this machine, and ask. */
  explain() {
    if (this.#dialog.open) return;
    this.#dialog.showModal();
    this.#dialog.querySelector("[value=no]").focus();
  }

  get isAgreed() {
    return remembered(AGREED) === "yes";
  }

  hold() {
    if (!this.isAgreed) return this.explain();
    this.#isHeld = true;
    if (this.#recognition === null) this.#listen();
  }

  release() {
    this.#isHeld = false;
    this.#recognition?.stop();
  }

  toggle() {
    if (this.#isHeld) this.release();
    else this.hold();
  }

  #decided() {
    if (this.#dialog.returnValue === "no" || this.#dialog.returnValue === "") return;
    remember(AGREED, "yes");
    remember(SENDS, this.#sends.checked ? "on" : "off");
    this.#say("Hold the button, or M, while you speak.");
  }

  #listen() {
    const before = this.#box.value;
    const recognition = new (globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition)();
    recognition.lang = tagOf(document.getElementById("live").dataset.voiceLanguage) || navigator.language;
    recognition.continuous = true;
    recognition.interimResults = true;
    recognition.onresult = ({ results }) => this.#write(withRecognized(before, recognizedText(results)));
    recognition.onerror = ({ error }) => this.#failed(error);
    recognition.onend = () => this.#ended(before);
    this.#recognition = recognition;
    this.#show(true);
    this.#say("Listening: release to stop.");
    recognition.start();
  }

  #write(text) {
    this.#box.value = text;
    this.#box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #failed(error) {
    this.#isHeld = false;
    this.#say(errorSentence(error));
    this.#recognition.onend = () => this.#closed();
  }

  /** A browser ends a recognition by itself after a silence: begin another one while the button is held. */
  #ended(before) {
    if (this.#isHeld) return this.#listen();
    this.#closed();
    this.#say("");
    this.#box.focus();
    if (this.#sends.checked && this.#box.value !== before) this.#box.form.requestSubmit();
  }

  #closed() {
    this.#recognition = null;
    this.#show(false);
  }

  #show(isOn) {
    this.#button.setAttribute("aria-pressed", String(isOn));
    document.dispatchEvent(new CustomEvent("dictation", { detail: { isOn } }));
  }
}
