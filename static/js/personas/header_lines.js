// Headers as lines of `name: value`, and as the rows that stand for them.

/** Return `[[name, value]]` of the lines; a line without a colon is a name without a value. */
export function rowsOf(text) {
  return text
    .split("\n")
    .filter((line) => line.trim())
    .map((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [line.trim(), null] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    });
}

/** Return the lines of rows: empty rows are dropped, a name without a colon stays as typed. */
export function linesOf(rows) {
  return rows
    .filter(([name, value]) => name || value)
    .map(([name, value]) => (value === null ? name : `${name}: ${value}`))
    .join("\n");
}

/** Return the suggestions for a header's value, given the selected secret. */
export function offersFor(secret) {
  return secret ? [`Bearer ${secret}`, `Api-Key ${secret}`, secret] : [];
}
