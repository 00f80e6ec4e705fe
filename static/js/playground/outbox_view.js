/**
 * The user's messages that the conversation doesn't have yet, below its turns.
 */

import { fromTemplate, partsOf, setText } from "./dom.js";

/** Return an element for each message; `takeBack(clientMsgId)` is for those that are not sent, `whyWaiting` says why. */
export function waitingMessages(outbox, whyWaiting, takeBack) {
  return outbox.map((message) => {
    const root = fromTemplate("waiting-template");
    const parts = partsOf(root);
    setText(parts.question, message.text);
    setText(parts.why, message.sent ? "" : whyWaiting);
    parts["take-back"].hidden = message.sent;
    parts["take-back"].addEventListener("click", () => takeBack(message.client_msg_id));
    return root;
  });
}
