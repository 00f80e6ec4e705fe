/**
 * A closed turn's events, rebuilt from what is stored of it: without seq, and without the times that are not kept. Pure.
 */

import { codePointLength } from "./code_points.js";

/**
 * Return `[{event_type, seq, t_ms, properties}]` of `turn`, whose completions are as `turn_stream` gives them. `seq` is
 * null, and `t_ms` where it is not stored.
 */
export function storedEvents(turn, completions) {
  const { turn_id, kind, user_text, text, status } = turn;
  const end_ms = turn.timings_ms.total;
  const events = [
    made("playground.turn.started", 0, { turn_id, kind, text: kind === "user" ? user_text : text }),
    ...completions.flatMap((completion, place) => exchange(turn, completion, place === completions.length - 1)),
    ...turn.sentences.map(({ t_ms, ...sentence }) => made("playground.sentence", t_ms, { turn_id, ...sentence })),
    ...turn.segments.flatMap((segment) => speech(turn_id, segment)),
    ...(turn.filler ? [made("playground.filler", turn.filler.due_ms, { turn_id, ...turn.filler })] : []),
    ...turn.tool_calls.map((call) => untimed("conversation.tool_call", end_ms, { turn_id, ...call })),
    ...turn.events_fired.map((event_name) => untimed("playground.event_fired", end_ms, { turn_id, event_name })),
    ...turn.notes.map((note) => untimed("playground.note", end_ms, { turn_id, note })),
  ];
  events.sort((one, other) => one.at - other.at);
  const { heard_text, finish_reason, error, timings_ms, usage } = turn;
  const closing = made(`playground.turn.${status}`, end_ms, { turn_id, text, heard_text, finish_reason, error, timings_ms, usage });
  return [...events, closing].map(({ at: _, ...event }) => event);
}

function made(event_type, t_ms, properties) {
  return { event_type, seq: null, t_ms: t_ms ?? null, properties, at: t_ms ?? 0 };
}

/** An event whose time isn't stored, listed at `at`. */
function untimed(event_type, at, properties) {
  return { event_type, seq: null, t_ms: null, properties, at: at ?? 0 };
}

function exchange({ turn_id, timings_ms }, { attempt, status, headers, body, payloads }, isLast) {
  const answered_ms = isLast ? (timings_ms.ttfb ?? 0) : 0;
  const response = { turn_id, status, headers, ...(body ? { body } : {}) };
  return [
    untimed("playground.request", 0, { turn_id, attempt }),
    ...(status === null ? [] : [untimed("playground.response", answered_ms, response)]),
    ...texts(turn_id, payloads),
  ];
}

function texts(turn_id, payloads) {
  const offsets = { delta: 0, reasoning: 0 };
  const events = [];
  for (const { t_ms, became } of payloads) {
    for (const [kind, text] of became.filter(([is]) => is in offsets)) {
      events.push({ ...made(`playground.${kind}`, t_ms, { turn_id, text, offset: offsets[kind] }), at: t_ms ?? Infinity });
      offsets[kind] += codePointLength(text);
    }
  }
  return events;
}

function speech(turn_id, segment) {
  const event = (state, t_ms) => made("playground.speech", t_ms, { turn_id, state, segment });
  return [event("synthesis", segment.synthesis_ms), event("playing", segment.starts_ms), event(segment.cut ? "cut" : "played", segment.ends_ms)];
}
