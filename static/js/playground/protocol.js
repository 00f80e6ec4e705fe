/**
 * The page's side of the wire: frames to events, intents to commands. Pure.
 *
 * An event is `{message_type, event_type, conversation_id, inference_id, turn_idx, seq, timestamp, properties}`;
 * a frame holds one event or an array of them.
 */

/** Return the events of one frame, in order. Anything else is dropped, so an invalid frame gives an empty list. */
export function parseFrame(text) {
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    return [];
  }
  return (Array.isArray(frame) ? frame : [frame]).filter(isEvent);
}

function isEvent(value) {
  return (
    value !== null &&
    typeof value === "object" &&
    typeof value.event_type === "string" &&
    value.properties !== null &&
    typeof value.properties === "object"
  );
}

export function respond(text, clientMsgId) {
  return conversation("respond", { text, client_msg_id: clientMsgId });
}

/** Interrupt the open turn now, or, with `atOffset` (code points of its text), when the voice gets there. */
export function interrupt(atOffset = null) {
  return conversation("interrupt", atOffset === null ? {} : { at_offset: atOffset });
}

/** Take back an interrupt that waits for the voice. */
export function withdrawInterrupt() {
  return playground("withdraw_interrupt", {});
}

/** Choose what the next requests carry of answers that were cut. */
export function chooseInterruptHistory(policy) {
  return playground("choose_interrupt_history", { policy });
}

/** Let the voice say `text` verbatim. */
export function echo(text, clientMsgId) {
  return conversation("echo", { modality: "text", text, client_msg_id: clientMsgId });
}

export function appendContext(context) {
  return conversation("append_llm_context", { context });
}

export function overwriteContext(context) {
  return conversation("overwrite_llm_context", { context });
}

/** Answer a tool call; `status` is `success` or `error`. */
export function toolResult(toolCallId, output, status) {
  return conversation("tool_result", { tool_call_id: toolCallId, output, status });
}

/** Request a new snapshot; `seq` is that of the last event that arrived. */
export function resume(seq) {
  return playground("resume", { seq });
}

function playground(name, properties) {
  return { message_type: "playground", event_type: `playground.${name}`, properties };
}

function conversation(name, properties) {
  return { message_type: "conversation", event_type: `conversation.${name}`, properties };
}
