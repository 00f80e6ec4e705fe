/**
 * The live conversation: ties the socket, the state and the views together.
 */

import { TurnClock } from "./clock.js";
import { Composer } from "./composer.js";
import { Header } from "./header.js";
import { Inspector } from "./inspector.js";
import { lazy } from "./lazy.js";
import { OptionalParts } from "./optional_parts.js";
import * as protocol from "./protocol.js";
import { Sender } from "./sender.js";
import { ConversationSocket } from "./socket.js";
import { initialState, openTurn, reduce, turnById } from "./state.js";
import { connectionStatus, turnStatus } from "./status.js";
import { Transcript } from "./transcript.js";
import { heardAt } from "./turn.js";

const withLog = lazy(() => import("./event_log.js"));
const withSheet = lazy(() => import("./sheet.js"));
const withNotices = lazy(() => import("./notices_view.js"));
const withAnnouncer = lazy(() => import("./announcer.js"));
const withQuestion = lazy(() => import("./barge_in_question.js"));

/** How often the page redraws while a turn is open. */
const TICK_MS = 50;
/** For users who prefer reduced motion. */
const STILL_TICK_MS = 1_000;
/** A page that was hidden for longer requests a snapshot. */
const LONG_HIDDEN_MS = 30_000;
/** Where a key is a letter, not a command. */
const TYPED_IN = "input, textarea, select, [contenteditable], dialog";

