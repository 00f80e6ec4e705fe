/**
 * The transcript: all turns, unsent messages, and where it is scrolled to: it follows the voice, the end or the reader.
 */

import { lazy } from "./lazy.js";
import { labelOf } from "./platforms.js";
import { TurnList } from "./turn_list.js";

const withOutbox = lazy(() => import("./outbox_view.js"));
const withOpenings = lazy(() => import("./openings.js"));
const withEntries = lazy(() => import("./between_turns.js"));

const NEAR_THE_END_PX = 48;
/** Where the spoken sentence is put when it leaves the view, and from where on it has left it; as shares of the height. */
const VOICE_TOP = 0.2;
const VOICE_BOTTOM = 0.8;
const FOLLOWED = { VOICE: "voice", END: "end", READER: "reader" };

export class Transcript {
  #scroller = document.getElementById("transcript");
  #list = document.getElementById("turns");
  #turns;
  #outbox = document.getElementById("outbox");
  #empty = document.getElementById("empty");
  #emptyEnded = document.getElementById("empty-ended");
  #toEnd = document.getElementById("to-end");
  #toVoice = document.getElementById("to-voice");
  #outboxKey = "";
  #followed = FOLLOWED.VOICE;
  #speaking = null;
  #hasGrown = false;
  #isFilling = false;
  #top = 0;
  #anchor = null;
  #placedAt = null;
  #actions;

