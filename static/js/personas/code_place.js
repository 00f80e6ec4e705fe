// Places in a text area of code, as the server's sentences name them ("Line 3, column 5: …").

const PLACE = /^Line (\d{1,9})(?:, column (\d{1,9}))?\b/;

/** Return the offset, in UTF-16 units, of a line and column (both from 1, in code points). */
export function offsetOf(text, line, column) {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, previous) => sum + previous.length + 1, 0);
  return before + Array.from(lines[line - 1] ?? "").slice(0, column - 1).join("").length;
}

/** Return `{line, column}` of a sentence that begins with its place, or null. */
export function placeIn(sentence) {
  const match = PLACE.exec(sentence);
  return match ? { line: Number(match[1]), column: Number(match[2] ?? 1) } : null;
}

/** Focus the area and select the character at the place. */
export function selectPlace(area, { line, column }) {
  const at = offsetOf(area.value, line, column);
  area.focus();
  area.setSelectionRange(at, at + 1);
}
