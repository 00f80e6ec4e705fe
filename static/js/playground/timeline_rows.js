/**
 * The rows of the large timeline and what stands on each, from the user's last key to the last word. Pure.
 *
 * A caller's wait may have several turns: each result of a tool starts a continuation. They stand on one axis.
 *
 * @typedef {object} Part one turn on that axis
 * @property {Turn} turn
 * @property {number} offset_ms when it starts on the axis
 * @property {number} elapsed_ms how long it has been open
 * @property {object|null} stored what the server stored of it (`stored_timeline.py`); null until it is loaded
 *
 * @typedef {object} Item times are ms on the axis; a moment has `from` equal to `to`
 * @property {string} kind
 * @property {number} from
 * @property {number} to
 * @property {string} name what it is, in words
 * @property {string} label what fits into a bar
 *
 * @typedef {object} Row
 * @property {string} id
 * @property {string} name
 * @property {Item[]} items in order of time
 */

import { connectionItems } from "./timeline_connection.js";
import { deltasOf } from "./timeline_comb.js";
import { inWords } from "./numbers.js";
import { bars, endOf, reachOf, scaleOf } from "./picture.js";
import { cutAtMs, cutDueAt, isOpen, playouts } from "./turn.js";

const NAMES = {
  you: "You",
  connection: "Request",
  text: "Text",
  sentences: "Sentences",
  synthesis: "Synthesis",
  voice: "Voice",
  filler: "Filler",
  tools: "Tools",
  interrupt: "Interrupt",
  limits: "Limits",
};
/** Rows that are there although nothing stands on them, so that nothing moves while a turn runs. */
const ALWAYS = new Set(["you", "connection", "text", "sentences", "synthesis", "voice"]);

const SKIPPED = {
  answer_in_time: "the answer was there",
  nothing_to_cover: "nothing was left to say",
  tool_round: "a tool round repeats none",
  interrupted: "the turn was interrupted",
};

/**
 * Return the turns of the caller's wait that `turn` belongs to. `elapsed(turn)` is how long it has been open, in ms;
 * `stored(turn_id)` what is stored of it.
 * @returns {Part[]}
 */
export function partsOf(turn, turns, elapsed, stored = () => null) {
  const chain = [firstOf(turn, turns)];
  for (let next; (next = continuationOf(chain.at(-1), turns)); ) chain.push(next);
  const [first] = chain;
  return chain.map((part) => ({
    turn: part,
    offset_ms: part === first ? 0 : between(first, part),
    elapsed_ms: elapsed(part),
    stored: stored(part.turn_id),
  }));
}

function firstOf(turn, turns) {
  const before = turn.continues ? turns.find(({ turn_id }) => turn_id === turn.continues) : undefined;
  return before ? firstOf(before, turns) : turn;
}

function continuationOf(turn, turns) {
  return turns.findLast(({ continues }) => continues === turn.turn_id);
}

function between(first, part) {
  return Math.max(0, Date.parse(part.created_at) - Date.parse(first.created_at)) || 0;
}

/** Return the length of the axis in ms: to the last word, or in steps while a turn is open. */
export function lengthOf(parts) {
  const last = Math.max(1, ...parts.map(({ turn, offset_ms, elapsed_ms }) => offset_ms + reachOf(turn, elapsed_ms)));
  const open = parts.find(({ turn }) => isOpen(turn));
  return open ? scaleOf([open.turn], () => last) : last;
}

/** Return when the last part ends, or now while it is open. */
export function endOfParts(parts) {
  return Math.max(0, ...parts.map(({ turn, offset_ms, elapsed_ms }) => offset_ms + endOf(turn, elapsed_ms)));
}

/** Return the rows, each with its items. @returns {Row[]} */
export function rowsOf(parts) {
  const items = Object.fromEntries(Object.keys(NAMES).map((id) => [id, []]));
  parts.forEach((part, place) => addItems(items, part, parts[place + 1]));
  items.voice = withoutSeams([...items.voice, ...silencesBetween(parts)]);
  return Object.entries(NAMES)
    .filter(([id]) => ALWAYS.has(id) || items[id].length > 0)
    .map(([id, name]) => ({ id, name, items: items[id].toSorted((a, b) => a.from - b.from) }));
}

