/**
 * Ids for what the user sends, so that nothing is taken twice. `randomUUID` exists only where the page is secure.
 */

const BYTES = 16;

export function newMessageId() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