class LivePage {
  #root = document.getElementById("live");
  #ended = document.getElementById("ended");
  #isStill = matchMedia("(prefers-reduced-motion: reduce)");
  #state = initialState();
  #connection = { state: "connecting" };
  #selectedId = location.hash.slice(1) || null;
  /** The turn of the page's address, until it is shown. */
  #linkedId = this.#selectedId;
  #frame = null;
  #timer = null;
  #askedFrom = null;
  #hiddenAt = 0;
  #clock = new TurnClock();
  #parts = new OptionalParts(this.#clock, () => this.#requestFrame());
  #hasNotices = false;
  #socket = new ConversationSocket({
    url: socketUrl(this.#root.dataset.socketPath),
    closeCodes: JSON.parse(this.#root.dataset.closeCodes),
    onEvents: (events) => this.#received(events),
    onStatus: (status) => this.#connected(status),
  });
  #sender = new Sender(this.#socket, (turn, text, cut) => this.#asksFirst(turn, text, cut));
  #inspector = new Inspector({
    pathOf: (turnId, platform, part) => this.#requestPath(turnId, platform, part),
    streamPathOf: (turnId) => this.#streamPath(turnId),
    select: (turnId) => this.#select(turnId),
  });
  #transcript = new Transcript({
    select: (turnId) => this.#select(turnId),
    showPlace: (turn, place) => this.#showPlace(turn, place),
    cutAt: (offset) => this.#socket.send(protocol.interrupt(offset)),
    chooseHistory: (policy) => this.#socket.send(protocol.chooseInterruptHistory(policy)),
    retry: (turn) => this.#retry(turn),
    answerCall: (callId, output, status) => this.#socket.send(protocol.toolResult(callId, output, status)),
    say: (text) => this.#say(text),
    takeBack: (id) => this.#putBack(this.#sender.takeBack(id)),
    redraw: () => this.#requestFrame(),
  });
  #composer = new Composer(this.#root.dataset.conversationId, {
    onSend: (text) => this.#say(text),
    onInterrupt: () => this.#sender.cut(this.#state),
    onWithdraw: () => this.#socket.send(protocol.withdrawInterrupt()),
  });
  #header = new Header({
    onContext: (how, text) => this.#socket.send(CONTEXT_COMMANDS[how](text)),
    onEcho: (text) => this.#say(text, "echo"),
  });

  start() {
    document.addEventListener("keydown", (event) => this.#pressed(event));
    addEventListener("online", () => this.#socket.hurry());
    addEventListener("pagehide", () => this.#composer.keep(this.#sender.unsentText));
    document.addEventListener("visibilitychange", () => this.#seen());
    document.getElementById("turn-above").addEventListener("click", () => this.#step(-1));
    document.getElementById("turn-below").addEventListener("click", () => this.#step(1));
    this.#socket.connect();
    this.#composer.start();
    if (matchMedia("(pointer: fine)").matches) this.#composer.focus();
  }

  #pressed(event) {
    if (event.key === "Escape" && !document.querySelector("dialog[open]") && !this.#parts.leave()) {
      this.#sender.cut(this.#state);
    }
    const isOff = document.documentElement.dataset.keys === "off";
    const isTyped = event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPED_IN);
    if (event.key !== "/" || isTyped || isOff) return;
    event.preventDefault();
    this.#composer.focus();
  }

  /** Catch up after the page was hidden: a machine that slept may hold a dead connection. */
  #seen() {
    if (document.hidden) {
      this.#hiddenAt = performance.now();
      return;
    }
    this.#socket.hurry();
    if (performance.now() - this.#hiddenAt > LONG_HIDDEN_MS) this.#socket.send(protocol.resume(this.#state.seq));
  }

  #received(events) {
    const now = performance.now();
    for (const event of events) {
      this.#observe(event, now);
      withLog(({ eventLog }) => eventLog.add(event));
      this.#state = reduce(this.#state, event);
      if (event.event_type === "playground.turn.started") this.#selectedId = null;
      if (event.event_type === "playground.error") {
        this.#putBack(this.#sender.refused(event.properties, this.#state));
      }
    }
    this.#resumeOnGap();
    this.#sender.sendNext(this.#state);
    this.#requestFrame();
  }

  /** Estimate a turn's start from an event, or from the open turn of a snapshot. */
  #observe({ event_type, properties }, now) {
    if (event_type === "playground.snapshot") {
      const { open_turn } = properties;
      if (open_turn) this.#clock.observe(open_turn.turn_id, open_turn.now_ms, now);
    } else if (properties.turn_id && typeof properties.t_ms === "number") {
      this.#clock.observe(properties.turn_id, properties.t_ms, now);
    }
  }

  /** Request a new snapshot, once, because text is missing. */
  #resumeOnGap() {
    const { gap, seq } = this.#state;
    if (gap && this.#askedFrom !== seq) this.#socket.send(protocol.resume(seq));
    this.#askedFrom = gap ? seq : null;
  }

  #connected(status) {
    if (status.state !== "open") this.#sender.lost();
    if (status.state === "closed") {
      this.#putBack(this.#sender.takeBackAll());
      this.#composer.refuse();
    }
    this.#connection = status;
    this.#showStatus();
    this.#requestFrame();
  }

  #say(text, kind = "respond") {
    this.#sender.say(text, kind, this.#state);
    this.#transcript.follow();
    this.#requestFrame();
  }

  /** Ask the user in place of the script's handler, if the persona's barge-in is conditional and something is heard. */
  #asksFirst(turn, text, cut) {
    const isAsked = this.#root.dataset.decisionMs && heardAt(turn, this.#clock.elapsed(turn.turn_id, performance.now()));
    if (isAsked) withQuestion(({ ask }) => ask(text, cut, () => openTurn(this.#state)?.turn_id === turn.turn_id));
    return Boolean(isAsked);
  }

  #putBack(text) {
    if (text) this.#composer.putBack(text);
    this.#requestFrame();
  }

  #retry(turn) {
    if (turn.kind === "user") this.#say(turn.user_text);
    else this.#say(turn.text, "echo");
    this.#composer.focus();
  }

  #select(turnId) {
    this.#selectedId = turnId;
    withSheet(({ sheet }) => sheet.open());
    this.#requestFrame();
  }

  /** Show where in the stream of `turn` something is seen. */
  #showPlace(turn, place) {
    this.#select(turn.turn_id);
    // Behind the sheet, which moves the inspector and with it the focus.
    withSheet(() => {
      this.#inspect(turn, () => 0);
      this.#inspector.goTo(place);
    });
  }

  /** Select the turn above or below, and bring it into view. */
  #step(by) {
    const { turns } = this.#state;
    const next = turns[turns.indexOf(this.#selected()) + by];
    if (!next) return;
    this.#selectedId = next.turn_id;
    this.#transcript.reveal(next.turn_id);
    document.getElementById("announcements").textContent = `Turn ${turns.indexOf(next) + 1} of ${turns.length}`;
    this.#requestFrame();
  }

  #selected() {
    return turnById(this.#state, this.#selectedId) ?? this.#state.turns.at(-1);
  }

  #requestPath(turnId, platform, part) {
    return `${this.#root.dataset.requestPath.replace("TURN", encodeURIComponent(turnId))}${part}?platform=${platform}`;
  }

  #streamPath(turnId) {
    return this.#root.dataset.streamPath.replace("TURN", encodeURIComponent(turnId));
  }

  #requestFrame() {
    this.#frame ??= requestAnimationFrame(() => this.#render());
  }

  #render() {
    this.#frame = null;
    if (!this.#state.conversation) return;
    const isWhole = this.#show();
    if (!isWhole) this.#requestFrame();
    if (openTurn(this.#state)) this.#tickLater();
  }

  #tickLater() {
    const redraw = () => {
      this.#timer = null;
      this.#requestFrame();
    };
    this.#timer ??= setTimeout(redraw, this.#isStill.matches ? STILL_TICK_MS : TICK_MS);
  }

  /** Show the state; return false while some turns are not shown yet. */
  #show() {
    const { conversation, turns } = this.#state;
    const now = performance.now();
    const elapsed = (turn) => this.#clock.elapsed(turn.turn_id, now);
    const maySpeak = conversation.may_speak;
    const open = openTurn(this.#state);
    const selected = this.#selected();
    this.#header.update(conversation, maySpeak);
    this.#showNotices(this.#state.notices);
    this.#ended.hidden = maySpeak;
    const isWhole = this.#transcript.update(this.#state, this.#scene(selected, maySpeak), elapsed);
    this.#transcript.tick(open ?? null, open ? elapsed(open) : 0);
    if (this.#linkedId && this.#transcript.reveal(this.#linkedId)) this.#linkedId = null;
    if (selected) this.#inspect(selected, elapsed);
    if (turns.length) withAnnouncer(({ announcer }) => announcer.update(turns, elapsed));
    this.#parts.update(turns.at(-1));
    const maySend = this.#connection.state !== "closed";
    const mayInterrupt = Boolean(open) && this.#connection.state === "open";
    const mayWithdraw = mayInterrupt && open.cut_waits !== null;
    this.#composer.update({ maySpeak, maySend, mayInterrupt, mayWithdraw });
    this.#showStatus(open, open ? elapsed(open) : 0);
    return isWhole;
  }

  #scene(selected, maySpeak) {
    const isConnected = this.#connection.state === "open";
    const { name } = this.#state.conversation.persona;
    const whyWaiting = isConnected ? `Waits until ${name} has stopped.` : "Waits for the connection.";
    return { outbox: this.#sender.outbox, selectedId: selected?.turn_id, maySpeak, whyWaiting };
  }

  #inspect(turn, elapsed) {
    const { conversation, requests, turns } = this.#state;
    const request = requests[turn.turn_id];
    this.#inspector.show(turn, turns, conversation.persona.platform, request, elapsed(turn));
    this.#inspector.tick(turn, elapsed(turn));
    this.#inspector.see({ turn, turns, elapsed, request });
  }

  #showNotices(notices) {
    if (!notices.length && !this.#hasNotices) return;
    this.#hasNotices = notices.length > 0;
    withNotices(({ noticesView }) => noticesView.update(notices));
  }

  #showStatus(open, elapsed_ms = 0) {
    const { text, tone, link } = connectionStatus(this.#connection);
    if (text) return this.#composer.say(text, tone, this.#linkTo(link));
    const { conversation, refusal } = this.#state;
    if (refusal) return this.#composer.say(refusal.message, "error");
    const held_until_ms = this.#state.open?.held_until_ms ?? null;
    return this.#composer.say(turnStatus(open, conversation?.persona.name, elapsed_ms, held_until_ms));
  }

  #linkTo(name) {
    if (name === "sign-in") return { href: this.#root.dataset.signInPath, text: "Sign in again" };
    return name === "reload" ? { href: location.href, text: "Load the page again" } : null;
  }
}

const CONTEXT_COMMANDS = { append: protocol.appendContext, overwrite: protocol.overwriteContext };

function socketUrl(path) {
  const url = new URL(path, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

new LivePage().start();
