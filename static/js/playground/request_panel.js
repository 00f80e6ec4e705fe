/**
 * The inspector's Request tab: the selected turn's request, as its own platform or another one sends it.
 */

import { setText } from "./dom.js";
import { labelOf } from "./platforms.js";
import { requestView } from "./request_view.js";

export class RequestPanel {
  #panel;
  #parts;
  #pathOf;
  #turn = null;
  #own = "";
  #chosen = null;
  #shownKey = "";

  /** `pathOf(turnId, platform)` returns the address of a turn's request. */
  constructor(panel, parts, pathOf) {
    this.#panel = panel;
    this.#parts = parts;
    this.#pathOf = pathOf;
    parts.platforms.addEventListener("click", ({ target }) => {
      const platform = target.closest("[data-platform]")?.dataset.platform;
      if (platform) this.#choose(platform);
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
    this.#press(wanted);
    this.#load(key, turn, wanted, wanted === platform ? live : undefined);
  }

  #choose(platform) {
    this.#chosen = platform;
    if (this.#turn) this.show(this.#turn, this.#own, undefined);
  }

  #press(platform) {
    for (const button of this.#parts.platforms.children) {
      button.setAttribute("aria-pressed", String(button.dataset.platform === platform));
    }
  }

  async #load(key, turn, platform, live) {
    if (turn.kind === "echo" || turn.kind === "greeting") return this.#say("Nothing was sent: the LLM was bypassed.");
    if (live) this.#present(live, platform);
    try {
      const answer = await fetch(this.#pathOf(turn.turn_id, platform), { headers: { Accept: "application/json" } });
      const described = answer.ok ? await answer.json() : null;
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
    const says = isOwn
      ? "Exactly as it was sent; secrets stand by their names."
      : `As ${labelOf(platform)} would send the same turn. This was not sent.`;
    setText(this.#parts["request-says"], says);
    this.#parts.request.toggleAttribute("data-imagined", !isOwn);
    this.#parts.request.replaceChildren(requestView(described));
    this.#offer(described);
  }

  #offer({ curl = "", powershell = "" }) {
    document.getElementById("request-curl").textContent = curl;
    document.getElementById("request-powershell").textContent = powershell;
    this.#parts["copy-curl"].hidden = !curl;
    this.#parts["copy-powershell"].hidden = !powershell;
  }

  #say(text) {
    setText(this.#parts["request-says"], text);
    this.#parts.request.replaceChildren();
    this.#offer({});
  }
}