function addItems(items, part, next) {
  const { turn, offset_ms, elapsed_ms } = part;
  const end = endOf(turn, elapsed_ms);
  const drawn = bars(turn, elapsed_ms);
  const add = (id, made) => items[id].push(...made.map((item) => moved(item, offset_ms)));
  add("you", youItems(turn));
  add("connection", connectionItems(part, end));
  add("text", textItems(part, drawn, end));
  add("sentences", sentenceItems(turn, drawn));
  add("synthesis", synthesisItems(turn, part.stored?.speech.delay_ms, end));
  add("voice", voiceItems(drawn));
  add("filler", fillerItems(part, end));
  add("tools", toolItems(part, end, next));
  add("interrupt", interruptItems(part, end));
  add("limits", limitItems(part, end));
}

function moved(item, by_ms) {
  return { ...item, from: item.from + by_ms, to: item.to + by_ms };
}

/** Return an item; without `to` it is a moment. */
export function item(kind, name, from, to = from, label = "") {
  return { kind, name, from, to, label };
}

function youItems(turn) {
  if (turn.kind === "user") return [item("you", `You: “${turn.user_text}”`, 0, 0, turn.user_text)];
  const name = turn.kind === "continuation" ? "A tool’s result starts the continuation" : "The voice was given its words";
  return [item("you", name, 0, 0, name)];
}

function textItems(part, drawn, end) {
  const { turn } = part;
  const waits = drawn.filter(({ kind, lane }) => lane === "llm" && kind !== "stream");
  const items = waits.map(({ kind, from, to }) => {
    const name = kind === "stall" ? "Stalled: no text" : turn.reasoning ? "No text yet: the LLM may reason" : "No text yet";
    return item(kind, name, from, to, kind === "stall" ? `no text for ${inWords(to - from)}` : "");
  });
  const first = deltasOf(part)[0];
  const failed_ms = failedAt(part, end);
  const ended = failed_ms === null ? [] : [item("failure", `Failed: ${turn.error.message}`, failed_ms, failed_ms, isStalled(turn) ? "" : "failed")];
  return [...items, ...(first ? [item("first-delta", "First delta", first[0])] : []), ...ended];
}

/** Return when a turn failed, or null: what had come until then may be said after it. */
function failedAt(part, end) {
  const { turn, stored } = part;
  if (turn.status !== "failed" || !turn.error) return null;
  const last = deltasOf(part).at(-1)?.[0];
  return isStalled(turn) && stored && last !== undefined ? Math.min(end, last + stored.limits.content_gap_ms) : end;
}

function isStalled({ error }) {
  return error?.code === "stalled";
}

function sentenceItems(turn, drawn) {
  const spokenTexts = new Map(playouts(turn).map((segment) => [segment.index, segment.text]));
  return drawn
    .filter(({ kind }) => kind === "sentence")
    .map(({ from, to, label }) => {
      const text = spokenTexts.get(Number(label) - 1) ?? "";
      return item("sentence", `Sentence ${label} is written${quoted(text)}`, from, to, text ? `${label} ${text}` : label);
    });
}

function quoted(text) {
  return text ? `: “${text}”` : "";
}

/** A voice needs `delay_ms` for its first audio; what is ready waits until the one before it has been said. */
function synthesisItems(turn, delay_ms, end) {
  const spoken = playouts(turn).filter(({ kind, text, synthesis_ms }) => kind === "sentence" && text && synthesis_ms < end);
  return spoken.flatMap(({ index, text, synthesis_ms, starts_ms }) => {
    const ready = delay_ms === undefined ? starts_ms : Math.min(starts_ms, synthesis_ms + delay_ms);
    const name = `sentence ${index + 1}${quoted(text)}`;
    const made = [item("synthesis", `Synthesis of ${name}`, synthesis_ms, Math.min(ready, end), String(index + 1))];
    return ready < Math.min(starts_ms, end) ? [...made, item("ready", `Ready, waits for its turn: ${name}`, ready, Math.min(starts_ms, end))] : made;
  });
}

