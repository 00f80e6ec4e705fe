/**
 * A caller's wait: from the user's words through tool rounds to the last word, as one turn on one time axis. Pure.
 *
 * A tool round makes several turns of it: the one whose LLM calls a tool, and the continuation of each result.
 * `playground/engine/callers_wait.py` counts the same.
 *
 * @typedef {object} Wait times are ms from the user's words
 * @property {Turn[]} turns
 * @property {number[]} starts_ms when each turn begins
 * @property {Gap[]} gaps between each turn and the next
 *
 * @typedef {object} Gap the time of a tool
 * @property {number} from
 * @property {number} to equals `from` where a result was given by hand: a caller does not wait for a person's typing
 * @property {number|null} left_out_ms how long the result given by hand took; null for one of a mock or an endpoint
 */

import { bars, endOf, marks, scaleOf } from "./picture.js";

const TIMES = ["ttfb", "ttft", "first_sentence", "first_audio"];
const AUTOMATIC = new Set(["mock", "endpoint"]);

/** Return the wait that ends with the turn at `place`; null if this turn goes on or is a whole wait by itself. @returns {Wait|null} */
export function waitAt(turns, place) {
  let first = place;
  while (continues(turns, first)) first -= 1;
  if (first === place || goesOn(turns, place)) return null;
  return waitOf(turns.slice(first, place + 1));
}

/** By their last turn: turns are never changed in place. */
const waits = new WeakMap();

/** Whether the turn at `place` goes on with a tool's result in the next one. */
export function goesOn(turns, place) {
  return continues(turns, place + 1);
}

function continues(turns, place) {
  const turn = turns[place];
  return turn?.kind === "continuation" && turn.continues !== null && turns[place - 1]?.turn_id === turn.continues;
}

/** Return the wait that the turn at `place` is part of, whatever its place in it; null if it is a whole wait by itself. @returns {Wait|null} */
export function waitWith(turns, place) {
  let last = place;
  while (goesOn(turns, last)) last += 1;
  return waitAt(turns, last);
}

/** Return the wait of these turns, each of which continues the one before; the same one for the same turns. @returns {Wait} */
export function waitOf(turns) {
  const wait = waits.get(turns.at(-1));
  const isSame = wait?.turns.length === turns.length && wait.turns.every((turn, place) => turn === turns[place]);
  if (!isSame) waits.set(turns.at(-1), newWait(turns));
  return waits.get(turns.at(-1));
}

function newWait(turns) {
  const starts_ms = [0];
  const gaps = turns.slice(1).map((turn, place) => {
    const gap = gapBetween(turns[place], turn, starts_ms[place]);
    starts_ms.push(gap.to);
    return gap;
  });
  return { turns, starts_ms, gaps };
}

function gapBetween(turn, next, starts_ms) {
  const own_ms = endOf(turn, 0);
  const from = starts_ms + own_ms;
  const took_ms = Math.max(0, Date.parse(next.created_at) - Date.parse(turn.created_at) - own_ms) || 0;
  const sources = Object.values(turn.tool_results).map(({ source }) => source);
  const isAutomatic = sources.length > 0 && sources.every((source) => AUTOMATIC.has(source));
  return isAutomatic ? { from, to: from + took_ms, left_out_ms: null } : { from, to: from, left_out_ms: took_ms };
}

/** Return the turns as waits, in order: a turn that no tool's result continues is one by itself. @returns {Turn[][]} */
export function inWaits(turns) {
  const chains = [];
  turns.forEach((turn, place) => {
    if (continues(turns, place)) chains.at(-1).push(turn);
    else chains.push([turn]);
  });
  return chains;
}

/** Return how long the wait has lasted if its last turn has lasted `elapsed_ms`. */
export function elapsedOf({ starts_ms }, elapsed_ms) {
  return starts_ms.at(-1) + elapsed_ms;
}

/** Return the wait as if it were one turn: its segments and numbers on the wait's axis. @returns {Turn} */
export function asTurn(wait) {
  if (!joined.has(wait)) joined.set(wait, join(wait));
  return joined.get(wait);
}

const joined = new WeakMap();

function join({ turns, starts_ms, gaps }) {
  const moved = turns.map((turn, place) => movedBy(turn, starts_ms[place]));
  const last = moved.at(-1);
  const timings_ms = Object.fromEntries(TIMES.map((name) => [name, firstOf(moved.map((turn) => turn.timings_ms[name]))]));
  return {
    ...last,
    kind: turns[0].kind,
    segments: moved.flatMap((turn, place) => turn.segments.map((segment) => ({ ...segment, id: `${place}.${segment.id}` }))),
    delta_times_ms: moved.flatMap((turn) => turn.delta_times_ms),
    sentences: moved.flatMap((turn) => turn.sentences),
    timings_ms: { ...timings_ms, dead_air: deadAir(turns, gaps), total: last.timings_ms.total },
  };
}

