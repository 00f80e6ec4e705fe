/**
 * The answer's text in the transcript: appends text, lights up sentence by sentence, and follows the voice.
 */

import { segmentOf, sentenceParts, signature, tailParts } from "./answer.js";
import { codePointLength, unitOffsets } from "./code_points.js";
import { visible } from "./control_characters.js";
import { element, setText } from "./dom.js";
import { cutOffset, isOpen } from "./turn.js";

/** The word being heard, as a custom highlight, because that moves without a change to the document or a layout. */
const wordBeingHeard = highlight("word-being-heard");
/** The word at which an interrupt waits for the voice. */
const waitingWord = highlight("interrupt-waits");

function highlight(name) {
  if (!globalThis.Highlight) return null;
  CSS.highlights.set(name, new Highlight());
  return CSS.highlights.get(name);
}

/** So many sentences from the one being heard on are split into words; others when the pointer comes over them. */
const SPLIT_SENTENCES = 8;

export class AnswerView {
  #container;
  #turn;
  #slots = [];
  #tail = element("span", "answer__tail");
  #nowWord = null;

  constructor(container) {
    this.#container = container;
    container.append(this.#tail);
    container.addEventListener("pointerover", ({ target }) => this.#split(target.closest(".sentence")));
  }

  /** Show `turn`; sentences that look the same keep their nodes. */
  update(turn) {
    this.#turn = turn;
    const cut = cutOffset(turn);
    const unit = unitOffsets(turn.text);
    const ahead = this.#slots.findIndex((slot) => slot.state !== "spoken");
    const first = ahead < 0 ? this.#slots.length : ahead;
    let from = 0;
    turn.sentences.forEach((sentence, place) => {
      const isNear = place >= first && place < first + SPLIT_SENTENCES;
      const isWanted = this.#slots[place]?.isPointedAt || (turn.cut_waits > sentence.start && turn.cut_waits <= sentence.end);
      // Split into words only while the turn is open, when they are highlighted one by one and can be clicked.
      const isSplit = isOpen(turn) && Boolean(isNear || isWanted);
      const look = `${signature(turn, sentence, cut)}|${isSplit}`;
      if (cut !== null && from > cut && this.#slots[place]) this.#strikeOut(this.#slots[place]);
      else if (this.#slots[place]?.look !== look) this.#build(place, look, isSplit, sentence, from, cut, unit);
      from = sentence.end;
    });
    this.#showTail(turn, from, cut, unit);
    if (isOpen(turn)) put(waitingWord, this.#wordAt(turn.cut_waits));
  }

  /** Split a sentence into words, so that they can be clicked. */
  #split(sentence) {
    const slot = this.#slots.find((slot) => slot.sentence === sentence);
    if (!slot || slot.isPointedAt || !isOpen(this.#turn)) return;
    slot.isPointedAt = true;
    this.update(this.#turn);
  }

  #wordAt(offset) {
    if (offset === null) return null;
    return this.#container.querySelector(`.word[data-end="${offset}"]`);
  }

  /** Highlight the sentence and the word that are heard at `elapsed_ms`. */
  tick(turn, elapsed_ms) {
    turn.sentences.forEach((sentence, place) => {
      const slot = this.#slots[place];
      const state = speechState(turn, sentence, elapsed_ms);
      if (slot && slot.state !== state) {
        slot.state = state;
        slot.sentence.dataset.state = state;
      }
      if (slot && state === "speaking") this.#markWord(slot, elapsed_ms);
    });
    if (!this.#slots.some((slot) => slot.state === "speaking")) this.#mark(null);
  }

  /** Return the element of the sentence being heard, or null. */
  get speaking() {
    return this.#slots.find((slot) => slot.state === "speaking")?.sentence ?? null;
  }

  #build(place, look, isSplit, sentence, from, cut, unit) {
    const turn = this.#turn;
    const slot = this.#slots[place] ?? this.#newSlot(place);
    slot.look = look;
    slot.sentence.dataset.kind = sentence.kind;
    slot.words = [];
    const lead = tailParts(turn, from, sentence.start, cut, unit);
    const heard = isSplit
      ? sentenceParts(turn, sentence, sentence.start, cut, unit)
      : tailParts(turn, sentence.start, sentence.end, cut, unit);
    slot.lead.replaceChildren(...nodesOf(lead, cut, slot));
    slot.sentence.replaceChildren(...nodesOf(heard, cut, slot));
  }

  /** Mark a shown sentence as unheard: hundreds of them keep their nodes when a turn is cut. */
  #strikeOut({ lead, sentence }) {
    for (const node of [lead, sentence]) node.classList.add("unheard");
  }

  #newSlot(place) {
    const slot = { look: "", state: "", isPointedAt: false, words: [], lead: element("span"), sentence: element("span", "sentence") };
    this.#slots[place] = slot;
    this.#tail.before(slot.lead, slot.sentence);
    return slot;
  }

  #showTail(turn, from, cut, unit) {
    const rest = turn.text.slice(unit(from));
    if (cut === null) {
      setText(this.#tail, visible(rest));
      return;
    }
    const parts = tailParts(turn, from, from + codePointLength(rest), cut, unit);
    this.#tail.replaceChildren(...nodesOf(parts, cut, null));
  }

  #markWord(slot, elapsed_ms) {
    const word = slot.words.findLast(({ at_ms }) => at_ms <= elapsed_ms);
    this.#mark(word?.node ?? null);
  }

  #mark(node) {
    if (node === this.#nowWord) return;
    this.#nowWord = node;
    put(wordBeingHeard, node);
  }
}

/** Highlight a word in place of the one before; null: none. */
function put(highlighted, node) {
  highlighted?.clear();
  if (!node) return;
  const range = new Range();
  range.selectNodeContents(node);
  highlighted?.add(range);
}

function speechState(turn, sentence, elapsed_ms) {
  if (!isOpen(turn)) return "over";
  const segment = segmentOf(turn, sentence);
  if (!segment || elapsed_ms < segment.starts_ms) return "complete";
  return elapsed_ms < segment.ends_ms ? "speaking" : "spoken";
}

function nodesOf(parts, cut, slot) {
  return parts.flatMap((part) => {
    const node = nodeOf(part, slot);
    return part.start === cut ? [cutRule(), node] : [node];
  });
}

function nodeOf(part, slot) {
  if (!part.heard) return element("s", "unheard", part.text);
  if (part.at_ms === null || slot === null) return document.createTextNode(part.text);
  const node = element("span", "word", part.text);
  node.dataset.end = String(part.end);
  slot.words.push({ at_ms: part.at_ms, node });
  return node;
}

function cutRule() {
  const rule = element("span", "cut");
  rule.setAttribute("role", "img");
  rule.setAttribute("aria-label", "Interrupted here; what follows was not heard.");
  return rule;
}
