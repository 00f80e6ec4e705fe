/**
 * A turn's timeline as bars (state_shape.js) on lanes, to scale. Pure: what there is to draw and where; `picture_view.js` draws it.
 */

import { cutAtMs, cutDueAt, cutOffset, isOpen, playouts } from "./turn.js";

/** The kinds of turns whose words come from no LLM. */
export const BYPASSED = new Set(["echo", "greeting"]);
/** The shortest axis: keeps a quick turn from looking like a long one. */
export const SHORTEST_AXIS_MS = 3_000;
/** A pause between two deltas that is no model's own rhythm, if it is also much longer than the answer's usual ones. */
export const STALL_MS = 1_000;
const STALL_PER_USUAL = 5;
/** A turn closes within so long after its last word. */
const CLOSING_MS = 200;
/** What an axis shows behind a mark that stands in the future. */
const BEHIND_MARK_MS = 300;
/** How long a single delta is drawn. */
const INSTANT_MS = 20;
const SCALES_MS = [3_000, 5_000, 8_000, 12_000, 20_000, 30_000, 45_000, 60_000, 90_000, 120_000, 180_000, 300_000, 600_000];

/**
 * Return the turn's end, or now while it is open. A segment planned to begin after the end was never heard.
 */
export function endOf(turn, elapsed_ms) {
  if (isOpen(turn)) return elapsed_ms;
  const total = turn.timings_ms.total ?? Math.max(0, ...playouts(turn).map((segment) => segment.ends_ms));
  return Math.min(total, cutAtMs(turn) ?? total);
}

/** Return how far an axis has to reach: to the turn's end, and beyond the word at which an interrupt waits. */
export function reachOf(turn, elapsed_ms) {
  const due = cutDueAt(turn);
  return Math.max(endOf(turn, elapsed_ms), due === null ? 0 : due + BEHIND_MARK_MS);
}

/** Return the length of the axis, in ms. */
export function axisOf(turn, elapsed_ms) {
  return Math.max(SHORTEST_AXIS_MS, reachOf(turn, elapsed_ms));
}

/** Return the axis length for the strips of all `turns`, in ms: in steps, so that a growing turn seldom changes it. */
export function scaleOf(turns, elapsed) {
  const longest = turns.reduce((most, turn) => Math.max(most, reachOf(turn, elapsed(turn))), SHORTEST_AXIS_MS);
  return SCALES_MS.find((scale) => scale >= longest) ?? longest;
}

/** Kept for one turn at one moment: the strip and the lanes draw the same in each frame. */
let latest = { turn: null, elapsed_ms: 0, drawn: [] };

/** Return what happened up to `elapsed_ms`, lane by lane. @returns {Bar[]} */
export function bars(turn, elapsed_ms) {
  if (latest.turn !== turn || latest.elapsed_ms !== elapsed_ms) latest = { turn, elapsed_ms, drawn: barsUntil(turn, elapsed_ms) };
  return latest.drawn;
}

function barsUntil(turn, elapsed_ms) {
  const end = endOf(turn, elapsed_ms);
  const drawn = [...llmBars(turn, end), ...sentenceBars(turn), ...voiceBars(turn), ...silences(turn, end)];
  return drawn.map((bar) => ({ ...bar, to: Math.min(bar.to, end) })).filter((bar) => bar.to > bar.from);
}

function llmBars(turn, end) {
  const first = turn.timings_ms.ttft;
  if (BYPASSED.has(turn.kind)) return [];
  if (first === null || first === undefined) {
    const isOver = turn.tool_calls.length > 0 || !isOpen(turn);
    const to = (isOver && turn.timings_ms.ttfb) || end;
    return [{ lane: "llm", kind: "waiting", from: 0, to, label: "waiting" }];
  }
  // A stall completes the sentence that it broke off.
  const waited = isOpen(turn) ? (stallNow(turn, end)?.to ?? null) : leftWaitingUntil(turn);
  const completed = waited === null ? (turn.sentences.at(-1)?.t_ms ?? 0) : 0;
  const last = Math.max(first, turn.delta_times_ms.at(-1) ?? 0, completed);
  return [{ lane: "llm", kind: "waiting", from: 0, to: first, label: "waiting" }, ...streamBars(turn, first, last, waited)];
}

/** Text that arrives, with the stalls as waiting: between two deltas, and since the last one while the turn may stream on. */
function streamBars(turn, first, last, waited) {
  const drawn = [];
  let from = first;
  for (const stall of stallsBetween(turn)) {
    drawn.push({ lane: "llm", kind: "stream", from, to: Math.max(stall.from, from + INSTANT_MS), label: "text arrives" }, stalled(stall));
    from = stall.to;
  }
  drawn.push({ lane: "llm", kind: "stream", from, to: Math.max(last, from + INSTANT_MS), label: "text arrives" });
  if (waited > last) drawn.push(stalled({ from: last, to: waited }));
  return drawn;
}

function stalled({ from, to }) {
  return { lane: "llm", kind: "stall", from, to, label: "no text: the LLM stalled" };
}

/** Return until when a turn with text that ended in a stall had waited for more: to our limit, an error or an interrupt; else null. */
export function leftWaitingUntil(turn) {
  const { status, finish_reason, delta_times_ms, interrupted_at_ms } = turn;
  const last = delta_times_ms.at(-1);
  if (last === undefined) return null;
  if (status === "failed") return failedAfter(turn, last + STALL_MS);
  const isStall = status === "interrupted" && !finish_reason && interrupted_at_ms - last >= STALL_MS;
  return isStall ? endOf(turn, 0) : null;
}

