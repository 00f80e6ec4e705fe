/**
 * Ids for the user's messages, against duplicates. Not `randomUUID` alone: it exists only in a secure context.
 */

const BYTES = 16;

export function newMessageId() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
