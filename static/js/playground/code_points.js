/**
 * Offsets on the wire count code points; JavaScript strings count UTF-16 units. Pure.
 */

const SURROGATE = /[\uD800-\uDFFF]/;

/** How many code points `text` has. */
export function codePointLength(text) {
  if (!SURROGATE.test(text)) return text.length;
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** What is left of `text` when its first `count` code points are gone. */
export function dropCodePoints(text, count) {
  return text.slice(unitOffsets(text)(count));
}

/**
 * A function from code point offsets of `text` to offsets that `slice` understands; beyond the end it gives the end.
 * Linear once, then constant per call.
 */
export function unitOffsets(text) {
  if (!SURROGATE.test(text)) return (offset) => Math.min(offset, text.length);
  const units = [];
  let unit = 0;
  for (const point of text) {
    units.push(unit);
    unit += point.length;
  }
  return (offset) => (offset < units.length ? units[offset] : text.length);
}
