/**
 * The socket that tells of an inspector's requests. It reconnects with a growing pause, and then has the list loaded,
 * because news may have been missed. I/O only.
 */

import { pauseBefore } from "../playground/socket.js";

/** The server's close codes from which on another attempt would be pointless; those above are its own failures. */
const FINAL_FROM = 4400;
const FINAL_TO = 4499;

export class ListSocket {
  #attempt = 0;

  /** `onNews()` is called when the list has changed, or may have; `onState(name)` with open, waiting or closed. */
  constructor({ url, onNews, onState, open = (address) => new WebSocket(address), random = Math.random, later = setTimeout }) {
    Object.assign(this, { url, onNews, onState, open, random, later });
  }

  connect() {
    const socket = this.open(this.url);
    socket.onmessage = () => this.#heard();
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #heard() {
    this.#attempt = 0;
    this.onState("open");
    this.onNews();
  }

  #closed(code) {
    if (code >= FINAL_FROM && code <= FINAL_TO) return this.onState("closed");
    this.onState("waiting");
    this.later(() => this.connect(), pauseBefore(this.#attempt, this.random));
    this.#attempt += 1;
  }
}
