/**
 * The inspector's Request tab: the selected turn's request, as a tree, raw or as code, and what another platform would
 * send, as a difference or in whole.
 */

import { partsOf, setText, showText } from "./dom.js";
import { differenceView } from "./difference_view.js";
import { labelOf } from "./platforms.js";
import { requestView } from "./request_view.js";

/** The forms of what another platform would send; its code would be that of a request that nobody sends. */
const IMAGINED_FORMS = new Set(["differences", "tree", "raw", "curl", "powershell"]);
const FORM_SAYS = {
  tree: "What was sent, part by part; secrets stand by their names.",
  raw: "Exactly as it was sent; secrets stand by their names.",
};
const CODE_SAYS = {
  curl: "For a shell such as bash. Secrets are environment variables.",
  powershell: "For PowerShell. Secrets are environment variables.",
  python:
    "Needs the package that it imports: pip install openai, or pip install httpx. Secrets are environment variables. " +
    "The openai client adds headers of its own and orders the body's keys in its own way.",
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
  /** The form in which another platform's request is shown. */
  #imaginedForm = "differences";
  #shownKey = "";
  /** The request as a platform sends it, another one's with its differences; null: none. */
  #presented = null;
  #isOwn = true;
  /** The body that the tree shows, as JSON. */
  #shownBody = "";
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
    if (this.#isOwn) this.#form = form;
    else this.#imaginedForm = form;
    this.#draw(this.#chosen ?? this.#own);
  }

  get #shownForm() {
    return this.#isOwn ? this.#form : this.#imaginedForm;
  }

  async #load(key, turn, platform, live) {
    this.#code = null;
    if (turn.kind === "echo" || turn.kind === "greeting") return this.#say("Nothing was sent: the LLM was bypassed.");
    if (live) this.#present(live, platform);
    try {
      const described = await this.#described(turn, platform);
      if (key !== this.#shownKey) return;
      if (described) this.#present(described, platform);
      else if (!live) this.#say("No request is kept for this turn: nothing was sent.");
    } catch {
      if (key !== this.#shownKey || live) return;
      this.#shownKey = "";
      this.#say("The request could not be loaded; the server did not answer. Choose the platform again to retry.");
    }
  }

  /** Return the request as `platform` sends it, another one's with `between`, its differences; null if none is kept. */
  async #described(turn, platform) {
    const parts = platform === this.#own ? [""] : ["", "differences/"];
    const [whole, between] = await Promise.all(parts.map((part) => loaded(this.#pathOf(turn.turn_id, platform, part))));
    return whole && between !== null ? { ...whole, between } : null;
  }

  #present(described, platform) {
    const isOwn = platform === this.#own;
    this.#presented = described;
    this.#isOwn = isOwn;
    this.#parts.request.toggleAttribute("data-imagined", !isOwn);
    for (const shell of ["curl", "powershell"]) setText(document.getElementById(`request-${shell}`), described[shell] ?? "");
    this.#parts.copy.hidden = !described.curl;
    this.#parts.forms.hidden = false;
    for (const button of this.#parts.forms.children) {
      const { form } = button.dataset;
      button.hidden = isOwn ? form === "differences" : !IMAGINED_FORMS.has(form);
    }
    this.#draw(platform);
  }

  #draw(platform = this.#own) {
    if (!this.#presented) return;
    const form = this.#shownForm;
    press(this.#parts.forms, "form", form);
    const imagined = `What ${labelOf(platform)} would send${form === "differences" ? " otherwise" : ""} for the same turn. This was not sent.`;
    showText(this.#parts["request-says"], this.#isOwn ? (FORM_SAYS[form] ?? "") : imagined);
    const isCode = form in CODE_SAYS;
    this.#parts.code.hidden = !isCode;
    this.#parts.request.hidden = isCode;
    if (isCode) this.#showCode();
    else this.#replaceView(this.#viewOf(platform));
  }

  /** Show another view; the tree of the same body stays as someone folded it, with the focus in it. */
  #replaceView(view) {
    const focused = document.activeElement;
    const shown = this.#parts.request.querySelector(".json-tree");
    const body = JSON.stringify(this.#presented.request?.body);
    if (shown && body === this.#shownBody) view.querySelector(".json-tree")?.replaceWith(shown);
    this.#shownBody = body;
    this.#parts.request.replaceChildren(view);
    if (shown?.isConnected && shown.contains(focused)) focused.focus({ preventScroll: true });
  }

  #viewOf(platform) {
    const form = this.#shownForm;
    if (form !== "differences") return requestView(this.#presented, form !== "raw");
    return differenceView(this.#presented.between, labelOf(this.#own), labelOf(platform));
  }

  /** The programs are loaded when one of them is first chosen. */
  async #showCode() {
    const form = this.#shownForm;
    setText(this.#parts["code-says"], [CODE_SAYS[form], setFirst(this.#presented.curl ?? "")].filter(Boolean).join(" "));
    const shown = document.getElementById("request-code");
    const known = this.#presented[form] ?? this.#code?.[form];
    setText(shown, known ?? "");
    if (known !== undefined) return;
    const key = this.#shownKey;
    const code = await loaded(this.#pathOf(this.#turn.turn_id, this.#own, "code/")).catch(() => null);
    if (key !== this.#shownKey || form !== this.#shownForm) return;
    this.#code = code;
    if (code) setText(shown, code[form]);
    else setText(this.#parts["code-says"], "The code could not be loaded. Choose it again to retry.");
  }

  #say(text) {
    this.#presented = null;
    showText(this.#parts["request-says"], text);
    this.#parts.request.replaceChildren();
    this.#parts.code.hidden = this.#parts.copy.hidden = this.#parts.forms.hidden = true;
  }
}

/** Name the environment variables to set, by the quotes in which the shell command has them. */
function setFirst(curl) {
  const names = [...new Set([...curl.matchAll(/'"\$\{(\w+):\?[^}]*\}"'/g)].map(([, name]) => name))];
  return names.length ? `Set ${names.join(" and ")} first.` : "";
}

/** Return the JSON at `path`, or null if there is none. */
async function loaded(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
}

function press(group, name, value) {
  for (const button of group.children) button.setAttribute("aria-pressed", String(button.dataset[name] === value));
}
