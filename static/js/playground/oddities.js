/**
 * What is odd about an answer, in sentences with figures and what to do. Pure.
 *
 * Each stands under the answer: a caller who hears nothing asks why, and the page answers where the eye is.
 *
 * @typedef {object} Oddity
 * @property {string} text the sentence
 * @property {Place|null} place where in the stream it is seen; null for a note of the server, which names its own payload
 *
 * @typedef {{kind: string, until_ms?: number}} Place the first payload that became `kind`, or the last one until then
 */

import { codePointLength } from "./code_points.js";
import { inWords } from "./numbers.js";
import { BYPASSED, endOf, leftWaitingUntil, STALL_MS, stallsBetween } from "./picture.js";
import { playouts, spokenSentences } from "./turn.js";

/** A caller notices a silence from here on. */
const LONG_WAIT_MS = 2_000;
/** A shorter answer in one delta is what a model may well send. */
const ONE_PIECE_CHARS = 80;
/** A first sentence of so many characters makes the caller wait for its end. */
const LONG_SENTENCE_CHARS = 300;

/** Return what is odd about `turn` of a persona of the platform with this label; `[]` while it is open. @returns {Oddity[]} */
export function oddities(turn, platform) {
  if (turn.status === "pending" || turn.status === "streaming") return [];
  const silent = saidNothing(turn);
  const notes = (silent ? turn.notes.filter((note) => !TOLD_ABOVE.test(note)) : turn.notes).map((note) => besideError(note, turn));
  const ofVoice = [unspoken(turn), starved(turn), called(turn, platform)];
  const noted = notes.map((text) => ({ text, place: null }));
  if (BYPASSED.has(turn.kind)) return [...ofVoice.filter(Boolean).map(({ text }) => ({ text, place: null })), ...noted];
  return [silent, firstWait(turn), onePiece(turn), stall(turn), noEnd(turn), ...ofVoice, ...noted].filter(Boolean);
}

function oddity(text, kind, until_ms) {
  return { text, place: until_ms === undefined ? { kind } : { kind, until_ms } };
}

/** Notes of the server that a sentence with figures stands for. */
const TOLD_ABOVE = /^The model (said nothing\.|reasoned, but said nothing)/;

/** Return a note of the server as it stands beside the error of its turn, whose sentence is not said twice. */
function besideError(note, { error }) {
  return note === `${error?.message} The request was sent once more.` ? "The request was sent once more, and failed in the same way." : note;
}

function saidNothing({ status, text, tool_calls, reasoning, finish_reason, usage }) {
  if (status !== "completed" || text.trim() || tool_calls.length) return null;
  const end = finish_reason ? ` (finish_reason: ${finish_reason})` : "";
  if (reasoning) {
    const chars = codePointLength(reasoning).toLocaleString("en-US");
    return oddity(`The LLM said nothing: all it sent was ${chars} characters of reasoning, which is never spoken${end}. The caller hears silence. Allow more tokens, or make the model reason less.`, "reasoning");
  }
  const tokens = usage.completion_tokens;
  const spent = tokens > 0 ? ` although it counts ${tokens} completion tokens` : "";
  const blank = text ? "nothing but white space" : "no text and no tool call";
  return oddity(`The LLM said nothing: its answer ended with ${blank}${spent}${end}. The caller hears silence. Look in your endpoint's log for why the content is empty.`, "finish");
}

function firstWait({ timings_ms: { ttft, ttfb } }) {
  if (ttft === null || ttft < LONG_WAIT_MS) return null;
  if (ttfb === null || ttft - ttfb < LONG_WAIT_MS) {
    return oddity(`The first text came after ${inWords(ttft)}: the LLM's server needed that long to begin its answer. A filler covers such a wait; a smaller model or a shorter prompt makes it shorter.`, "delta");
  }
  return oddity(`The first text came after ${inWords(ttft)}, although the server had begun to answer at ${inWords(ttfb)}: look for reasoning, or for a proxy that holds the stream back.`, "delta");
}

function onePiece({ delta_times_ms, text, timings_ms: { ttft } }) {
  const chars = codePointLength(text);
  if (delta_times_ms.length !== 1 || chars < ONE_PIECE_CHARS) return null;
  return oddity(`All ${chars.toLocaleString("en-US")} characters came at once, after ${inWords(ttft)}: the voice could not begin earlier. Send each delta as the model writes it, and let no proxy buffer the stream.`, "delta");
}

