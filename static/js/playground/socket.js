/**
 * The conversation's WebSocket: reconnects automatically, with exponential backoff and jitter. I/O only; it does not
 * interpret events.
 */

import { parseFrame } from "./protocol.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** Return the pause before attempt `attempt` (0, 1, …), in ms: doubling, with jitter between half of it and all of it. */
export function pauseBefore(attempt, random = Math.random) {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return longest / 2 + random() * (longest / 2);
}

export class ConversationSocket {
  #socket = null;
  #attempt = 0;
  #isHeard = false;
  #timer = null;
  #done = false;

  /**
   * `closeCodes` are the server's own: `{number: {name, is_final}}`; after a final one, reconnecting automatically
   * would be pointless. `onEvents(events)` gets the events of each frame. `onStatus(status)` gets `{state, why?,
   * reason?}`, with state `connecting`, `open` (the first event arrived), `waiting` (for the next attempt) or `closed`
   * (finally); `why` is the close code's name, if it has one.
   */
  constructor({ url, closeCodes, onEvents, onStatus, open = (address) => new WebSocket(address), random = Math.random }) {
    this.url = url;
    this.closeCodes = closeCodes;
    this.onEvents = onEvents;
    this.onStatus = onStatus;
    this.open = open;
    this.random = random;
  }

  connect() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#done = false;
    this.onStatus({ state: "connecting" });
    this.#isHeard = false;
    const socket = this.open(this.url);
    this.#socket = socket;
    socket.onmessage = (message) => this.#received(socket, message);
    socket.onclose = (closed) => this.#closed(socket, closed);
  }

  /** Whether commands can be sent. */
  get isOpen() {
    return this.#socket?.readyState === 1;
  }

  /** Send a command; return false without a connection. */
  send(command) {
    if (!this.isOpen) return false;
    this.#socket.send(JSON.stringify(command));
    return true;
  }

  /** Skip the pause, because the network or the reader is back. */
  hurry() {
    if (this.#timer === null || this.#done) return;
    this.connect();
  }

  close() {
    this.#done = true;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
  }

  #received(socket, message) {
    if (socket !== this.#socket) return;
    const events = parseFrame(message.data);
    if (events.length === 0) return;
    if (!this.#isHeard) this.onStatus({ state: "open" });
    this.#isHeard = true;
    this.onEvents(events);
  }

  #closed(socket, { code, reason }) {
    if (socket !== this.#socket) return;
    const { name: why, is_final: isFinal } = this.closeCodes[code] ?? {};
    if (this.#done || isFinal) {
      this.#done = true;
      this.onStatus({ state: "closed", why, reason });
      return;
    }
    // Keep the backoff after an error of the server: it may fail each time, right after its first event.
    if (this.#isHeard && why !== "FAILED") this.#attempt = 0;
    const pause_ms = pauseBefore(this.#attempt, this.random);
    this.#attempt += 1;
    this.#timer = setTimeout(() => this.connect(), pause_ms);
    this.onStatus({ state: "waiting", why, reason, pause_ms });
  }
}
