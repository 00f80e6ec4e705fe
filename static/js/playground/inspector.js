/**
 * The selected turn in detail: its timeline, its request, its stream, its notes.
 */

import { element, partsOf, setText, showText } from "./dom.js";
import { lazy } from "./lazy.js";
import { showNumbers } from "./numbers_view.js";
import { LANES, PictureView } from "./picture_view.js";
import { labelOf } from "./platforms.js";
import { bindTabs } from "./tabs.js";
import { isOpen } from "./turn.js";

/** How often the sentences about an open turn are rewritten; its picture and numbers follow every frame. */
const WORDS_EVERY_MS = 500;
const REQUEST = document.getElementById("panel-request");
const STREAM = document.getElementById("panel-stream");
const EVENTS = document.getElementById("panel-events");
const NOTES = document.getElementById("panel-notes");
const TURNS = document.getElementById("panel-turns");

const withFindings = lazy(() => import("./findings.js"));
const withTable = lazy(() => import("./picture_table.js"));
const withPlaces = lazy(() => import("./note_places.js"));
const withTurns = lazy(() => import("./turns_panel.js"));
const withButton = lazy(() => import("./place_button.js"));
const withWaits = lazy(() => import("./callers_wait_view.js"));
const withNotes = lazy(() => import("./notes_panel.js"));
const withTimeline = lazy(() => import("./timeline_dialog.js"));

export class Inspector {
  #root = document.getElementById("inspector");
  #title = document.getElementById("inspector-title");
  #parts = partsOf(this.#root);
  #lanes = new PictureView(this.#parts.lanes, LANES);
  #request = null;
  #stream = null;
  #events = null;
  #pathOf;
  #streamPathOf;
  #turn = null;
  #platform = "";
  #live;
  #wordsFor = "";
  #elapsed_ms = 0;
  #turns = [];
  #select;
  #scene = null;
  #timeline = null;

  /**
   * `pathOf(turnId, platform, part)` and `streamPathOf(turnId)` return the addresses of a turn's request and stream,
   * `select(turnId)` selects another turn.
   */
  constructor({ pathOf, streamPathOf, select }) {
    this.#pathOf = pathOf;
    this.#select = select;
    this.#streamPathOf = streamPathOf;
    NOTES.addEventListener("click", ({ target }) => withButton(({ placeOf }) => this.goTo(placeOf(target))));
    bindTabs(this.#root.querySelector("[role=tablist]"), () => this.#showOpened());
    document.getElementById("open-timeline").addEventListener("click", () => this.#openTimeline());
    this.#parts.table.addEventListener("toggle", () => {
      if (this.#turn) this.#showRows(this.#turn, this.#elapsed_ms);
    });
  }

  /** Show `turn`, one of `turns`, of a persona of `platform`; `live` is the request from its events, if one arrived. */
  show(turn, turns, platform, live, elapsed_ms) {
    this.#turns = turns;
    this.#platform = platform;
    this.#live = live;
    const isSame = turn === this.#turn;
    this.#turn = turn;
    this.#showOpened();
    if (isSame) return;
    this.#parts.nothing.hidden = true;
    this.#parts.timeline.hidden = false;
    this.#showWords(turn, elapsed_ms);
    this.tick(turn, elapsed_ms);
  }

  tick(turn, elapsed_ms) {
    if (turn !== this.#turn) return;
    this.#elapsed_ms = elapsed_ms;
    this.#lanes.draw(turn, elapsed_ms);
    showNumbers(this.#parts.numbers, turn, elapsed_ms);
  }

  /** Keep what the large timeline shows (`TimelineDialog.open`), and show it if that is open. */
  see(scene) {
    this.#scene = scene;
    const { turn, turns, elapsed } = scene;
    if (turns.some(({ kind }) => kind === "continuation")) withWaits(({ showWait }) => showWait(this.#parts, turn, turns, elapsed));
    this.#timeline?.update(scene);
  }

  #openTimeline() {
    if (!this.#scene) return;
    withTimeline(({ TimelineDialog }) => {
      this.#timeline ??= new TimelineDialog();
      this.#timeline.open(this.#scene);
    });
  }

  #showWords(turn, elapsed_ms) {
    const moment = isOpen(turn) ? Math.floor(elapsed_ms / WORDS_EVERY_MS) : "closed";
    const wanted = `${turn.turn_id}|${moment}`;
    if (isOpen(turn) && wanted === this.#wordsFor) return;
    this.#wordsFor = wanted;
    withFindings(({ findings, titleOf }) => {
      if (turn !== this.#turn) return;
      setText(this.#title, titleOf(turn, this.#turns));
      this.#parts.findings.replaceChildren(...findings(turn).map((text) => element("li", "", text)));
    });
    this.#showRows(turn, elapsed_ms);
    this.#showNotes(turn);
  }

  /** Build the table only when it is visible: for a long answer it is long. */
  #showRows(turn, elapsed_ms) {
    if (!this.#parts.table.open) return;
    withTable(({ showRows }) => {
      if (turn === this.#turn) showRows(this.#parts.rows, turn, elapsed_ms);
    });
  }

  #showOpened() {
    if (!this.#turn) return;
    if (!REQUEST.hidden) this.#showRequest();
    if (!STREAM.hidden) this.#showStream();
    if (!EVENTS.hidden) this.#showEvents();
    if (!NOTES.hidden) this.#linkNotes();
    if (!TURNS.hidden) withTurns(({ showTurns }) => showTurns(TURNS, this.#turns, this.#turn.turn_id, this.#select));
  }

  /** These panels are loaded when they are first shown. */
  async #showRequest() {
    const { RequestPanel } = await import("./request_panel.js");
    this.#request ??= new RequestPanel(REQUEST, this.#pathOf);
    this.#request.show(this.#turn, this.#platform, this.#live);
  }

  async #showStream() {
    const { StreamPanel } = await import("./stream_panel.js");
    this.#stream ??= new StreamPanel(STREAM, this.#streamPathOf);
    this.#stream.show(this.#turn);
  }

  async #showEvents() {
    const { EventsPanel } = await import("./events_panel.js");
    this.#events ??= new EventsPanel(EVENTS, this.#streamPathOf);
    this.#events.show(this.#turn);
  }

  /** Go to a place in the stream of the shown turn (`rowAt` in payloads.js); null: stay. */
  async goTo(place) {
    if (!place) return;
    const tab = document.getElementById("tab-stream");
    tab.click();
    tab.focus();
    await this.#showStream();
    this.#stream.goTo(place);
  }

  #linkNotes() {
    const turn = this.#turn;
    if (isOpen(turn)) return;
    withPlaces(({ linkNotes }) => linkNotes(this.#parts.notes, this.#streamPathOf(turn.turn_id), turn));
  }

  #showNotes(turn) {
    withNotes(({ showNotes }) => {
      if (turn !== this.#turn) return;
      const count = showNotes(this.#parts.notes, turn, labelOf(this.#platform));
      showText(this.#parts["notes-count"], count ? String(count) : "");
      if (!NOTES.hidden) this.#linkNotes();
    });
  }
}
