/**
 * The deltas of an answer as a comb: one tooth for each, as high as its characters; teeth that share a pixel become
 * one. Pure. A delta is `[t_ms, chars]`.
 */

/** Return the deltas of a part in order: as stored, else as the page saw them, thinned, with their characters summed. */
export function deltasOf({ turn, stored }) {
  const kept = stored?.completions.at(-1);
  if (kept?.deltas.length > 0) return kept.deltas;
  return liveDeltas(turn.delta_times_ms, turn.delta_chars ?? []);
}

const paired = new WeakMap();

function liveDeltas(times, chars) {
  if (!paired.has(times)) paired.set(times, times.map((at, place) => [at, chars[place] ?? 0]));
  return paired.get(times);
}

/** Return whether the deltas are all of the answer's, each on its own: what a page sees live shares frames. */
export function areWhole({ stored }) {
  return Boolean(stored?.completions.at(-1)?.is_whole);
}

/**
 * Return the teeth of `deltas` between `from` and `to` px: `[{x, chars, count}]`, at most one for each px. `x(ms)`
 * gives the place of a time; `chars` is the longest delta's, `count` how many share the px.
 */
export function teeth(deltas, x, from, to) {
  const drawn = [];
  for (let place = firstFrom(deltas, (delta) => x(delta[0]) >= from); place < deltas.length; place += 1) {
    const [at, chars] = deltas[place];
    const px = Math.round(x(at));
    if (px > to) break;
    const last = drawn.at(-1);
    if (last?.x === px) {
      last.chars = Math.max(last.chars, chars);
      last.count += 1;
    } else drawn.push({ x: px, chars, count: 1 });
  }
  return drawn;
}

/** Return the place of the first item for which `isThere` holds; it holds for all later ones. */
export function firstFrom(items, isThere) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isThere(items[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Return the delta nearest to `px`, within `slack` px, as an item of the timeline, or null. */
export function deltaNear(parts, x, px, slack) {
  const beside = parts.flatMap((part) => {
    const deltas = deltasOf(part);
    const place = firstFrom(deltas, ([at]) => x(at + part.offset_ms) >= px);
    return [place - 1, place].filter((one) => deltas[one]).map((one) => deltaItem(part, deltas, one));
  });
  const distance = ({ from }) => Math.abs(x(from) - px);
  const [nearest] = beside.toSorted((one, other) => distance(one) - distance(other));
  return nearest && distance(nearest) <= slack ? nearest : null;
}

function deltaItem(part, deltas, place) {
  const [at, chars] = deltas[place];
  const gap = place > 0 ? `, ${(at - deltas[place - 1][0]).toLocaleString("en-US")} ms after the one before` : "";
  const brought = chars === 0 ? "" : chars === 1 ? ": 1 character" : `: ${chars.toLocaleString("en-US")} characters`;
  const name = `${areWhole(part) ? "Delta" : "Arrival"} ${(place + 1).toLocaleString("en-US")} of ${deltas.length.toLocaleString("en-US")}${brought}${gap}`;
  const from = at + part.offset_ms;
  return { kind: "delta", name, from, to: from, label: "" };
}

const measured = new WeakMap();

/** Return `{count, chars, most, per_s, gaps: {p50, p95, longest}}`; `gaps` and `per_s` are null with fewer than two deltas. */
export function measure(deltas) {
  if (!measured.has(deltas)) measured.set(deltas, measureOnce(deltas));
  return measured.get(deltas);
}

function measureOnce(deltas) {
  const gaps = deltas.slice(1).map(([at], place) => at - deltas[place][0]);
  gaps.sort((one, other) => one - other);
  const at = (share) => gaps[Math.ceil(share * gaps.length) - 1];
  const took_ms = deltas.length > 1 ? deltas.at(-1)[0] - deltas[0][0] : 0;
  return {
    count: deltas.length,
    chars: deltas.reduce((sum, [, chars]) => sum + chars, 0),
    most: deltas.reduce((most, [, chars]) => Math.max(most, chars), 0),
    per_s: took_ms > 0 ? (gaps.length / took_ms) * 1000 : null,
    gaps: gaps.length > 0 ? { p50: at(0.5), p95: at(0.95), longest: gaps.at(-1) } : null,
  };
}
