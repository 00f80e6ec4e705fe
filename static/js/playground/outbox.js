/**
 * The user's messages that the server has not accepted yet. Pure; nothing is changed in place.
 *
 * A message waits while a turn is open that was not cut, and leaves when a turn carries its `client_msg_id`. After a
 * reconnect it is sent again under the same id, which the server accepts only once.
 *
 * @typedef {{client_msg_id: string, text: string, kind: "respond"|"echo", sent: boolean}} Message
 */

/** @returns {Message[]} */
export function queued(outbox, text, clientMsgId, kind = "respond") {
  return [...outbox, { client_msg_id: clientMsgId, text, kind, sent: false }];
}

/** Return the outbox without the messages that a turn answers. */
export function settled(outbox, turns) {
  const ids = new Set(turns.map((turn) => turn.client_msg_id));
  const waiting = outbox.filter((message) => !ids.has(message.client_msg_id));
  return waiting.length === outbox.length ? outbox : waiting;
}

/** Return the message to send now, or undefined: one at a time, and none while `isBusy`. */
export function nextToSend(outbox, isBusy) {
  if (isBusy || outbox.some((message) => message.sent)) return undefined;
  return outbox[0];
}

export function markedSent(outbox, clientMsgId) {
  return outbox.map((message) => (message.client_msg_id === clientMsgId ? { ...message, sent: true } : message));
}

/** Mark every message as unsent: after a lost connection it is unknown which ones arrived. */
export function unsent(outbox) {
  return outbox.map((message) => ({ ...message, sent: false }));
}

export function without(outbox, clientMsgId) {
  return outbox.filter((message) => message.client_msg_id !== clientMsgId);
}
