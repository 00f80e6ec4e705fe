/**
 * The payloads of a completion as rows: their gaps, what they became, which of them are shown.
 */

/** What a payload can become, with the word for it, in the order of the filter's buttons. */
export const KINDS = {
  delta: "text",
  reasoning: "reasoning",
  call: "tool call",
  sentence: "sentence",
  finish: "finish",
  usage: "usage",
  note: "note",
  failure: "failed",
};

/** Return `[{number, t_ms, gap_ms, data, became}]`; `gap_ms` since the payload before, null where there is none. */
export function rowsOf({ payloads }) {
  let before = null;
  return payloads.map(({ t_ms, data, became }, index) => {
    const gap_ms = t_ms === null || before === null ? null : t_ms - before;
    before = t_ms ?? before;
    return { number: index + 1, t_ms, gap_ms, data, became };
  });
}

/**
 * Return the index of the row at a place: the one with its `number`; or of those that became its `kind` the last one until
 * `until_ms`, or the first without a time. Where none did, the last row.
 */
export function rowAt(rows, { number, kind, until_ms }) {
  const isThere = (row) => (number === undefined ? row.became.some(([is]) => is === kind) : row.number === number);
  const isUntil = ({ t_ms }) => until_ms === undefined || (t_ms ?? Infinity) <= until_ms;
  const rowsThere = rows.filter((row) => isThere(row) && isUntil(row));
  const row = until_ms === undefined ? rowsThere[0] : rowsThere.at(-1);
  return row ? rows.indexOf(row) : rows.length - 1;
}

/** Return the kinds that occur in `rows`, in the order of `KINDS`. */
export function kindsIn(rows) {
  const kinds = new Set(rows.flatMap(({ became }) => became.map(([kind]) => kind)));
  return Object.keys(KINDS).filter((kind) => kinds.has(kind));
}

/** Return the rows that became `kind` (any if empty) and contain `text`, in any case. */
export function filtered(rows, kind, text) {
  const sought = text.toLowerCase();
  const hasText = ({ data, became }) => [data, ...became.map(([, words]) => words)].some((part) => part.toLowerCase().includes(sought));
  return rows.filter((row) => (kind === "" || row.became.some(([is]) => is === kind)) && (sought === "" || hasText(row)));
}

/** Return `{count, from_ms, to_ms, gaps: {p50, p95, longest}}` of what arrived; gaps are null with fewer than two payloads. */
export function summary(rows) {
  const arrived = rows.filter(({ t_ms }) => t_ms !== null);
  const gaps = arrived.map(({ gap_ms }) => gap_ms).filter((gap_ms) => gap_ms !== null);
  gaps.sort((a, b) => a - b);
  const at = (share) => gaps[Math.ceil(share * gaps.length) - 1];
  return {
    count: arrived.length,
    from_ms: arrived[0]?.t_ms ?? null,
    to_ms: arrived.at(-1)?.t_ms ?? null,
    gaps: gaps.length > 0 ? { p50: at(0.5), p95: at(0.95), longest: gaps.at(-1) } : null,
  };
}