/**
 * Return when a turn failed, if that was at `least_ms` or later. What had come is still said then: the failure is when
 * the sentence that it broke off was completed, or the turn's end if the voice was silent.
 */
function failedAfter(turn, least_ms) {
  const completed = turn.sentences.at(-1)?.t_ms ?? 0;
  if (completed >= least_ms) return completed;
  const end = endOf(turn, 0);
  const isSilent = playouts(turn).every(({ starts_ms, ends_ms }) => starts_ms >= end || ends_ms < end - CLOSING_MS);
  return end >= least_ms && (isSilent || turn.error?.code === "stalled") ? end : null;
}

/** Return the pauses between deltas that are stalls. The times of a long answer are thinned. */
export function stallsBetween({ delta_times_ms }) {
  const pauses = pausesOf(delta_times_ms);
  const long = pauses.filter(({ from, to }) => to - from >= STALL_MS);
  if (long.length === 0) return long;
  const least = pauses.length === 1 ? STALL_MS : leastStall(pauses);
  return long.filter(({ from, to }) => to - from >= least);
}

function pausesOf(times) {
  return times.slice(1).map((to, place) => ({ from: times[place], to }));
}

/** Return how long a pause has to be for a stall among these. */
function leastStall(pauses) {
  const lengths = pauses.map(({ from, to }) => to - from).sort((one, other) => one - other);
  const usual = lengths[Math.floor((lengths.length - 1) / 2)] ?? 0;
  return Math.max(STALL_MS, STALL_PER_USUAL * usual);
}

/** Return the stall in which an open turn is at `elapsed_ms`, as `{from, to}`; null if it is in none. */
export function stallNow(turn, elapsed_ms) {
  const from = turn.delta_times_ms.at(-1);
  if (!isOpen(turn) || turn.answer_ended || BYPASSED.has(turn.kind) || !(elapsed_ms - from >= STALL_MS)) return null;
  return elapsed_ms - from >= leastStall(pausesOf(turn.delta_times_ms)) ? { from, to: elapsed_ms } : null;
}

function sentenceBars(turn) {
  let from = turn.timings_ms.ttft ?? 0;
  return turn.sentences.map((sentence) => {
    const bar = { lane: "text", kind: "sentence", from, to: sentence.t_ms, label: String(sentence.index + 1) };
    from = sentence.t_ms;
    return bar;
  });
}

function voiceBars(turn) {
  return playouts(turn).flatMap((segment) => {
    const { kind, text: label, synthesis_ms, starts_ms } = segment;
    const heard = heardParts(segment).map(([from, to]) => ({ from, to, label }));
    const voice = { lane: "voice", kind: kind === "filler" ? "filler" : "speech" };
    return [
      { lane: "text", kind: "synthesis", from: synthesis_ms, to: starts_ms, label, index: segment.index },
      ...heard.map((part) => ({ ...voice, ...part })),
    ];
  });
}

/** Return the intervals in which a segment is heard: all of it except the breaks in its text. */
function heardParts({ starts_ms, ends_ms, pauses = [] }) {
  const parts = [];
  let from = starts_ms;
  for (const [pause_from, pause_to] of pauses) {
    parts.push([from, pause_from]);
    from = pause_to;
  }
  return [...parts, [from, ends_ms]].filter(([start, end]) => end > start);
}

/**
 * Return the dead air: the silences from the turn's start to the end of its speech, or to `end` while it is open or if it
 * ended in waiting. `playground/engine/speech/dead_air.py` counts the same ones.
 */
export function silences(turn, end) {
  const played = playouts(turn).filter(({ starts_ms, ends_ms }) => starts_ms < end && ends_ms > starts_ms);
  const gaps = [];
  let silent_from = 0;
  for (const [from, to] of played.flatMap(heardParts).filter(([start]) => start < end)) {
    if (from > silent_from) gaps.push(silence(silent_from, from));
    silent_from = Math.max(silent_from, to);
  }
  const last = isOpen(turn) || endedInWaiting(turn, played) ? end : Math.min(end, played.at(-1).ends_ms);
  if (last > silent_from) gaps.push(silence(silent_from, last));
  return gaps;
}

/** Whether the voice had more to say when the turn ended, or said nothing of an answer at all. */
function endedInWaiting(turn, played) {
  if (!played.some(({ kind }) => kind === "sentence")) return true;
  return turn.status !== "completed" && (!turn.finish_reason || cutOffset(turn) !== null);
}

function silence(from, to) {
  return { lane: "voice", kind: "dead-air", from, to, label: "dead air" };
}

/** Return the single moments: `[{kind, at, label}]`. */
export function marks(turn) {
  const moments = [];
  if (turn.timings_ms.ttft != null) moments.push({ kind: "first-delta", at: turn.timings_ms.ttft, label: "first delta" });
  const cut = cutAtMs(turn);
  if (cut !== null) moments.push({ kind: "cut", at: cut, label: "interrupted" });
  const due = cutDueAt(turn);
  if (due !== null) moments.push({ kind: "cut-waits", at: due, label: "the interrupt waits" });
  return moments;
}