/** The longest stall; its place is the last text before it. */
function stall(turn) {
  const pauses = stallsOf(turn);
  if (pauses.length === 0) return null;
  const longest = pauses.toSorted((a, b) => b.to - b.from - (a.to - a.from))[0];
  const others = pauses.length > 1 ? ` (the longest of ${pauses.length} such pauses)` : "";
  const silent_ms = silenceAfter(turn, longest);
  const felt = silent_ms >= 100 ? `the caller heard ${inWords(silent_ms)} of silence` : "the voice was still speaking, so the caller noticed nothing";
  const until = longest.to > turn.delta_times_ms.at(-1) ? ", and nothing came any more" : "";
  const text = `The LLM stalled for ${inWords(longest.to - longest.from)} after its text at ${inWords(longest.from)}${others}${until}; ${felt}. Look for what your endpoint waits for in the middle of an answer.`;
  return oddity(text, "delta", longest.to - STALL_MS / 2);
}

/** Return the length of the silence in which a pause between deltas ends: until the voice is heard again, if it is. */
function silenceAfter(turn, { to }) {
  const heard = playouts(turn);
  const spoken_until = Math.max(0, ...heard.filter(({ starts_ms }) => starts_ms < to).map(({ ends_ms }) => ends_ms));
  const again = Math.min(...heard.map(({ starts_ms }) => starts_ms).filter((starts_ms) => starts_ms >= to));
  return Math.max(0, (Number.isFinite(again) ? again : to) - spoken_until);
}

function noEnd({ sentences, delta_times_ms, timings_ms: { ttft, first_sentence } }) {
  const [first] = sentences;
  if (!first || first.kind !== "sentence" || delta_times_ms.length < 2) return null;
  const chars = first.end - first.start;
  if (chars < LONG_SENTENCE_CHARS) return null;
  return oddity(`No sentence ended in the first ${chars.toLocaleString("en-US")} characters, so the voice waited ${inWords(first_sentence - ttft)} for something to say. Ask the model for a short first sentence.`, "sentence");
}

/** Text that the voice leaves out, in a turn whose voice reached it. */
function unspoken(turn) {
  const spoken = spokenSentences(turn);
  const silent = turn.sentences.filter(({ index }) => spoken.get(index)?.text === "");
  if (silent.length === 0) return null;
  const pieces = silent.length === 1 ? "A piece" : `${silent.length} pieces`;
  return oddity(`${pieces} of the answer can't be spoken (a rule, a table's line, emoji, an empty block), so the caller hears nothing of it.`, "sentence", silent[0].t_ms);
}

/** The silence between two sentences, when the text of the next one came too late. */
function starved(turn) {
  const end_ms = endOf(turn, 0);
  const spoken = playouts(turn).filter(({ kind, text, starts_ms }) => kind === "sentence" && text && starts_ms < end_ms);
  const waits = spoken.slice(1).map((next, place) => next.starts_ms - spoken[place].ends_ms);
  const longest = Math.max(0, ...waits);
  if (longest < STALL_MS || stallsOf(turn).length) return null;
  const late = turn.sentences.find(({ index }) => index === spoken[waits.indexOf(longest) + 1].index);
  return oddity(`The voice ran out of text: ${inWords(longest)} of silence between two sentences. The LLM writes more slowly than the voice speaks.`, "sentence", late?.t_ms);
}

function called({ tool_calls, tool_results, text, status }, platform) {
  const open = tool_calls.filter(({ id }) => !(id in tool_results));
  if (status !== "completed" || open.length === 0) return null;
  const names = [...new Set(open.map(({ name }) => name))].join(", ");
  const silence = text.trim() ? "" : " Until then the caller hears silence.";
  return oddity(`The LLM called ${names} in place of ${text.trim() ? "going on" : "an answer"}. ${platform} runs no tool itself: it hands the call to your application, which answers it.${silence}`, "call");
}

/** Return the stalls of a closed turn: `[{from, to}]`, the last of them up to its end if nothing came any more. */
function stallsOf(turn) {
  const from = turn.delta_times_ms.at(-1);
  const to = leftWaitingUntil(turn);
  return to - from >= STALL_MS ? [...stallsBetween(turn), { from, to }] : stallsBetween(turn);
}
