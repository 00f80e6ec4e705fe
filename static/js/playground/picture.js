/**
 * A turn's timeline as bars on lanes, to scale. Pure: what there is to draw and where; `picture_view.js` draws it.
 *
 * @typedef {object} Bar times are ms from the turn's start
 * @property {"llm"|"text"|"voice"} lane
 * @property {"waiting"|"stream"|"stall"|"sentence"|"synthesis"|"filler"|"speech"|"dead-air"} kind
 * @property {number} from
 * @property {number} to
 * @property {string} label
 */

import { cutAtMs, cutDueAt, isOpen, playouts } from "./turn.js";

/** The shortest axis: keeps a quick turn from looking like a long one. */
export const SHORTEST_AXIS_MS = 3_000;
/** A pause between two deltas that is no model's own rhythm, if it is also much longer than the answer's usual ones. */
export const STALL_MS = 1_000;
const STALL_PER_USUAL = 5;
/** How long a single delta is drawn. */
const INSTANT_MS = 20;
const SCALES_MS = [3_000, 5_000, 8_000, 12_000, 20_000, 30_000, 45_000, 60_000, 90_000, 120_000, 180_000, 300_000, 600_000];
const TICK_STEPS_MS = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000];
const NARROWEST_TICK_PX = 64;
const TICK_PX = 32;

/**
 * Return the turn's end, or now while it is open. A segment planned to begin after the end was never heard.
 */
export function endOf(turn, elapsed_ms) {
  if (isOpen(turn)) return elapsed_ms;
  const total = turn.timings_ms.total ?? Math.max(0, ...playouts(turn).map((segment) => segment.ends_ms));
  return Math.min(total, cutAtMs(turn) ?? total);
}

/** Return the length of the axis, in ms. */
export function axisOf(turn, elapsed_ms) {
  return Math.max(SHORTEST_AXIS_MS, endOf(turn, elapsed_ms));
}

/** Return the axis length for the strips of all `turns`, in ms: in steps, so that a growing turn seldom changes it. */
export function scaleOf(turns, elapsed) {
  const longest = turns.reduce((most, turn) => Math.max(most, endOf(turn, elapsed(turn))), SHORTEST_AXIS_MS);
  return SCALES_MS.find((scale) => scale >= longest) ?? longest;
}

/** Return what happened up to `elapsed_ms`, lane by lane. @returns {Bar[]} */
export function bars(turn, elapsed_ms) {
  const end = endOf(turn, elapsed_ms);
  const drawn = [...llmBars(turn, end), ...sentenceBars(turn), ...voiceBars(turn), ...silences(turn, end)];
  return drawn.map((bar) => ({ ...bar, to: Math.min(bar.to, end) })).filter((bar) => bar.to > bar.from);
}

function llmBars(turn, end) {
  const first = turn.timings_ms.ttft;
  if (turn.kind === "echo" || turn.kind === "greeting") return [];
  if (first === null || first === undefined) {
    const isOver = turn.tool_calls.length > 0 || !isOpen(turn);
    const to = (isOver && turn.timings_ms.ttfb) || end;
    return [{ lane: "llm", kind: "waiting", from: 0, to, label: "waiting" }];
  }
  // A stall completes the sentence that it broke off.
  const completed = isLeftWaiting(turn) ? 0 : (turn.sentences.at(-1)?.t_ms ?? 0);
  const last = Math.max(first, turn.delta_times_ms.at(-1) ?? 0, completed);
  return [{ lane: "llm", kind: "waiting", from: 0, to: first, label: "waiting" }, ...streamBars(turn, first, last, end)];
}

/** Text that arrives, with the stalls as waiting: between two deltas, and since the last one while the turn may stream on. */
function streamBars(turn, first, last, end) {
  const drawn = [];
  let from = first;
  for (const stall of stallsBetween(turn)) {
    drawn.push({ lane: "llm", kind: "stream", from, to: Math.max(stall.from, from + INSTANT_MS), label: "text arrives" }, stalled(stall));
    from = stall.to;
  }
  drawn.push({ lane: "llm", kind: "stream", from, to: Math.max(last, from + INSTANT_MS), label: "text arrives" });
  if (isLeftWaiting(turn) && end > last) drawn.push(stalled({ from: last, to: end }));
  return drawn;
}

function stalled({ from, to }) {
  return { lane: "llm", kind: "stall", from, to, label: "no text: the LLM stalled" };
}

/** Whether a turn with text ended while more was to come: by our limit, or by an interrupt in a stall. */
function isLeftWaiting(turn) {
  const { status, error, finish_reason, delta_times_ms, interrupted_at_ms } = turn;
  if (delta_times_ms.length === 0) return false;
  if (status === "failed") return error?.code === "stalled";
  return status === "interrupted" && !finish_reason && interrupted_at_ms - delta_times_ms.at(-1) >= STALL_MS;
}

/** Return the stalls: `[{from, to}]`, the last of them up to the turn's end if nothing came any more. */
export function stallsOf(turn) {
  const from = turn.delta_times_ms.at(-1);
  const to = isOpen(turn) ? from : endOf(turn, 0);
  return isLeftWaiting(turn) && to - from >= STALL_MS ? [...stallsBetween(turn), { from, to }] : stallsBetween(turn);
}

/** Return the pauses between deltas that are stalls. The times of a long answer are thinned. */
function stallsBetween({ delta_times_ms: times }) {
  const pauses = times.slice(1).map((to, place) => ({ from: times[place], to }));
  const lengths = pauses.map(({ from, to }) => to - from).sort((one, other) => one - other);
  const usual = lengths[Math.floor((lengths.length - 1) / 2)] ?? 0;
  const least = Math.max(STALL_MS, STALL_PER_USUAL * usual);
  return pauses.filter(({ from, to }) => to - from >= least || (pauses.length === 1 && to - from >= STALL_MS));
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
      { lane: "text", kind: "synthesis", from: synthesis_ms, to: starts_ms, label },
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

/** Return the dead air: the silences from the turn's start to the end of its speech, or to `end` while it is open. */
export function silences(turn, end) {
  const played = playouts(turn).filter(({ starts_ms, ends_ms }) => starts_ms < end && ends_ms > starts_ms);
  const gaps = [];
  let silent_from = 0;
  for (const [from, to] of played.flatMap(heardParts).filter(([start]) => start < end)) {
    if (from > silent_from) gaps.push(silence(silent_from, from));
    silent_from = Math.max(silent_from, to);
  }
  const mayGoOn = isOpen(turn) || played.length === 0 || isLeftWaiting(turn);
  const last = mayGoOn ? end : Math.min(end, played.at(-1).ends_ms);
  if (last > silent_from) gaps.push(silence(silent_from, last));
  return gaps;
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

/** Return the axis labels' places, in ms: round steps with room for each label. */
export function ticks(axis_ms, width_px) {
  const fits = (step) => (step / axis_ms) * width_px >= NARROWEST_TICK_PX;
  const step = TICK_STEPS_MS.find(fits) ?? TICK_STEPS_MS.at(-1);
  const last_ms = axis_ms * (1 - TICK_PX / width_px);
  const count = Math.max(0, Math.floor(last_ms / step));
  return Array.from({ length: count + 1 }, (_, place) => place * step);
}
