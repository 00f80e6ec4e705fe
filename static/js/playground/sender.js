/**
 * Sends the user's messages: interrupts the open turn first, waits if that isn't allowed, and sends again after a lost
 * connection. The rules are in outbox.js; this class holds the outbox and the socket.
 */

import { newMessageId } from "./message_id.js";
import { markedSent, nextToSend, queued, settled, unsent, without } from "./outbox.js";
import { echo, interrupt, respond } from "./protocol.js";
import { openTurn } from "./state.js";

const COMMANDS = { respond, echo };

export class Sender {
  #socket;
  #asks;
  #cutId = null;

  /** `asks(turn, text, cut)` returns whether somebody is asked first, whose yes calls `cut`; `text` is what is sent, or null. */
  constructor(socket, asks = () => false) {
    this.#socket = socket;
    this.#asks = asks;
    this.outbox = [];
  }

  /** Send `text` (`kind`: `respond` to the LLM, or `echo`), interrupting an open turn. */
  say(text, kind, state) {
    this.outbox = queued(this.outbox, text, newMessageId(), kind);
    this.cut(state, text);
    this.sendNext(state);
  }

  /** Interrupt the open turn, if there is one. */
  cut(state, text = null) {
    const open = openTurn(state);
    if (!open) return;
    const cut = () => {
      if (this.#socket.send(interrupt())) this.#cutId = open.turn_id;
    };
    if (open.turn_id === this.#cutId || !this.#asks(open, text, cut)) cut();
  }

  /** After a change of state: drop accepted messages, and send the next one if it may go. */
  sendNext(state) {
    this.outbox = settled(this.outbox, state.turns);
    const open = openTurn(state);
    const message = nextToSend(this.outbox, open !== undefined && open.turn_id !== this.#cutId);
    if (!message || state.conversation === null) return;
    const { kind, text, client_msg_id } = message;
    if (this.#socket.send(COMMANDS[kind](text, client_msg_id))) this.outbox = markedSent(this.outbox, client_msg_id);
  }

  /** After a lost connection: treat everything as unsent. */
  lost() {
    this.outbox = unsent(this.outbox);
    this.#cutId = null;
  }

  /**
   * Handle a refused message: while a turn is open it waits for the end, otherwise it is removed and its text returned.
   */
  refused({ code, client_msg_id }, state) {
    if (!client_msg_id) return "";
    if (code !== "busy" || !openTurn(state)) return this.takeBack(client_msg_id);
    this.outbox = unsent(this.outbox);
    this.#cutId = null;
    return "";
  }

  /** Remove all messages that the server hasn't accepted; return their texts, one per line, or "". */
  takeBackAll() {
    const texts = this.outbox.map((message) => message.text);
    this.outbox = [];
    return texts.join("\n");
  }

  /** The texts of the messages that are not sent, one per line, or "". */
  get unsentText() {
    return this.outbox.flatMap(({ sent, text }) => (sent ? [] : [text])).join("\n");
  }

  /** Remove a message from the outbox; return its text, or "". */
  takeBack(clientMsgId) {
    const message = this.outbox.find(({ client_msg_id: id }) => id === clientMsgId);
    this.outbox = without(this.outbox, clientMsgId);
    return message?.text ?? "";
  }
}
