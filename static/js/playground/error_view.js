/**
 * Why a turn failed, under its answer: the sentence, the server's words, and the ways to what can mend it.
 */

import { setText, showText } from "./dom.js";

/** Fill the parts of the error of `turn`, which failed. */
export function showError(parts, { error, response_status, response_body }) {
  setText(parts["error-message"], error.message);
  showText(parts["error-excerpt"], wordsOf(error, response_status, response_body));
  const { edit } = parts;
  if (edit) leadTo(edit, JSON.parse(edit.dataset.fields)[error.code]);
  showSecret(parts.secret, error.secret);
}

/** Have the link to the persona lead to its field, or hide it. */
function leadTo(link, field) {
  link.hidden = !field;
  if (field) link.hash = `id_${field}`;
}

function wordsOf({ excerpt }, status, body) {
  if (excerpt) return `The server says: “${excerpt}”`;
  return body ? `HTTP ${status}; the body begins: “${body}”` : "";
}

/** A link for whoever may see token secrets, which has the secret's address; a sentence for others. */
function showSecret(part, name) {
  part.hidden = !name;
  if (!name || !part.dataset.path) return;
  part.href = part.dataset.path.replace("NAME", encodeURIComponent(name));
  setText(part, `Open the secret ${name}`);
}
