/**
 * The page's head: the persona, its LLM, and the commands that bypass the LLM (context, echo).
 */

import { inWords } from "./numbers.js";
import { setText, showText } from "./dom.js";
import { labelOf } from "./platforms.js";

export class Header {
  #menu = document.getElementById("context-menu");
  #context = document.getElementById("context-now");
  #contextForm = document.getElementById("context-form");
  #echoForm = document.getElementById("echo-form");
  #persona = {};

  /** `onContext(how, text)`, where `how` is `append` or `overwrite`, returns whether it was sent; `onEcho(text)`. */
  constructor({ onContext, onEcho }) {
    for (const node of document.querySelectorAll("[data-persona]")) this.#persona[node.dataset.persona] = node;
    bindForm(this.#contextForm, "context", (text, how) => onContext(how ?? "append", text));
    bindForm(this.#echoForm, "text", (text) => {
      onEcho(text);
      this.#menu.open = false;
      return true;
    });
    this.#menu.addEventListener("keydown", (event) => this.#leave(event));
    document.addEventListener("click", (event) => {
      if (!this.#menu.contains(event.target)) this.#menu.open = false;
    });
  }

  update({ persona, conversational_context }, maySpeak) {
    setText(this.#persona.name, persona.name);
    showText(this.#persona.platform, labelOf(persona.platform));
    setText(this.#persona.version, persona.version ? `v${persona.version_name}` : "");
    setText(this.#persona.model, persona.model);
    showText(this.#persona.filler, persona.filler ? `filler after ${inWords(persona.filler.activation_delay_ms)}` : "");
    this.#persona["stand-in"].hidden = !persona.stand_in;
    setText(this.#context, conversational_context || "None.");
    this.#contextForm.hidden = !maySpeak;
    this.#echoForm.hidden = !maySpeak;
  }

  #leave(event) {
    if (event.key !== "Escape" || !this.#menu.open) return;
    event.stopPropagation();
    this.#menu.open = false;
    this.#menu.querySelector("summary").focus();
  }
}

function bindForm(form, name, onText) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = form.elements[name].value.trim();
    if (text !== "" && onText(text, event.submitter?.value)) form.reset();
  });
}
