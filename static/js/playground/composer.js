/**
 * Where the user speaks: the text box, Send and Interrupt. The draft outlives a reload and a new sign-in.
 */

import { setText } from "./dom.js";

export class Composer {
  #form = document.getElementById("composer");
  #box = document.getElementById("composer-text");
  #send = document.getElementById("send");
  #interrupt = document.getElementById("interrupt");
  #status = document.getElementById("status");
  #keys = document.getElementById("composer-keys");
  #draftKey;

  /** `onSend(text)` and `onInterrupt()`. */
  constructor(conversationId, { onSend, onInterrupt }) {
    this.#draftKey = `draft:${conversationId}`;
    this.#box.value = sessionStorage.getItem(this.#draftKey) ?? "";
    this.#send.disabled = false;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(onSend);
    });
    this.#box.addEventListener("input", () => this.#keep());
    this.#box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#form.requestSubmit(this.#send);
    });
    this.#interrupt.addEventListener("click", () => {
      onInterrupt();
      this.#box.focus();
    });
  }

  /** `{maySpeak, maySend, mayInterrupt}`; what is sent before there is a connection waits for it. */
  update({ maySpeak, maySend, mayInterrupt }) {
    this.#form.hidden = !maySpeak;
    this.#keys.hidden = !maySpeak;
    this.#send.disabled = !maySend;
    this.#interrupt.disabled = !mayInterrupt;
  }

  /** Take nothing: what is typed stays in the box. */
  refuse() {
    this.#send.disabled = true;
  }

  /** Say how things are; `link` is `{href, text}` for the way out, if there is one. */
  say(text, tone = "", link = null) {
    if (this.#status.dataset.said === text) return;
    this.#status.dataset.said = text;
    this.#status.dataset.tone = tone;
    setText(this.#status, text);
    if (!link) return;
    const anchor = document.createElement("a");
    anchor.href = link.href;
    anchor.textContent = link.text;
    this.#status.append(" ", anchor);
  }

  /** Put a text into the box, before what stands there. */
  putBack(text) {
    this.#box.value = [text, this.#box.value].filter(Boolean).join("\n");
    this.#keep();
    this.#box.focus();
  }

  focus() {
    this.#box.focus();
  }

  #submit(onSend) {
    const text = this.#box.value.trim();
    if (text === "" || this.#send.disabled) return;
    this.#box.value = "";
    this.#keep();
    onSend(text);
  }

  #keep() {
    sessionStorage.setItem(this.#draftKey, this.#box.value);
  }
}