const VOICE = { speech: "Speech", filler: "Filler", "dead-air": "Dead air" };

function voiceItems(drawn) {
  return drawn
    .filter(({ lane }) => lane === "voice")
    .map(({ kind, from, to, label }) => {
      const isSilent = kind === "dead-air";
      return item(kind, isSilent ? VOICE[kind] : `${VOICE[kind]}${quoted(label)}`, from, to, label);
    });
}

/** Between a call and the continuation that its result starts the caller hears nothing either. */
function silencesBetween(parts) {
  return parts.slice(1).flatMap(({ offset_ms }, place) => {
    const { turn, offset_ms: before_ms, elapsed_ms } = parts[place];
    const from = before_ms + endOf(turn, elapsed_ms);
    return from < offset_ms ? [item("dead-air", VOICE["dead-air"], from, offset_ms)] : [];
  });
}

/** Join the silences that follow each other without a pause. */
function withoutSeams(items) {
  const joined = [];
  for (const span of items.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (span.kind !== "dead-air" || last?.kind !== "dead-air" || span.from > last.to) joined.push(span);
    else joined[joined.length - 1] = { ...last, to: Math.max(last.to, span.to) };
  }
  return joined.map((span) => (span.kind === "dead-air" ? { ...span, label: inWords(span.to - span.from) } : span));
}

function fillerItems(part, end) {
  const { turn, stored } = part;
  const due = turn.filler?.due_ms ?? (turn.kind === "user" ? stored?.speech.filler_delay_ms : null);
  if (due === null || due === undefined) return [];
  if (!turn.filler) return [item("armed", `Filler armed, due at ${inWords(due)}`, 0, Math.min(due, end), "armed")];
  if (turn.filler.state === "played") return playedFiller(part, due);
  const first = turn.timings_ms.first_audio;
  const isEarly = turn.filler.reason === "answer_in_time" && first !== null && first <= due;
  const why = SKIPPED[turn.filler.reason] ?? "no reason is known";
  const skipped = isEarly ? `skipped: the answer was ${inWords(due - first)} earlier` : `skipped: ${why}`;
  const at = turn.filler.reason === "tool_round" ? 0 : Math.min(first ?? end, due, end);
  return [item("armed", `Filler armed, due at ${inWords(due)}`, 0, at, "armed"), item("skipped", `Filler ${skipped}`, at, at, skipped)];
}

function playedFiller(part, due) {
  const played = playouts(part.turn).find(({ kind }) => kind === "filler");
  const eager = tooEager(part);
  const verdict = eager === null ? "" : `${inWords(eager)} too eager`;
  const made = [item("armed", `Filler armed, due at ${inWords(due)}`, 0, due, "armed")];
  if (!played) return made;
  const name = `Filler${quoted(played.text)}${verdict ? `: ${verdict}, the answer was ready then` : ""}`;
  return [...made, item("filler", name, played.starts_ms, played.ends_ms, verdict || played.text)];
}

/**
 * Return by how many ms the filler was too eager: a delay that much longer would have needed no filler, and the filler
 * was still being said when the answer was ready. Null if it was needed, or the answer's readiness isn't known.
 */
export function tooEager({ turn, stored }) {
  const spoken = playouts(turn);
  const filler = spoken.find(({ kind }) => kind === "filler");
  const answer = spoken.find(({ kind, text }) => kind === "sentence" && text);
  const delay_ms = stored?.speech.delay_ms;
  if (!filler || !answer || delay_ms === undefined) return null;
  const ready = answer.synthesis_ms + delay_ms;
  return ready < filler.ends_ms ? Math.max(0, ready - filler.starts_ms) : null;
}

