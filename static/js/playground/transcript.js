/**
 * The transcript: all turns, unsent messages, and a stable scroll position while text arrives below and turns above.
 */

import { element, fromTemplate, partsOf, setText } from "./dom.js";
import { firstLines } from "./first_lines.js";
import { labelOf } from "./platforms.js";
import { TurnList } from "./turn_list.js";

const NEAR_THE_END_PX = 48;
/** Where on the visible part of the transcript the sentence being heard is kept, from its top. */
const VOICE_AT = 0.4;

export class Transcript {
  #scroller = document.getElementById("transcript");
  #turns;
  #outbox = document.getElementById("outbox");
  #empty = document.getElementById("empty");
  #emptyEnded = document.getElementById("empty-ended");
  #latest = document.getElementById("latest");
  #toVoice = document.getElementById("to-voice");
  #speaking = null;
  #outboxKey = "";
  /** What the page scrolls to: the `voice`, and the end once that is near; the `end`; `nothing`. */
  #follows = "voice";
  #hasGrown = false;
  #isBehindTheVoice = false;
  #isFilling = false;
  #top = 0;
  #anchor = null;
  #placedAt = null;
  #actions;

  /** `actions`: those of TurnView, and `say(text)`, `takeBack(clientMsgId)`. */
  constructor(actions) {
    this.#actions = actions;
    this.#turns = new TurnList(document.getElementById("turns"), actions);
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#latest.addEventListener("click", () => this.#follow("end"));
    this.#toVoice.addEventListener("click", () => this.follow());
    const resized = new ResizeObserver(() => this.#resized());
    for (const box of [this.#scroller, ...this.#scroller.children]) resized.observe(box);
  }

  /**
   * Show the state; `elapsed(turn)` returns how long a turn has been open. Of many turns the newest are shown first;
   * returns false if it has to be called again in the next frame for the others.
   */
  update(state, { outbox, selectedId, maySpeak, whyWaiting }, elapsed) {
    const { name, filler, platform } = state.conversation.persona;
    this.#showEmpty(state, outbox, maySpeak);
    this.#renewAnchor();
    const speaks = { speaker: shortName(name), hasFiller: Boolean(filler), platform: labelOf(platform) };
    const scene = { ...speaks, maySpeak, selectedId };
    const isWhole = this.#turns.update(state.turns, scene, elapsed);
    this.#showOutbox(outbox, whyWaiting);
    this.#isFilling = !isWhole || state.earlier > 0;
    this.#scroller.toggleAttribute("data-filling", this.#isFilling);
    if (this.#hasGrown || this.#turns.hasChanged) this.#stay();
    this.#hasGrown = false;
    return isWhole;
  }

  tick(turn, elapsed_ms) {
    this.#turns.tick(turn, elapsed_ms);
    const speaking = this.#turns.speaking(turn);
    if (speaking === this.#speaking) return;
    this.#speaking = speaking;
    this.#stick();
  }

  /** Scroll to what is heard, or to the end while nothing is, and stay there. */
  follow() {
    this.#isBehindTheVoice = false;
    this.#follow("voice");
  }

  #follow(what) {
    this.#follows = what;
    this.#stick();
  }

  #showEmpty(state, outbox, maySpeak) {
    const isEmpty = state.turns.length === 0 && outbox.length === 0;
    this.#empty.hidden = !isEmpty || !maySpeak;
    this.#emptyEnded.hidden = !isEmpty || maySpeak;
    const list = this.#empty.querySelector("#openings");
    if (this.#empty.hidden || list.childElementCount) return;
    list.append(...firstLines(state.conversation.persona).map((line) => this.#opening(line)));
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
      setText(parts.question, message.text);
      setText(parts.why, message.sent ? "" : whyWaiting);
      parts["take-back"].hidden = message.sent;
      parts["take-back"].addEventListener("click", () => this.#actions.takeBack(message.client_msg_id));
      return root;
    });
    this.#outbox.replaceChildren(...waiting);
  }

  /** Detect a reader's scrolling: only a reader scrolls up; the end alone moves away when content grows. */
  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    const isAtTheEnd = scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
    if (isAtTheEnd && this.#follows === "nothing") this.#follows = this.#isVoiceInView() ? "voice" : "end";
    else if (!isAtTheEnd && scrollTop < this.#top) this.#follows = "nothing";
    this.#top = scrollTop;
    this.#offerWays();
    if (this.#isFilling) this.#renewAnchor();
  }

  /** Runs after layout, before paint: a turn that comes near the viewport for the first time gets its real height then. */
  #resized() {
    if (this.#isFilling) this.#stay();
    else this.#stick();
  }

  /**
   * Set the turn to keep in place while others are inserted above: `{node, top}`. Keep it until the reader scrolls:
   * each move rounds to a pixel, and errors would add up.
   */
  #renewAnchor() {
    const hasScrolled = this.#scroller.scrollTop !== this.#placedAt;
    const follows = this.#follows !== "nothing";
    if (this.#anchor?.node.isConnected && !hasScrolled && !follows) return;
    this.#anchor = follows ? null : this.#turns.firstBelow(this.#scroller.getBoundingClientRect().top);
  }

  /** Scroll to the end, or to the anchor. */
  #stay() {
    if (this.#anchor) {
      const { node, top } = this.#anchor;
      this.#scroller.scrollTop += node.getBoundingClientRect().top - top;
      this.#placedAt = this.#top = this.#scroller.scrollTop;
    }
    this.#stick();
  }

  #stick() {
    if (this.#follows !== "nothing") {
      this.#scroller.scrollTop = this.#follows === "voice" ? this.#placeOfVoice() : this.#scroller.scrollHeight;
      this.#top = this.#scroller.scrollTop;
    }
    this.#offerWays();
  }

  /** Return where to scroll to keep the voice in view: the end, if the voice is no higher than that. */
  #placeOfVoice() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    if (!this.#hasVoice) return this.#isBehindTheVoice ? scrollTop : scrollHeight;
    const top = this.#speaking.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top + scrollTop;
    const place = Math.max(0, top - clientHeight * VOICE_AT);
    this.#isBehindTheVoice = place < scrollHeight - clientHeight;
    return Math.min(place, scrollHeight);
  }

  get #hasVoice() {
    return Boolean(this.#speaking?.isConnected) && this.#speaking.dataset.state === "speaking";
  }

  #isVoiceInView() {
    if (!this.#hasVoice) return true;
    const voice = this.#speaking.getBoundingClientRect();
    const view = this.#scroller.getBoundingClientRect();
    return voice.bottom > view.top && voice.top < view.bottom;
  }

  #offerWays() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#latest.hidden = scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
    this.#toVoice.hidden = this.#isVoiceInView();
  }
}

/** Return the first word of the name, shown before every answer, unless it carries no information. */
function shortName(name) {
  const [first] = name.split(" ");
  return first.length > 3 ? first : name;
}
