/**
 * The turns in the transcript: built from the newest on, within a frame's time budget, and kept while they are known.
 */

import { lazy } from "./lazy.js";
import { scaleOf } from "./picture.js";
import { isOpen } from "./turn.js";
import { TurnView } from "./turn_view.js";

/** Time budget for building in a frame; half of it while what is built is laid out and painted at once, which takes longer. */
const BUILDING_MS = 4;
/** How many earlier turns are put into the page at once: each time, the browser looks at all that is there. */
const TOGETHER = 50;
/** How many of the newest turns are laid out even off screen: Chromium doesn't paint turns that enter the view by growing. */
const PAINTED = 20;

/** What of a scene, apart from the turn itself, changes a turn's view. */
const REDRAWN_BY = ["isLast", "maySpeak", "policy", "scale_ms", "wait", "goesOn"];

const withWaits = lazy(() => import("./callers_wait_view.js"));

export class TurnList {
  #list;
  #actions;
  #views = new Map();
  /** Earlier turns that are built but not in the page yet. */
  #above = new DocumentFragment();
  #live = new Set();
  #selected = null;
  #waits = null;

  /** Whether the last update changed something visible. */
  hasChanged = false;

  constructor(list, actions) {
    this.#list = list;
    this.#actions = actions;
  }

  /**
   * Show `turns`. `scene`: `{speaker, hasFiller, platform, policy, ownPolicy, maySpeak, selectedId}`; `elapsed(turn)`
   * returns how long a turn has been open. Returns whether all are shown: else the next update continues with the others.
   */
  update(turns, scene, elapsed) {
    this.hasChanged = false;
    this.#dropGone(turns);
    if (!this.#waits && turns.some(({ kind }) => kind === "continuation")) this.#loadWaits();
    const scale_ms = this.#waits ? this.#waits.scaleOfWaits(turns, elapsed) : scaleOf(turns, elapsed);
    const isWhole = this.#showNewestFirst(turns, { ...scene, scale_ms }, elapsed);
    if (isWhole || this.#list.childElementCount < PAINTED) this.#insertAbove();
    this.#select(this.#views.get(scene.selectedId)?.view);
    return isWhole;
  }

  /** Waits with tool rounds are drawn by a module of their own. */
  #loadWaits() {
    withWaits((waits) => {
      this.#waits = waits;
      this.#actions.redraw();
    });
  }

  tick(turn, elapsed_ms) {
    this.#views.get(turn.turn_id)?.view.tick(turn, elapsed_ms);
  }

  /** Return a turn's element, or undefined if it isn't shown. */
  nodeOf(turnId) {
    const root = this.#views.get(turnId)?.view.root;
    return root?.isConnected ? root : undefined;
  }

  /** Return what to look at to follow the voice of an open turn, or undefined if it isn't shown. */
  voicePlace(turn) {
    return this.#views.get(turn.turn_id)?.view.voicePlace;
  }

  /** Return `{node, top}` of the first turn that ends below `top` in the window, or null. */
  firstBelow(top) {
    const nodes = this.#list.children;
    let [from, to] = [0, nodes.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (nodes[middle].getBoundingClientRect().bottom > top) to = middle;
      else from = middle + 1;
    }
    const node = nodes[from];
    return node ? { node, top: node.getBoundingClientRect().top } : null;
  }

  #showNewestFirst(turns, scene, elapsed) {
    if (this.#above.childElementCount >= TOGETHER) {
      this.#insertAbove();
      return false;
    }
    const isShownAtOnce = this.#list.childElementCount < PAINTED;
    const until = performance.now() + (isShownAtOnce ? BUILDING_MS / 2 : BUILDING_MS);
    let hasBuilt = false;
    let later = null;
    for (let place = turns.length - 1; place >= 0; place -= 1) {
      const turn = turns[place];
      const isLast = place === turns.length - 1;
      const wait = this.#waits?.footAt(turns, place) ?? null;
      const own = { ...scene, isLast, wait, goesOn: this.#waits?.goesOn(turns, place) ?? false };
      if (!this.#isShown(turn, own)) {
        if (hasBuilt && performance.now() > until) return false;
        this.#show(turn, own, elapsed(turn), later);
        hasBuilt = true;
      }
      later = this.#views.get(turn.turn_id).view.root;
      later.toggleAttribute("data-painted", place >= turns.length - PAINTED);
    }
    return true;
  }

  #isShown(turn, scene) {
    const known = this.#views.get(turn.turn_id);
    return known?.turn === turn && REDRAWN_BY.every((name) => known.scene[name] === scene[name]);
  }

  #show(turn, scene, elapsed_ms, later) {
    if (isOpen(turn) || turn.was_live) this.#live.add(turn.turn_id);
    const view = this.#views.get(turn.turn_id)?.view ?? this.#newView(scene.speaker, later);
    const wasLive = this.#live.has(turn.turn_id);
    view.update(turn, { ...scene, wasLive }, elapsed_ms);
    this.#views.set(turn.turn_id, { view, turn, scene });
    this.hasChanged ||= view.root.isConnected;
  }

  #newView(speaker, later) {
    const view = new TurnView(speaker, this.#actions);
    const isAbove = later && (later === this.#list.firstElementChild || !later.isConnected);
    if (isAbove) this.#above.prepend(view.root);
    else this.#list.insertBefore(view.root, later);
    return view;
  }

  #insertAbove() {
    if (!this.#above.childElementCount) return;
    this.#list.prepend(this.#above);
    this.hasChanged = true;
  }

  #select(view) {
    if (view === this.#selected) return;
    if (this.#selected) this.#selected.isSelected = false;
    if (view) view.isSelected = true;
    this.#selected = view;
  }

  #dropGone(turns) {
    const known = new Set(turns.map((turn) => turn.turn_id));
    for (const [id, { view }] of this.#views) {
      if (known.has(id)) continue;
      view.root.remove();
      this.#views.delete(id);
      this.hasChanged = true;
    }
  }
}
