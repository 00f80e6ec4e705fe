/**
 * The numbers above the large timeline. Pure.
 *
 * @typedef {{name: string, label: string, help: string, value: string, unit: string}} Figure
 */

import { codePointLength } from "./code_points.js";
import { formatMs, hasNoEnd } from "./numbers.js";
import { endOf, silences } from "./picture.js";
import { areWhole, deltasOf, measure } from "./timeline_comb.js";
import { isOpen, playouts } from "./turn.js";

/** Return the figures of the selected turn; `request` is its request from the events, if one arrived. @returns {Figure[]} */
export function figures(part, request) {
  return [...times(part), ...rhythm(part), ...sizes(part, request), ...speech(part)];
}

function times({ turn, elapsed_ms }) {
  const end = endOf(turn, elapsed_ms);
  const silent = isOpen(turn) ? silences(turn, end).reduce((sum, { from, to }) => sum + to - from, 0) : hasNoEnd(turn) ? Infinity : turn.timings_ms.dead_air;
  const { ttfb, ttft, first_sentence, first_audio, total } = turn.timings_ms;
  return [
    duration("ttfb", "TTFB", "Time to the first byte of the answer", ttfb),
    duration("ttft", "TTFT", "Time to the first delta with content", ttft),
    duration("first_sentence", "first sentence", "Time to the end of the first sentence", first_sentence),
    duration("first_audio", "first audio", "Time until the answer began to be heard; a filler doesn’t count", first_audio),
    duration("dead_air", "dead air", "All silence from the turn’s start to the end of its speech; no end: nothing was heard", silent),
    duration("total", "total", "From the turn’s start to its end", isOpen(turn) ? elapsed_ms : total),
  ];
}

function rhythm(part) {
  const { per_s, gaps, count } = areWhole(part) ? measure(deltasOf(part)) : rhythmSoFar(part.turn);
  return [
    figure("deltas", "deltas", "How many deltas brought the text", whole(count)),
    figure("deltas_per_s", "deltas a second", "From the first delta to the last one", per_s === null ? null : per_s.toFixed(per_s < 10 ? 1 : 0), "/s"),
    duration("gap_p50", "gap p50", "Half of the pauses between two deltas were no longer; known when the turn has ended", gaps.p50),
    duration("gap_p95", "gap p95", "95 % of the pauses between two deltas were no longer; known when the turn has ended", gaps.p95),
    duration("gap_longest", "longest gap", "The longest pause between two deltas", gaps.longest),
  ];
}

/** Return what this page knows of the deltas while it sees them arrive: several may share a frame. */
function rhythmSoFar({ delta_count, longest_gap_ms, delta_times_ms, timings_ms: { ttft } }) {
  const took_ms = delta_count > 1 ? delta_times_ms.at(-1) - ttft : 0;
  return {
    count: delta_count || null,
    per_s: took_ms > 0 ? ((delta_count - 1) / took_ms) * 1000 : null,
    gaps: { p50: null, p95: null, longest: delta_count > 1 ? longest_gap_ms : null },
  };
}

function sizes({ turn, stored }, request) {
  const prompt = stored?.completions.at(-1)?.prompt ?? promptOf(request?.request?.body);
  return [
    figure("chars", "characters", "The length of the answer", whole(codePointLength(turn.text))),
    figure("usage", "usage", "Tokens of the prompt and of the completion, as the server counts them", usageOf(turn.usage), "tokens"),
    figure("prompt_chars", "prompt", `The texts of ${prompt?.messages ?? "the"} messages that were sent`, whole(prompt?.chars), "chars"),
  ];
}

function usageOf({ prompt_tokens, completion_tokens }) {
  const known = [prompt_tokens, completion_tokens].map((count) => whole(count));
  return known.every((count) => count === null) ? null : known.map((count) => count ?? "?").join(" + ");
}

/** Return the size of a request's body, as `stored_timeline.py` does; null without one. */
export function promptOf(body) {
  if (!Array.isArray(body?.messages)) return null;
  const texts = body.messages.map(({ content }) => content).filter((content) => typeof content === "string");
  return { messages: body.messages.length, chars: texts.reduce((sum, text) => sum + codePointLength(text), 0) };
}

function speech(part) {
  const { lagged_ms, starved_ms } = speechOf(part);
  return [
    duration("lagged", "voice behind", "From the moment a sentence was written whole until it began to be heard: the longest such wait. Sentences wait for their synthesis and for those before them, so it grows with a long answer; that is no fault", lagged_ms),
    duration("starved", "voice waited", "Silence between sentences, because the LLM had not written the next one yet", starved_ms),
  ];
}

/** Return by how many ms speech lagged behind the text, at the most, and how long it starved for text; null before both are known. */
export function speechOf({ turn, elapsed_ms }) {
  const end = endOf(turn, elapsed_ms);
  const written = new Map(turn.sentences.map(({ index, t_ms }) => [index, t_ms]));
  const heard = playouts(turn).filter(({ kind, text, starts_ms }) => kind === "sentence" && text && starts_ms < end);
  if (heard.length === 0) return { lagged_ms: null, starved_ms: null };
  const lags = heard.map(({ index, starts_ms }) => starts_ms - (written.get(index) ?? starts_ms));
  const first = heard[0].starts_ms;
  const silent = silences(turn, end).filter(({ from }) => from >= first);
  const breaks = heard.flatMap(({ pauses = [] }) => pauses).reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, end) - from), 0);
  const starved = silent.reduce((sum, { from, to }) => sum + to - from, 0) - breaks;
  return { lagged_ms: Math.max(...lags), starved_ms: Math.max(0, starved) };
}

function duration(name, label, help, ms) {
  const { value, unit } = formatMs(ms ?? null);
  return { name, label, help, value, unit };
}

function figure(name, label, help, value, unit = "") {
  const isKnown = value !== null && value !== undefined;
  return { name, label, help, value: isKnown ? value : "–", unit: isKnown ? unit : "" };
}

function whole(count) {
  return typeof count === "number" ? count.toLocaleString("en-US") : null;
}
