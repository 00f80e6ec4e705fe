/**
 * The page's whole state as one value (its shape: state_shape.js), reduced over events. Pure; nothing is changed in place.
 */

import { codePointLength, dropCodePoints } from "./code_points.js";
import { isOpen, newTurn } from "./turn.js";

/** How many arrival times of deltas a turn keeps; beyond it every other one is dropped. */
export const DELTA_TIMES = 400;

/** @returns {State} */
export function initialState() {
  const turns = { turns: [], earlier: 0, requests: {}, open: null };
  return { seq: 0, gap: false, conversation: null, ...turns, context_changes: [], used_versions: [], refusal: null, notices: [] };
}

/** Return the state after `event`. An event that was already applied, or is unknown, changes nothing. */
export function reduce(state, event) {
  if (event.event_type === "playground.snapshot") return snapshot(state, event);
  if (event.event_type === "playground.snapshot.turns") return earlierTurns(state, event);
  if (event.event_type === "playground.error") return refused(state, event);
  if (event.event_type === "playground.notice") return noticed(state, event.properties);
  if (typeof event.seq === "number" && event.seq <= state.seq) return state;
  return advance(apply(state, event), event);
}

/** Return the turn with `turnId`, or undefined. */
export function turnById(state, turnId) {
  return state.turns.findLast((turn) => turn.turn_id === turnId);
}

/** Return the open turn, or undefined. */
export function openTurn(state) {
  return state.turns.findLast(isOpen);
}

const CHANGES = {
  "playground.request": requestSent,
  "playground.request_moved": requestMoved,
  "playground.response": responseReceived,
  "playground.answer": answerMoved,
  "playground.delta": contentDelta,
  "playground.reasoning": reasoningDelta,
  "playground.sentence": sentenceCompleted,
  "playground.filler": fillerDecided,
  "playground.speech": speech,
  "playground.note": noteMade,
  "playground.event_fired": eventFired,
  "playground.interrupt_held": interruptHeld,
  "playground.interrupt_waits": interruptWaits,
  "playground.tool_result": toolAnswered,
  "playground.turn.completed": turnClosed,
  "playground.turn.interrupted": turnClosed,
  "playground.turn.failed": turnClosed,
  "conversation.tool_call": toolCalled,
};

function apply(state, event) {
  if (event.event_type === "playground.turn.started") return turnStarted(state, event);
  if (event.event_type === "playground.context") return contextChanged(state, event);
  if (event.event_type === "playground.interrupt_history") return withConversation(state, event.properties);
  if (event.event_type === "playground.ended") return withConversation(state, { status: "ended", may_speak: false });
  const change = CHANGES[event.event_type];
  const turn = change && turnById(state, event.properties.turn_id);
  return turn ? change(state, turn, event.properties, event) : state;
}

function advance(state, event) {
  if (state.gap || typeof event.seq !== "number") return state;
  return { ...state, seq: event.seq };
}

/** Known earlier turns stay, so that the reader keeps the place; later parts of the snapshot deliver them again. */
function snapshot(state, { properties }) {
  const { conversation, turns, context_changes = [], used_versions = [], earlier = 0, seq, notices = [] } = properties;
  const { requests, refusal } = state;
  const newest = turns.map(complete);
  const first = earlier > 0 ? newest[0].turn_idx : 0;
  const known = state.turns.filter((turn) => turn.turn_idx < first && !isOpen(turn));
  const shown = { conversation, turns: [...known, ...newest], context_changes, used_versions, earlier, seq, requests, refusal };
  return notices.reduce(noticed, { ...initialState(), ...shown });
}

/** Apply a part of the snapshot: closed turns, older than those of earlier parts. */
function earlierTurns(state, { properties }) {
  if (state.conversation === null) return state;
  const known = new Map(state.turns.map((turn) => [turn.turn_id, turn]));
  for (const turn of properties.turns.map(complete)) known.set(turn.turn_id, unlessSame(known.get(turn.turn_id), turn));
  const turns = [...known.values()].sort((a, b) => place(a) - place(b));
  return { ...state, turns, earlier: properties.earlier };
}

/** Return the known turn if the other one is equal, so that its view need not be rebuilt. */
function unlessSame(known, turn) {
  return known && JSON.stringify(known) === JSON.stringify(turn) ? known : turn;
}