function toolItems({ turn, stored }, end, next) {
  const written = stored?.completions.at(-1)?.calls ?? [];
  const calls = turn.tool_calls;
  if (calls.length === 0) return [];
  const names = calls.map(({ name, arguments: given }) => `${name}(${given})`).join(", ");
  const made = written.length > 1 ? [item("call", `The call is written: ${names}`, written[0], written.at(-1), names)] : [];
  const at = written.at(-1) ?? end;
  made.push(item("called", `Called: ${names}`, at, at, written.length > 1 ? "" : names));
  const answered = calls.filter(({ id }) => id in turn.tool_results);
  if (answered.length < calls.length) return made;
  const results = calls.map(({ id, name }) => `${name}: ${resultText(turn.tool_results[id])}`).join(", ");
  // A result has no time of its own: the continuation starts when the last one is there.
  return next ? [...made, resultItem(results, at, turn, next)] : made;
}

function resultText({ output, status, source }) {
  const text = typeof output === "string" ? output : JSON.stringify(output);
  return `${status === "error" ? "an error, " : ""}${text}${source ? ` (${source})` : ""}`;
}

function resultItem(results, at, turn, next) {
  const to = Math.max(at, between(turn, next.turn));
  return item("result", `Waiting for the result, then ${results}. Rehearsal: not platform traffic`, at, to, results);
}

function interruptItems({ turn, stored }, end) {
  const made = [];
  const first = turn.timings_ms.first_audio;
  const protected_ms = stored?.speech.no_interrupt_ms ?? 0;
  if (protected_ms > 0 && first !== null) {
    const to = Math.min(first + protected_ms, end);
    made.push(item("no-interrupt", `No interrupt for ${inWords(protected_ms)} (noInterruptTime)`, first, to, "no interrupt"));
  }
  const due = cutDueAt(turn);
  if (due !== null) made.push(item("cut-waits", "The interrupt waits for this word", due, due, "waits"));
  const cut = cutAtMs(turn);
  if (cut !== null) {
    const by = turn.error ? ` (${turn.error.message})` : "";
    made.push(item("cut", `Interrupted${by}`, cut, cut, "interrupted"));
  }
  return made;
}

function limitItems(part, end) {
  const { turn, stored } = part;
  if (!stored || turn.kind === "echo" || turn.kind === "greeting") return [];
  const { first_content_ms, content_gap_ms, max_answer_ms } = stored.limits;
  const deltas = deltasOf(part);
  const first = deltas[0]?.[0] ?? null;
  const called = turn.tool_calls.length > 0 ? (stored.completions.at(-1)?.calls[0] ?? end) : null;
  const isOver = !isOpen(turn);
  const answered_ms = first ?? called;
  const made = [limitItem("No text", first_content_ms, { from: 0, to: answered_ms ?? end, end, isOver: isOver || answered_ms !== null }, answered_ms === null ? undefined : "first text in time")];
  if (first !== null && (isOpen(turn) ? !turn.answer_ended : isStalled(turn))) made.push(limitItem(isOpen(turn) ? "If more text is to come" : "No more text", content_gap_ms, { from: deltas.at(-1)[0], to: end, end, isOver }));
  const heard = turn.timings_ms.first_audio;
  if (max_answer_ms && heard !== null) made.push(limitItem("Longest answer", max_answer_ms, { from: heard, to: end, end, isOver }));
  const failed_ms = failedAt(part, end);
  return failed_ms === null ? made : [...made, item("ended", `Ended: ${turn.error.message}`, failed_ms, failed_ms, turn.error.code)];
}

/** Return a limit as an item; one that is `isOver` counts no longer, and its label says so. */
function limitItem(name, limit_ms, { from, to, end, isOver }, label = name.toLowerCase()) {
  const until = Math.min(to, from + limit_ms, end);
  const left = Math.max(0, from + limit_ms - until);
  return item("limit", `${name}: ${inWords(limit_ms)} would end it; ${inWords(left)} were left`, from, until, `${label}: ${inWords(left)} of ${inWords(limit_ms)} ${isOver ? "were left" : "left"}`);
}
