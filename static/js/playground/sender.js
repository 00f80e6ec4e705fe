/**
 * Sends what the user says: cuts the open turn first, waits where that isn't allowed, and sends again after a
 * connection was lost. The rules are outbox.js's; this holds the outbox and the socket.
 */

import { newMessageId } from "./message_id.js";
import { markedSent, nextToSend, queued, settled, unsent, without } from "./outbox.js";
import { echo, interrupt, respond } from "./protocol.js";
import { openTurn } from "./state.js";

const COMMANDS = { respond, echo };

export class Sender {
  #socket;
  #cutId = null;

  constructor(socket) {
    this.#socket = socket;
    this.outbox = [];
  }

  /** Say `text` (`kind`: `respond` to the LLM, or `echo`); an open turn is cut for it. */
  say(text, kind, state) {
    this.outbox = queued(this.outbox, text, newMessageId(), kind);
    this.cut(state);
    this.sendNext(state);
  }

  /** Cut the open turn, if there is one. */
  cut(state) {
    const open = openTurn(state);
    if (open && this.#socket.send(interrupt())) this.#cutId = open.turn_id;
  }

  /** The state has changed: forget what was taken up, send what may go. */
  sendNext(state) {
    this.outbox = settled(this.outbox, state.turns);
    const open = openTurn(state);
    const message = nextToSend(this.outbox, open !== undefined && open.turn_id !== this.#cutId);
    if (!message || state.conversation === null) return;
    const { kind, text, client_msg_id } = message;
    if (this.#socket.send(COMMANDS[kind](text, client_msg_id))) this.outbox = markedSent(this.outbox, client_msg_id);
  }

  /** Nobody knows what arrived before the connection was lost. */
  lost() {
    this.outbox = unsent(this.outbox);
    this.#cutId = null;
  }

  /**
   * The server did not take a message. While a turn is open it waits for its end; otherwise it is taken back, and its
   * text returned.
   */
  refused({ code, client_msg_id }, state) {
    if (!client_msg_id) return "";
    if (code !== "busy" || !openTurn(state)) return this.takeBack(client_msg_id);
    this.outbox = unsent(this.outbox);
    this.#cutId = null;
    return "";
  }

  /** Take back all that the server hasn't taken up; the texts, one a line, or "". */
  takeBackAll() {
    const texts = this.outbox.map((message) => message.text);
    this.outbox = [];
    return texts.join("\n");
  }

  /** Take a message out of the outbox; its text, or "". */
  takeBack(clientMsgId) {
    const message = this.outbox.find((one) => one.client_msg_id === clientMsgId);
    this.outbox = without(this.outbox, clientMsgId);
    return message?.text ?? "";
  }
}