function place(turn) {
  return turn.turn_idx ?? Number.MAX_SAFE_INTEGER;
}

/** Complete a turn of a snapshot: an open one gets its timings from its events. */
function complete(turn) {
  const first = turn.segments.find((segment) => segment.kind === "sentence" && segment.text);
  const known = {
    ttft: turn.delta_times_ms[0] ?? null,
    first_sentence: turn.sentences[0]?.t_ms ?? null,
    first_audio: first?.starts_ms ?? null,
  };
  const empty = { ...newTurn(turn.turn_id), longest_gap_ms: turn.delta_times_ms.length > 0 ? null : 0 };
  return { ...empty, ...turn, timings_ms: { ...empty.timings_ms, ...known, ...turn.timings_ms } };
}

function refused(state, { properties }) {
  const { code, message, client_msg_id = "" } = properties;
  return { ...state, refusal: { code, message, client_msg_id } };
}

/** Keep the newest notice of its kind while it is on. */
function noticed(state, { kind, is_on, message }) {
  const others = state.notices.filter((notice) => notice.kind !== kind);
  return { ...state, notices: is_on ? [...others, { kind, message }] : others };
}

function contextChanged(state, { properties }) {
  const { conversational_context, change } = properties;
  const changed = withConversation(state, { conversational_context });
  if (!change) return changed;
  return { ...changed, context_changes: upserted(state.context_changes, change, ({ id }) => id === change.id) };
}

function withConversation(state, changes) {
  return { ...state, conversation: { ...state.conversation, ...changes } };
}

function turnStarted(state, event) {
  const { turn_id, kind, text, client_msg_id, continues } = event.properties;
  const turn = {
    ...newTurn(turn_id),
    turn_idx: event.turn_idx,
    kind,
    user_text: text ?? "",
    client_msg_id: client_msg_id ?? "",
    continues: continues || null,
    created_at: new Date(event.timestamp * 1000).toISOString(),
    was_live: true,
  };
  const others = state.turns.filter((other) => other.turn_id !== turn_id);
  const open = { turn_id, chars: 0, reasoning_chars: 0, held_until_ms: null };
  return { ...state, turns: [...others, turn], open, refusal: null };
}

function withTurn(state, turn, changes) {
  const turns = state.turns.slice();
  turns[turns.lastIndexOf(turn)] = { ...turn, ...changes };
  return { ...state, turns };
}

function withTime(turn, name, t_ms) {
  if (turn.timings_ms[name] != null) return turn.timings_ms;
  return { ...turn.timings_ms, [name]: t_ms };
}

function requestSent(state, turn, { attempt, request, origins }) {
  const requests = { ...state.requests, [turn.turn_id]: { attempt, request, origins } };
  return { ...withTurn(state, turn, { status: "streaming", phases: null }), requests };
}

function requestMoved(state, turn, { phases }) {
  return withTurn(state, turn, { phases });
}

function responseReceived(state, turn, { status, body = "", phases, t_ms }) {
  return withTurn(state, turn, { response_status: status, response_ms: t_ms, response_body: body, phases });
}

function answerMoved(state, turn, { state: step, t_ms }) {
  return withTurn(state, turn, step === "ended" ? { answer_ended: true } : { timings_ms: withTime(turn, "ttfb", t_ms) });
}

function contentDelta(state, turn, { text, offset, t_ms, count = 1 }) {
  const open = opened(state, turn);
  if (offset > open.chars) return { ...state, gap: true };
  const added = offset < open.chars ? dropCodePoints(text, open.chars - offset) : text;
  const chars = open.chars + codePointLength(added);
  const next = withTurn(state, turn, {
    text: turn.text + added,
    ...withDelta(turn, t_ms, codePointLength(added), count),
    timings_ms: withTime(turn, "ttft", t_ms),
  });
  return { ...next, gap: false, open: { ...open, chars } };
}

function reasoningDelta(state, turn, { text, offset }) {
  const open = opened(state, turn);
  if (offset > open.reasoning_chars) return { ...state, gap: true };
  const twice = open.reasoning_chars - offset;
  const added = twice > 0 ? dropCodePoints(text, twice) : text;
  const reasoning_chars = open.reasoning_chars + codePointLength(added);
  const next = withTurn(state, turn, { reasoning: turn.reasoning + added });
  return { ...next, gap: false, open: { ...open, reasoning_chars } };
}