  /** `actions`: those of TurnView, and `say(text)`, `takeBack(clientMsgId)`, `redraw()`. */
  constructor(actions) {
    this.#actions = actions;
    this.#turns = new TurnList(this.#list, actions);
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    for (const name of ["wheel", "touchmove"]) this.#scroller.addEventListener(name, () => this.#movedByHand(), { passive: true });
    this.#list.addEventListener("click", ({ target }) => target.closest("summary, [aria-expanded]") && this.#movedTo(target));
    this.#toEnd.addEventListener("click", () => this.#follow(FOLLOWED.END));
    this.#toVoice.addEventListener("click", () => this.#returnToVoice());
    const resized = new ResizeObserver(() => this.#resized());
    for (const box of [this.#scroller, ...this.#scroller.children]) resized.observe(box);
  }

  /**
   * Show the state; `elapsed(turn)` returns how long a turn has been open. Of many turns the newest are shown first;
   * returns false if it has to be called again in the next frame for the others.
   */
  update(state, { outbox, selectedId, maySpeak, whyWaiting }, elapsed) {
    const { persona, interrupt_history: policy } = state.conversation;
    const { name, filler, platform, interrupt_history: ownPolicy } = persona;
    this.#showEmpty(state, outbox, maySpeak);
    this.#renewAnchor();
    const speaks = { speaker: shortName(name), hasFiller: Boolean(filler), platform: labelOf(platform), policy, ownPolicy };
    const scene = { ...speaks, maySpeak, selectedId };
    const isWhole = this.#turns.update(state.turns, scene, elapsed);
    if (state.context_changes.length + state.used_versions.length) withEntries(({ showBetweenTurns }) => showBetweenTurns(this.#list, state, isWhole));
    this.#showOutbox(outbox, whyWaiting);
    this.#isFilling = !isWhole || state.earlier > 0;
    this.#scroller.toggleAttribute("data-filling", this.#isFilling);
    if (this.#hasGrown || this.#turns.hasChanged) this.#stay();
    this.#hasGrown = false;
    return isWhole;
  }

  /** Show the open turn at `elapsed_ms`; null once there is none. */
  tick(turn, elapsed_ms) {
    if (turn) this.#turns.tick(turn, elapsed_ms);
    const before = this.#speaking;
    this.#speaking = turn ? (this.#turns.voicePlace(turn) ?? null) : null;
    if (this.#speaking !== before) this.#stick();
  }

  /** Follow what is said from now on. */
  follow() {
    this.#follow(FOLLOWED.VOICE);
  }

  /** Scroll to the turn, and follow the reader from there; return whether it is shown yet. */
  reveal(turnId) {
    const node = this.#turns.nodeOf(turnId);
    if (!node) return false;
    this.#scrollTo(node, 0);
    this.#follow(FOLLOWED.READER);
    this.#anchor = { node, top: node.getBoundingClientRect().top };
    this.#placedAt = this.#top;
    return true;
  }

  #follow(followed) {
    this.#followed = followed;
    this.#stick();
  }

  #returnToVoice() {
    if (this.#speaking) this.#scrollTo(this.#speaking, VOICE_TOP);
    this.#follow(FOLLOWED.VOICE);
  }

  /** Scroll `node` to a share of the height below the top. */
  #scrollTo(node, share) {
    const { clientHeight } = this.#scroller;
    this.#scroller.scrollTop += node.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top - share * clientHeight;
    this.#top = this.#scroller.scrollTop;
  }

  #showEmpty(state, outbox, maySpeak) {
    const isEmpty = state.turns.length === 0 && outbox.length === 0;
    this.#empty.hidden = !isEmpty || !maySpeak;
    this.#emptyEnded.hidden = !isEmpty || maySpeak;
    const list = this.#empty.querySelector("#openings");
    if (this.#empty.hidden || list.childElementCount) return;
    withOpenings(({ showOpenings }) => showOpenings(list, state.conversation.persona, this.#actions.say));
  }

  #showOutbox(outbox, whyWaiting) {
    const key = outbox.length ? JSON.stringify([outbox, whyWaiting]) : "";
    if (key === this.#outboxKey) return;
    this.#outboxKey = key;
    withOutbox(({ waitingMessages }) => {
      if (key !== this.#outboxKey) return;
      this.#outbox.replaceChildren(...waitingMessages(outbox, whyWaiting, this.#actions.takeBack));
      this.#hasGrown = true;
      this.#actions.redraw();
    });
  }

  /** Stay with the reader, who opens something to read: it grows downwards, out of the view. */
  #movedTo(node) {
    this.#followed = FOLLOWED.READER;
    this.#anchor = { node, top: node.getBoundingClientRect().top };
    this.#placedAt = this.#scroller.scrollTop;
  }

  /** Let the reader go down too while the voice is followed. */
  #movedByHand() {
    if (this.#followed === FOLLOWED.VOICE && this.#speaking) this.#followed = FOLLOWED.READER;
  }

  /** Detect a reader's scrolling: only a reader scrolls up; the end alone moves away when content grows. */
  #scrolled() {
    const { scrollTop } = this.#scroller;
    if (this.#followed === FOLLOWED.READER && this.#isAtEnd()) this.#followed = FOLLOWED.END;
    else if (scrollTop < this.#top && !this.#isAtEnd()) this.#followed = FOLLOWED.READER;
    this.#top = scrollTop;
    this.#offer();
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
    const follows = this.#followed !== FOLLOWED.READER;
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
    if (this.#followed !== FOLLOWED.READER) {
      this.#scroller.scrollTop = this.#followedTop();
      this.#top = this.#scroller.scrollTop;
    }
    this.#offer();
  }

  /** Return where to scroll to: to the end, but not past the voice, which is kept in view. */
  #followedTop() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    const end = scrollHeight - clientHeight;
    if (this.#followed === FOLLOWED.END || !this.#speaking) return end;
    const { top, bottom } = this.#speaking.getBoundingClientRect();
    const above = this.#scroller.getBoundingClientRect().top;
    const isTurn = !this.#speaking.matches(".sentence");
    const isInPlace = top >= above && bottom - above <= VOICE_BOTTOM * clientHeight;
    if (!isTurn && isInPlace) return Math.min(end, scrollTop);
    return Math.min(end, scrollTop + top - above - (isTurn ? 0 : VOICE_TOP * clientHeight));
  }

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
  }

  #offer() {
    this.#toEnd.hidden = this.#isAtEnd();
    this.#toVoice.hidden = this.#followed === FOLLOWED.VOICE || !this.#speaking || this.#isSeen(this.#speaking);
  }

  #isSeen(node) {
    const { top, bottom } = node.getBoundingClientRect();
    const view = this.#scroller.getBoundingClientRect();
    return bottom > view.top && top < view.bottom;
  }
}

/** Return the first word of the name, shown before every answer, unless it carries no information. */
function shortName(name) {
  const [first] = name.split(" ");
  return first.length > 3 ? first : name;
}
