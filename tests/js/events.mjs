// Events as the wire has them, in short: each call has the next seq, as the events of one conversation do.

export class Wire {
  #seq;

  constructor(seq = 0) {
    this.#seq = seq;
  }

  event(event_type, properties = {}) {
    this.#seq += 1;
    return {
      message_type: event_type.split(".")[0],
      event_type,
      conversation_id: "c1",
      inference_id: "i1",
      turn_idx: 0,
      seq: this.#seq,
      timestamp: 1_763_700_000.5,
      properties: { turn_id: "t1", t_ms: 0, ...properties },
    };
  }

  started(properties = {}) {
    return this.event("playground.turn.started", { kind: "user", text: "Hello", client_msg_id: "m1", continues: null, ...properties });
  }

  delta(text, offset, t_ms = 0) {
    return this.event("playground.delta", { text, offset, t_ms });
  }

  speech(state, properties, t_ms = 0) {
    return this.event("playground.speech", { state, t_ms, segment: segment(properties) });
  }

  closed(status, properties = {}) {
    return this.event(`playground.turn.${status}`, {
      text: "",
      heard_text: "",
      tool_calls: [],
      finish_reason: "stop",
      error: null,
      timings_ms: {},
      usage: {},
      reasoning: "",
      ...properties,
    });
  }

  snapshot(turns = [], more = {}) {
    const conversation = { conversation_id: "c1", status: "active", may_speak: true, conversational_context: "", persona: { name: "Mert" } };
    const made = this.event("playground.snapshot");
    return { ...made, properties: { conversation, turns, seq: made.seq, ...more } };
  }

  /** A part of the snapshot before: it doesn't move `seq`. */
  earlier(turns, earlier) {
    const seq = this.#seq;
    const made = this.event("playground.snapshot.turns");
    this.#seq = seq;
    return { ...made, seq, properties: { turns, earlier } };
  }
}

export function segment(properties = {}) {
  return {
    id: 1,
    kind: "sentence",
    index: 0,
    text: "Hi there.",
    synthesis_ms: 500,
    starts_ms: 700,
    ends_ms: 1_500,
    words: [[0, 2, 700], [3, 9, 1_000]],
    ...properties,
  };
}
