/**
 * The transcript: all turns, what waits to be sent, and staying at the end while text comes in.
 */

import { element, fromTemplate, partsOf, setText } from "./dom.js";
import { openings } from "./openings.js";
import { isOpen } from "./turn.js";
import { TurnView } from "./turn_view.js";

const NEAR_THE_END_PX = 48;

export class Transcript {
  #scroller = document.getElementById("transcript");
  #turns = document.getElementById("turns");
  #outbox = document.getElementById("outbox");
  #empty = document.getElementById("empty");
  #emptyEnded = document.getElementById("empty-ended");
  #latest = document.getElementById("latest");
  #views = new Map();
  #shown = new Map();
  #live = new Set();
  #outboxKey = "";
  #follows = true;
  #hasGrown = false;
  #actions;

  /** `actions`: those of TurnView, and `say(text)`, `takeBack(clientMsgId)`. */
  constructor(actions) {
    this.#actions = actions;
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#latest.addEventListener("click", () => this.follow());
    new ResizeObserver(() => this.#stick()).observe(this.#scroller);
  }

  /** Show the state; `elapsed(turn)` gives how long a turn has been going on. */
  update(state, { outbox, selectedId, maySpeak, whyWaiting }, elapsed) {
    const { persona } = state.conversation;
    this.#showEmpty(state, outbox, maySpeak);
    this.#dropGone(state.turns);
    state.turns.forEach((turn, place) => {
      if (isOpen(turn)) this.#live.add(turn.turn_id);
      const scene = {
        isLast: place === state.turns.length - 1,
        hasFiller: Boolean(persona.filler),
        wasLive: this.#live.has(turn.turn_id),
        maySpeak,
      };
      this.#show(turn, place, shortName(persona.name), scene, elapsed);
    });
    for (const [id, view] of this.#views) view.isSelected = id === selectedId;
    this.#showOutbox(outbox, whyWaiting);
    if (this.#hasGrown) this.#stick();
    this.#hasGrown = false;
  }

  tick(turn, elapsed_ms) {
    this.#views.get(turn.turn_id)?.tick(turn, elapsed_ms);
  }

  /** Go to the end and stay there. */
  follow() {
    this.#follows = true;
    this.#stick();
  }

  #show(turn, place, speaker, scene, elapsed) {
    const key = `${scene.isLast}|${scene.maySpeak}`;
    const shown = this.#shown.get(turn.turn_id);
    if (shown?.turn === turn && shown.key === key) return;
    const view = this.#views.get(turn.turn_id) ?? this.#newView(turn, place, speaker);
    view.update(turn, scene, elapsed(turn));
    this.#shown.set(turn.turn_id, { turn, key });
    this.#hasGrown = true;
  }

  #newView(turn, place, speaker) {
    const view = new TurnView(speaker, this.#actions);
    this.#views.set(turn.turn_id, view);
    this.#turns.insertBefore(view.root, this.#turns.children[place] ?? null);
    return view;
  }

  #dropGone(turns) {
    const there = new Set(turns.map((turn) => turn.turn_id));
    for (const [id, view] of this.#views) {
      if (there.has(id)) continue;
      view.root.remove();
      this.#views.delete(id);
      this.#shown.delete(id);
    }
  }

  #showEmpty(state, outbox, maySpeak) {
    const isEmpty = state.turns.length === 0 && outbox.length === 0;
    this.#empty.hidden = !isEmpty || !maySpeak;
    this.#emptyEnded.hidden = !isEmpty || maySpeak;
    const list = this.#empty.querySelector("#openings");
    if (this.#empty.hidden || list.childElementCount) return;
    list.append(...openings(state.conversation.persona).map((line) => this.#opening(line)));
  }

  #opening(line) {
    const button = element("button", "button", line);
    button.type = "button";
    button.addEventListener("click", () => this.#actions.say(line));
    const item = element("li");
    item.append(button);
    return item;
  }

  #showOutbox(outbox, whyWaiting) {
    const key = JSON.stringify([outbox, whyWaiting]);
    if (key === this.#outboxKey) return;
    this.#outboxKey = key;
    this.#hasGrown = true;
    const waiting = outbox.map((message) => {
      const root = fromTemplate("waiting-template");
      const parts = partsOf(root);
      setText(parts.said, message.text);
      setText(parts.why, message.sent ? "" : whyWaiting);
      parts["take-back"].hidden = message.sent;
      parts["take-back"].addEventListener("click", () => this.#actions.takeBack(message.client_msg_id));
      return root;
    });
    this.#outbox.replaceChildren(...waiting);
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#follows = scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
    this.#latest.hidden = this.#follows;
  }

  #stick() {
    if (this.#follows) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    else this.#latest.hidden = false;
  }
}

/** The first word of a name that stands in front of every answer, unless it says nothing. */
function shortName(name) {
  const [first] = name.split(" ");
  return first.length > 3 ? first : name;
}
