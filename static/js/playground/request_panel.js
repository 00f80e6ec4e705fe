/**
 * The inspector's Request tab: the selected turn's request, as a tree, raw or as code, and what another platform would
 * send otherwise.
 */

import { partsOf, setText } from "./dom.js";
import { differenceView } from "./difference_view.js";
import { labelOf } from "./platforms.js";
import { requestView } from "./request_view.js";

const CODE_SAYS = {
  curl: "For a shell such as bash. Secrets are environment variables.",
  powershell: "For PowerShell. Secrets are environment variables.",
  python:
    "Needs the package that it imports: pip install openai, or pip install httpx. Secrets are environment variables. " +
    "The openai client adds headers of its own.",
  javascript: "For Node, as a module (request.mjs). Secrets are environment variables.",
};

export class RequestPanel {
  #panel;
  #parts;
  #pathOf;
  #turn = null;
  #own = "";
  #chosen = null;
  #form = "tree";
  #shownKey = "";
  /** The request as its own platform sends it, or what another one sends otherwise; null: neither. */
  #presented = null;
  #isOwn = true;
  /** `{python, javascript}` of the shown request, once loaded. */
  #code = null;

  /** `pathOf(turnId, platform, part)` returns the address of a turn's request, or of a part below it. */
  constructor(panel, pathOf) {
    this.#panel = panel;
    this.#parts = partsOf(panel);
    this.#pathOf = pathOf;
    this.#parts.platforms.hidden = false;
    this.#parts.platforms.addEventListener("click", ({ target }) => {
      const platform = target.closest("[data-platform]")?.dataset.platform;
      if (platform) this.#choose(platform);
    });
    this.#parts.forms.addEventListener("click", ({ target }) => {
      const form = target.closest("[data-form]")?.dataset.form;
      if (form) this.#showAs(form);
    });
  }

  /** Show the request of `turn`; `live` is the request from its events, if one arrived. */
  show(turn, platform, live) {
    this.#own = platform;
    this.#turn = turn;
    if (this.#panel.hidden) return;
    const wanted = this.#chosen ?? platform;
    const key = `${turn.turn_id}|${wanted}|${live?.attempt ?? ""}|${turn.status}`;
    if (key === this.#shownKey) return;
    this.#shownKey = key;
    press(this.#parts.platforms, "platform", wanted);
    this.#load(key, turn, wanted, wanted === platform ? live : undefined);
  }

  #choose(platform) {
    this.#chosen = platform;
    if (this.#turn) this.show(this.#turn, this.#own, undefined);
  }

  #showAs(form) {
    this.#form = form;
    press(this.#parts.forms, "form", form);
    this.#draw();
  }

  async #load(key, turn, platform, live) {
    this.#code = null;
    if (turn.kind === "echo" || turn.kind === "greeting") return this.#say("Nothing was sent: the LLM was bypassed.");
    if (live) this.#present(live, platform);
    try {
      const described = await loaded(this.#pathOf(turn.turn_id, platform, platform === this.#own ? "" : "differences/"));
      if (key !== this.#shownKey) return;
      if (described) this.#present(described, platform);
      else if (!live) this.#say("No request is kept for this turn: nothing was sent.");
    } catch {
      if (key !== this.#shownKey || live) return;
      this.#shownKey = "";
      this.#say("The request could not be loaded; the server did not answer. Choose the platform again to retry.");
    }
  }

  #present(described, platform) {
    const isOwn = platform === this.#own;
    this.#presented = described;
    this.#isOwn = isOwn;
    const says = isOwn
      ? "Exactly as it was sent; secrets stand by their names."
      : `What ${labelOf(platform)} would send otherwise for the same turn. This was not sent.`;
    setText(this.#parts["request-says"], says);
    this.#parts.request.toggleAttribute("data-imagined", !isOwn);
    for (const shell of ["curl", "powershell"]) setText(document.getElementById(`request-${shell}`), described[shell] ?? "");
    this.#parts.copy.hidden = !described.curl;
    this.#parts.forms.hidden = !isOwn;
    this.#draw(platform);
  }

  #draw(platform = this.#own) {
    if (!this.#presented) return;
    const isCode = this.#isOwn && this.#form in CODE_SAYS;
    this.#parts.code.hidden = !isCode;
    this.#parts.request.hidden = isCode;
    if (isCode) this.#showCode();
    else this.#parts.request.replaceChildren(this.#viewOf(platform));
  }

  #viewOf(platform) {
    if (this.#isOwn) return requestView(this.#presented, this.#form !== "raw");
    return differenceView(this.#presented, labelOf(this.#own), labelOf(platform));
  }

  /** The programs are loaded when one of them is first chosen. */
  async #showCode() {
    const form = this.#form;
    setText(this.#parts["code-says"], CODE_SAYS[form]);
    const shown = document.getElementById("request-code");
    const known = this.#presented[form] ?? this.#code?.[form];
    setText(shown, known ?? "");
    if (known !== undefined) return;
    const key = this.#shownKey;
    const code = await loaded(this.#pathOf(this.#turn.turn_id, this.#own, "code/")).catch(() => null);
    if (key !== this.#shownKey || form !== this.#form) return;
    this.#code = code;
    if (code) setText(shown, code[form]);
    else setText(this.#parts["code-says"], "The code could not be loaded. Choose it again to retry.");
  }

  #say(text) {
    this.#presented = null;
    setText(this.#parts["request-says"], text);
    this.#parts.request.replaceChildren();
    this.#parts.code.hidden = this.#parts.copy.hidden = this.#parts.forms.hidden = true;
  }
}

/** Return the JSON at `path`, or null if there is none. */
async function loaded(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
}

function press(group, name, value) {
  for (const button of group.children) button.setAttribute("aria-pressed", String(button.dataset[name] === value));
}
