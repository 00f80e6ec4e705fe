/**
 * Offsets on the wire count code points; JavaScript strings count UTF-16 units. Pure.
 */

const SURROGATE = /[\uD800-\uDFFF]/;

/** Count the code points of `text`. */
export function codePointLength(text) {
  if (!SURROGATE.test(text)) return text.length;
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** Return `text` without its first `count` code points. */
export function dropCodePoints(text, count) {
  return text.slice(unitOffsets(text)(count));
}

/** Return the first `units` UTF-16 units of `text`, or one less: no half of a character. */
export function clipped(text, units) {
  return text.slice(0, units).replace(/[\uD800-\uDBFF]$/, "");
}

/**
 * Return a function from code point offsets of `text` to UTF-16 offsets; beyond the end it returns the end. The set-up
 * is linear, each call constant.
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
