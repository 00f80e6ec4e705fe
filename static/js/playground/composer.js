/**
 * The user's input: the text box, Send and Interrupt. The draft survives a reload and a new sign-in.
 */

import { setText } from "./dom.js";

export class Composer {
  #form = document.getElementById("composer");
  #box = document.getElementById("composer-text");
  #send = document.getElementById("send");
  #interrupt = document.getElementById("interrupt");
  #withdraw = document.getElementById("withdraw");
  #status = document.getElementById("status");
  #keys = document.getElementById("composer-keys");
  #draftKey;
  /** What was typed before this script was there. */
  #typedEarly;

  /** `onSend(text)`, `onInterrupt()`, and `onWithdraw()` for an interrupt that waits. */
  constructor(conversationId, { onSend, onInterrupt, onWithdraw }) {
    this.#draftKey = `draft:${conversationId}`;
    const draft = sessionStorage.getItem(this.#draftKey) ?? "";
    // Some browsers restore the draft themselves.
    this.#typedEarly = this.#box.value === draft ? "" : this.#box.value;
    this.#box.value = [draft, this.#typedEarly].filter(Boolean).join("\n");
    this.#send.disabled = false;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(onSend);
    });
    this.#box.addEventListener("input", () => this.keep());
    this.#box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#form.requestSubmit(this.#send);
    });
    this.#interrupt.addEventListener("click", () => {
      onInterrupt();
      this.#box.focus();
    });
    this.#withdraw.addEventListener("click", () => {
      onWithdraw();
      this.#box.focus();
    });
  }

  /** `{maySpeak, maySend, mayInterrupt, mayWithdraw}`; messages sent before the connection is open wait for it. */
  update({ maySpeak, maySend, mayInterrupt, mayWithdraw }) {
    this.#form.hidden = !maySpeak;
    this.#keys.hidden = !maySpeak;
    this.#send.disabled = !maySend;
    this.#interrupt.disabled = !mayInterrupt;
    this.#withdraw.hidden = !mayWithdraw;
  }

  /** Send what was typed before, if it ends with Enter, which was a new line then. */
  start() {
    if (this.#typedEarly.endsWith("\n")) this.#form.requestSubmit(this.#send);
    else this.keep();
  }

  /** Send nothing: the typed text stays in the box. */
  refuse() {
    this.#send.disabled = true;
  }

  /** Show the status; `link` is `{href, text}` of the page that helps, or null. */
  say(text, tone = "", link = null) {
    if (this.#status.dataset.text === text) return;
    this.#status.dataset.text = text;
    this.#status.dataset.tone = tone;
    setText(this.#status, text);
    if (!link) return;
    const anchor = document.createElement("a");
    anchor.href = link.href;
    anchor.textContent = link.text;
    this.#status.append(" ", anchor);
  }

  /** Insert a text into the box, before its content. */
  putBack(text) {
    this.#box.value = [text, this.#box.value].filter(Boolean).join("\n");
    this.keep();
    this.#box.focus();
  }

  focus() {
    this.#box.focus();
  }

  #submit(onSend) {
    const text = this.#box.value.trim();
    if (text === "" || this.#send.disabled) return;
    this.#box.value = "";
    this.keep();
    this.#box.focus();
    onSend(text);
  }

  /** Keep the draft for a reload, with `unsent` text before it. */
  keep(unsent) {
    sessionStorage.setItem(this.#draftKey, [unsent, this.#box.value].filter(Boolean).join("\n"));
  }
}
