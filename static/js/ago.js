// How long ago something was, in words.

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** Return "5 minutes ago"; "just now" within the last minute or if this clock is slow. Both arguments are ms since 1970. */
export function ago(then, now) {
  const seconds = Math.round((now - then) / 1000);
  for (const [unit, size] of UNITS) {
    if (seconds >= size) return words.format(-Math.floor(seconds / size), unit);
  }
  return "just now";
}
