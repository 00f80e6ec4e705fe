/**
 * How each kind of shape of the large timeline looks: the colour tokens of its ground and its line. Pure.
 *
 * A text with a line has it around its letters, as a ground.
 *
 * @typedef {{fill?: string, stroke?: string, width?: number, dash?: string, opacity?: number, weight?: number}} Tone
 *   `fill` and `stroke` are names of tokens (tokens.css) without their dashes, or "hatch"
 */

/** @type {Object<string, Tone>} */
export const TONES = {
  grid: { stroke: "hairline", width: 1 },
  waiting: { fill: "waiting" },
  stall: { fill: "dead-air-soft", stroke: "dead-air", width: 1, dash: "3 3" },
  lookup: { fill: "filler-soft", stroke: "filler", width: 1 },
  connect: { fill: "you-soft", stroke: "you", width: 1 },
  tls: { fill: "accent-soft", stroke: "accent", width: 1 },
  send: { fill: "llm" },
  wait: { fill: "waiting" },
  headers: { fill: "voice-soft" },
  sentence: { fill: "waiting" },
  synthesis: { fill: "voice-soft", stroke: "voice", width: 1 },
  ready: { fill: "voice-soft" },
  armed: { fill: "filler-soft", stroke: "filler", width: 1 },
  speech: { fill: "voice" },
  filler: { fill: "filler" },
  "dead-air": { fill: "hatch" },
  call: { fill: "you-soft", stroke: "you", width: 1 },
  result: { fill: "surface-sunken", stroke: "ink-faint", width: 1, dash: "2 3" },
  "no-interrupt": { fill: "danger-soft", stroke: "danger", width: 1 },
  limit: { fill: "waiting" },
  delta: { stroke: "llm", width: 1 },
  deltas: { stroke: "ink", width: 1 },
  you: { stroke: "you", width: 2 },
  "first-byte": { stroke: "ink", width: 1 },
  "first-delta": { stroke: "ink", width: 1 },
  called: { stroke: "you", width: 2 },
  skipped: { stroke: "filler", width: 2 },
  cut: { stroke: "danger", width: 2 },
  "cut-waits": { stroke: "danger", width: 2, dash: "3 3" },
  failure: { stroke: "danger", width: 2 },
  ended: { stroke: "danger", width: 2 },
  now: { stroke: "accent", width: 1, dash: "2 2" },
  cursor: { stroke: "focus", width: 1 },
  tick: { fill: "ink-faint" },
  caption: { fill: "ink", weight: 600 },
  more: { fill: "ink-soft" },
  label: { fill: "ink" },
  "on-fill": { fill: "accent-ink" },
  "on-hatch": { fill: "ink", stroke: "dead-air-soft", width: 5 },
};

/** What a hatched ground is made of, and the ground of a saved picture. */
export const HATCH = { line: "dead-air", ground: "dead-air-soft" };
export const GROUND = "surface-raised";

/** Return the names of all tokens that a picture needs. */
export function tokenNames() {
  const named = Object.values(TONES).flatMap(({ fill, stroke }) => [fill, stroke]);
  return [...new Set([...named, ...Object.values(HATCH), GROUND])].filter((name) => name && name !== "hatch");
}
