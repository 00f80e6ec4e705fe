/**
 * What the user sent and the server has not taken up yet. Pure; nothing is changed in place.
 *
 * A message waits while a turn is open that was not cut, and is gone when a turn answers to its `client_msg_id`. After
 * a reconnect it is sent again under the same id, which the server takes only once.
 *
 * @typedef {{client_msg_id: string, text: string, kind: "respond"|"echo", sent: boolean}} Message
 */

/** @returns {Message[]} */
export function queued(outbox, text, clientMsgId, kind = "respond") {
  return [...outbox, { client_msg_id: clientMsgId, text, kind, sent: false }];
}

/** The outbox without the messages that a turn has taken up. */
export function settled(outbox, turns) {
  const taken = new Set(turns.map((turn) => turn.client_msg_id));
  const waiting = outbox.filter((message) => !taken.has(message.client_msg_id));
  return waiting.length === outbox.length ? outbox : waiting;
}

/** The message that may go out now, or undefined: one at a time, and none while `isBusy`. */
export function nextToSend(outbox, isBusy) {
  if (isBusy || outbox.some((message) => message.sent)) return undefined;
  return outbox[0];
}

export function markedSent(outbox, clientMsgId) {
  return outbox.map((message) => (message.client_msg_id === clientMsgId ? { ...message, sent: true } : message));
}

/** After a connection was lost nobody knows what arrived: everything counts as unsent. */
export function unsent(outbox) {
  return outbox.map((message) => ({ ...message, sent: false }));
}

export function without(outbox, clientMsgId) {
  return outbox.filter((message) => message.client_msg_id !== clientMsgId);
}