function opened(state, turn) {
  if (state.open?.turn_id === turn.turn_id) return state.open;
  return {
    turn_id: turn.turn_id,
    chars: codePointLength(turn.text),
    reasoning_chars: codePointLength(turn.reasoning),
    held_until_ms: null,
  };
}

/** Beyond the bound each delta is counted with the one before it. */
function withDelta({ delta_times_ms, delta_chars, delta_count, longest_gap_ms }, t_ms, added, count) {
  const times = [...delta_times_ms, t_ms];
  const chars = [...delta_chars, added];
  const longest = longest_gap_ms === null ? null : Math.max(longest_gap_ms, t_ms - (delta_times_ms.at(-1) ?? t_ms));
  const counted = { delta_count: delta_count + count, longest_gap_ms: longest };
  if (times.length <= DELTA_TIMES) return { ...counted, delta_times_ms: times, delta_chars: chars };
  const isFirst = (_, place) => place % 2 === 0;
  const pairs = chars.map((n, place) => n + (chars[place + 1] ?? 0));
  return { ...counted, delta_times_ms: times.filter(isFirst), delta_chars: pairs.filter(isFirst) };
}

function sentenceCompleted(state, turn, { index, start, end, kind, t_ms }) {
  const sentences = upserted(turn.sentences, { index, start, end, kind, t_ms }, (sentence) => sentence.index === index);
  return withTurn(state, turn, { sentences, timings_ms: withTime(turn, "first_sentence", t_ms) });
}

function fillerDecided(state, turn, { state: outcome, phrase = "", reason = "", due_ms }) {
  const filler = { state: outcome === "skipped" ? "skipped" : "played", phrase, reason, due_ms };
  return withTurn(state, turn, { filler });
}

function speech(state, turn, { state: step, segment, t_ms }) {
  const cut = step === "cut";
  const known = { ...segment, words: segment.words ?? [], cut };
  if (cut) known.ends_ms = Math.min(known.ends_ms, t_ms);
  const segments = upserted(turn.segments, known, ({ id }) => id === segment.id);
  const isAnswer = step === "playing" && segment.kind === "sentence" && segment.text;
  const timings_ms = isAnswer ? withTime(turn, "first_audio", segment.starts_ms) : turn.timings_ms;
  return withTurn(state, turn, { segments, timings_ms });
}

function upserted(list, item, isSame) {
  const place = list.findIndex(isSame);
  return place < 0 ? [...list, item] : list.with(place, item);
}

function noteMade(state, turn, { note }) {
  return withTurn(state, turn, { notes: [...turn.notes, note] });
}

function eventFired(state, turn, { event_name }) {
  return withTurn(state, turn, { events_fired: [...turn.events_fired, event_name] });
}

function interruptHeld(state, turn, { until_ms }) {
  return { ...state, open: { ...opened(state, turn), held_until_ms: until_ms ?? Infinity } };
}

function interruptWaits(state, turn, { at_offset }) {
  return withTurn(state, turn, { cut_waits: at_offset });
}

function toolCalled(state, turn, { tool_call_id, name, arguments: text, valid }) {
  const call = { id: tool_call_id, name, arguments: text, valid: valid ?? true };
  return withTurn(state, turn, { tool_calls: upserted(turn.tool_calls, call, ({ id }) => id === call.id) });
}

function toolAnswered(state, turn, { tool_call_id, output, status, source }) {
  const result = { output, status, source };
  return withTurn(state, turn, { tool_results: { ...turn.tool_results, [tool_call_id]: result } });
}

function turnClosed(state, turn, properties, event) {
  const status = event.event_type.slice("playground.turn.".length);
  const { text, heard_text, finish_reason, error, timings_ms, usage, reasoning, t_ms } = properties;
  const known = new Map(turn.tool_calls.map((call) => [call.id, call]));
  const tool_calls = (properties.tool_calls ?? []).map((call) => ({ valid: true, ...known.get(call.id), ...call }));
  const next = withTurn(state, turn, {
    status,
    text,
    heard_text,
    tool_calls,
    finish_reason: finish_reason ?? "",
    error: error ?? null,
    timings_ms: { ...turn.timings_ms, ...timings_ms },
    usage: usage ?? {},
    reasoning: reasoning ?? turn.reasoning,
    interrupted_at_ms: status === "interrupted" ? t_ms : null,
  });
  return { ...next, open: null };
}
