/**
 * The turns in the transcript: built from the newest on, within a frame's time budget, and kept while they are known.
 */

import { lazy } from "./lazy.js";
import { scaleOf } from "./picture.js";
import { isOpen } from "./turn.js";
import { TurnView } from "./turn_view.js";

/** Time budget for building in a frame: half a frame at 60 Hz; the rest is for layout and animation. */
const BUILDING_MS = 8;
/** How many of the newest turns are laid out even off screen: Chromium doesn't paint turns that enter the view by growing. */
const PAINTED = 20;

/** What of a scene, apart from the turn itself, changes a turn's view. */
const REDRAWN_BY = ["isLast", "maySpeak", "policy", "scale_ms", "wait", "goesOn"];

const withWaits = lazy(() => import("./callers_wait_view.js"));

export class TurnList {
  #list;
  #actions;
  #views = new Map();
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
    return this.#views.get(turnId)?.view.root;
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
    const until = performance.now() + BUILDING_MS;
    let later = null;
    for (let place = turns.length - 1; place >= 0; place -= 1) {
      const turn = turns[place];
      const isLast = place === turns.length - 1;
      const wait = this.#waits?.footAt(turns, place) ?? null;
      const own = { ...scene, isLast, wait, goesOn: this.#waits?.goesOn(turns, place) ?? false };
      if (!this.#isShown(turn, own)) {
        if (this.hasChanged && performance.now() > until) return false;
        this.#show(turn, own, elapsed(turn), later);
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
    this.hasChanged = true;
  }

  #newView(speaker, later) {
    const view = new TurnView(speaker, this.#actions);
    this.#list.insertBefore(view.root, later);
    return view;
  }

  #select(view) {
    if (view === this.#selected) return;
    if (this.#selected) this.#selected.isSelected = false;
    if (view) view.isSelected = true;
    this.#selected = view;
  }

  #dropGone(turns) {
    const there = new Set(turns.map((turn) => turn.turn_id));
    for (const [id, { view }] of this.#views) {
      if (there.has(id)) continue;
      view.root.remove();
      this.#views.delete(id);
      this.hasChanged = true;
    }
  }
}
