/**
 * Below an interrupted turn: what the next request would have of it under each policy, side by side, and the choice of
 * another one. Loaded with the first interrupted turn; what it shows is asked for when it is opened.
 */

import { element, setText } from "./dom.js";

const PAGE = document.getElementById("live").dataset;
const POLICIES = JSON.parse(PAGE.interruptPolicies);
const FAILED = "It could not be loaded; the server did not answer. Close this and open it again to retry.";

const views = new WeakMap();

/** Show in `root` the policy in force; `scene`: `{policy, ownPolicy, maySpeak}`, `ownPolicy` being the persona's. */
export function showHistories(root, turn, scene, actions) {
  if (!views.has(root)) views.set(root, new HistoriesView(root, turn.turn_id, actions));
  views.get(root).show(scene);
}

class HistoriesView {
  #path;
  #actions;
  #summary = element("summary");
  #says = element("p", "faint");
  #columns = element("div", "histories__columns");
  #details = element("details", "disclosure histories");
  #histories = null;
  #scene;

  constructor(root, turnId, actions) {
    this.#path = PAGE.historiesPath.replace("TURN", encodeURIComponent(turnId));
    this.#actions = actions;
    this.#says.setAttribute("role", "status");
    this.#summary.dataset.key = "n";
    this.#summary.dataset.actionName = "What the next request has of the interrupted turn";
    this.#details.append(this.#summary, this.#says, this.#columns);
    this.#details.addEventListener("toggle", () => this.#details.open && this.#load());
    root.append(this.#details);
    root.hidden = false;
  }

  show(scene) {
    this.#scene = scene;
    setText(this.#summary, `In the next request: ${POLICIES[scene.policy].toLowerCase()}`);
    if (this.#histories) this.#press();
  }

  async #load() {
    if (this.#histories) return;
    setText(this.#says, "Loading …");
    try {
      const answer = await fetch(this.#path, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      this.#histories = (await answer.json()).histories;
    } catch {
      setText(this.#says, FAILED);
      return;
    }
    this.#columns.replaceChildren(...this.#histories.map((history, place) => this.#columnOf(history, `i ${place + 1}`)));
    this.#press();
    this.#details.scrollIntoView({ block: "nearest" });
  }

  #columnOf({ policy, label, messages, earlier, size_bytes }, key) {
    const column = element("section", "history");
    column.dataset.policy = policy;
    column.setAttribute("aria-label", label);
    const title = element("p", "history__title", label);
    const list = element("dl", "history__messages");
    list.tabIndex = 0;
    list.append(...messages.flatMap(({ role, content }) => [element("dt", "", role), element("dd", "prose", content ?? "")]));
    const before = `after ${earlier} earlier ${earlier === 1 ? "message" : "messages"}; ${size_bytes.toLocaleString("en-US")} bytes in all`;
    column.append(title, list, element("p", "faint history__size", messages.length ? before : `Nothing of this turn is passed; ${before}`));
    column.append(this.#choiceOf(policy, key));
    return column;
  }

  #choiceOf(policy, key) {
    const button = element("button", "button button--small");
    button.type = "button";
    button.dataset.key = key;
    button.dataset.actionName = `In the next request: ${POLICIES[policy].toLowerCase()}`;
    button.addEventListener("click", () => {
      if (policy !== this.#scene.policy) this.#actions.chooseHistory(policy);
    });
    return button;
  }

  /** Mark the policy in force. */
  #press() {
    const { policy, ownPolicy, maySpeak } = this.#scene;
    const own = policy === ownPolicy ? "as the persona says" : `chosen here; the persona says: ${POLICIES[ownPolicy].toLowerCase()}`;
    setText(this.#says, `${POLICIES[policy]}, ${own}. It counts from the next request on, in this conversation alone: rehearsal, not platform traffic.`);
    for (const column of this.#columns.children) {
      const isInForce = column.dataset.policy === policy;
      const button = column.querySelector("button");
      column.toggleAttribute("data-in-force", isInForce);
      setText(button, isInForce ? "In force" : "Use this");
      button.setAttribute("aria-label", `${POLICIES[column.dataset.policy]}: ${button.textContent.toLowerCase()}`);
      button.setAttribute("aria-pressed", String(isInForce));
      button.hidden = !maySpeak;
    }
  }
}