function firstOf(times) {
  return times.find((time) => time != null) ?? null;
}

/** Sum up the silences: of each turn that goes on, up to its end, of the tools, and of the last one up to its last word. */
function deadAir(turns, gaps) {
  const before_ms = turns.slice(0, -1).reduce((sum, turn) => sum + silentIn(turn), 0);
  const tools_ms = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  return before_ms + tools_ms + (turns.at(-1).timings_ms.dead_air ?? 0);
}

function silentIn(turn) {
  const heard = bars(turn, 0).filter(({ kind }) => kind === "speech" || kind === "filler");
  return heard.reduce((silent_ms, { from, to }) => silent_ms - (to - from), endOf(turn, 0));
}

function movedBy(turn, by_ms) {
  const later = (ms) => (ms == null ? null : ms + by_ms);
  return {
    ...turn,
    delta_times_ms: turn.delta_times_ms.map(later),
    sentences: turn.sentences.map((sentence) => ({ ...sentence, t_ms: sentence.t_ms + by_ms })),
    segments: turn.segments.map((segment) => movedSegment(segment, by_ms)),
    timings_ms: Object.fromEntries(Object.entries(turn.timings_ms).map(([name, ms]) => [name, later(ms)])),
    interrupted_at_ms: later(turn.interrupted_at_ms),
  };
}

function movedSegment(segment, by_ms) {
  return {
    ...segment,
    synthesis_ms: segment.synthesis_ms + by_ms,
    starts_ms: segment.starts_ms + by_ms,
    ends_ms: segment.ends_ms + by_ms,
    words: segment.words.map(([start, end, at_ms]) => [start, end, at_ms + by_ms]),
    pauses: (segment.pauses ?? []).map(([from, to]) => [from + by_ms, to + by_ms]),
  };
}

/** Return the wait's bars: the LLM's of each turn, the tools' between them, and the voice over all of it. @returns {Bar[]} */
export function waitBars(wait, elapsed_ms) {
  const { turns, starts_ms, gaps } = wait;
  const llm = turns.flatMap((turn, place) => {
    const own = [...bars(turn, elapsed_ms).filter(({ lane }) => lane === "llm"), ...callBars(turn, gaps[place])];
    return own.map((bar) => ({ ...bar, from: bar.from + starts_ms[place], to: bar.to + starts_ms[place] }));
  });
  const tools = gaps.filter(({ from, to }) => to > from).map(({ from, to }) => ({ lane: "llm", kind: "tool", from, to, label: "a tool's time" }));
  const heard = bars(asTurn(wait), elapsedOf(wait, elapsed_ms)).filter(({ lane }) => lane !== "llm");
  return [...llm, ...tools, ...heard];
}

/** A call that arrives without text, from the first byte to the turn's end; with text, the turn ends with its speech. */
function callBars(turn, gap) {
  const from = turn.timings_ms.ttfb;
  if (!gap || from === null || turn.text !== "") return [];
  return [{ lane: "llm", kind: "call", from, to: endOf(turn, 0), label: "a tool call arrives" }];
}

/** Return the wait's single moments: where it goes on with a tool's result, and those of its last turn. */
export function waitMarks(wait) {
  const results = wait.gaps.map(({ to, left_out_ms }) => ({ kind: left_out_ms === null ? "result" : "left-out", at: to, label: "tool result" }));
  return [...results, ...marks(asTurn(wait))];
}

/** Return the turn that ran at `at_ms`; a tool's time belongs to the turn that called it. */
export function turnAt({ turns, starts_ms }, at_ms) {
  return turns[Math.max(0, starts_ms.findLastIndex((start) => start <= at_ms))];
}

/** Return how long results given by hand took in all, in ms; null if no result was. */
export function leftOutMs({ gaps }) {
  const left_out = gaps.filter(({ left_out_ms }) => left_out_ms !== null);
  return left_out.length > 0 ? left_out.reduce((sum, gap) => sum + gap.left_out_ms, 0) : null;
}

/** Return the axis length for the strips of all `turns`, in ms, with one strip for each wait. */
export function scaleOfWaits(turns, elapsed) {
  const lasted = new Map();
  turns.forEach((turn, place) => {
    if (goesOn(turns, place)) return;
    const wait = waitAt(turns, place);
    lasted.set(wait ? asTurn(wait) : turn, wait ? elapsedOf(wait, elapsed(turn)) : elapsed(turn));
  });
  return scaleOf([...lasted.keys()], (turn) => lasted.get(turn));
}
