/**
 * The status line: the state of a connection that isn't open, else what the open turn does. Pure.
 */

import { heardAt } from "./turn.js";

/** Sentences by the names of the server's close codes. */
const CLOSED = {
  SIGN_IN_AGAIN: "You are signed out. What you typed is kept.",
  NOT_ALLOWED: "You are no longer allowed to use this conversation.",
  NOT_FOUND: "This conversation does not exist any more.",
  TOO_MANY_MESSAGES: "The server closed this page's connection: too many messages at once.",
};
const LOST = {
  FAILED: "Greenroom itself failed; connecting again. What you typed is kept.",
  TRY_AGAIN_LATER: "This page could not keep up with the server; connecting again.",
};
const NOT_CONNECTED = {
  waiting: "The connection is lost; trying again. What you typed is kept.",
  connecting: "Connecting…",
};

/**
 * Return `{text, tone, link}` for a status of the socket, whose `reason` is the server's own sentence: tone is `""`,
 * `waiting` or `error`; link is `sign-in`, `reload` or null.
 */
export function connectionStatus({ state, why, reason }) {
  if (state === "closed") {
    const link = why === "SIGN_IN_AGAIN" ? "sign-in" : "reload";
    return { text: CLOSED[why] ?? (reason || "The connection was closed."), tone: "error", link };
  }
  if (state === "open") return { text: "", tone: "", link: null };
  return { text: LOST[why] ?? NOT_CONNECTED[state], tone: "waiting", link: null };
}

/** Return what the open turn does now, in a few words; "" without one. */
export function turnStatus(turn, speaker, elapsed_ms, held_until_ms) {
  if (!turn) return "";
  if (held_until_ms !== null) return `${speaker} can't be interrupted yet; the interrupt waits.`;
  if (turn.cut_waits !== null) return "The interrupt waits until its word is heard; Esc interrupts at once.";
  const playing = heardAt(turn, elapsed_ms);
  if (playing) return playing.kind === "filler" ? "A filler plays" : `${speaker} speaks`;
  return turn.text === "" ? "Waiting for the LLM" : "Silence";
}
