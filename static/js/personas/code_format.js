// The document with its white space put right. Nothing else changes: numbers, comments and what is only half typed stay.

import { tokenEnd } from "./document_place.js";

const INDENT = "  ";
const TOKEN = /"(?:[^"\\\n]|\\.)*"?|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[{}[\],:]|[^\s"{}[\],:/]+|\//g;

/** Return JSON with one member a line. */
export function formattedJson(text) {
  const tokens = text.match(TOKEN) ?? [];
  let depth = 0;
  let out = "";
  tokens.forEach((token, place) => {
    const previous = tokens[place - 1] ?? "";
    if (token === "}" || token === "]") depth = Math.max(0, depth - 1);
    out += between(previous, token, depth) + token;
    if (token === "{" || token === "[") depth += 1;
  });
  return out && `${out}\n`;
}

function between(previous, token, depth) {
  const line = `\n${INDENT.repeat(depth)}`;
  if (previous === "" || token === "," || token === ":") return "";
  if (previous.startsWith("//")) return line;
  if (token.startsWith("//") && previous === ",") return " ";
  if ((previous === "{" && token === "}") || (previous === "[" && token === "]")) return "";
  if (previous === "{" || previous === "[" || previous === "," || token === "}" || token === "]") return line;
  return " ";
}

/**
 * Return a script indented by its brackets, from behind its `script:` line on; where the block ends and in texts of several
 * lines nothing changes.
 */
export function indentedScript(text, unit = 4) {
  const lines = text.split("\n");
  const head = lines.findIndex((line) => /^\s*script:/.test(line));
  const headIndent = head < 0 ? -unit : indentOf(lines[head]);
  const outer = headIndent + unit;
  const opened = [];
  let skipUntil = 0;
  let start = 0;
  for (let place = 0; place < lines.length; place += 1) {
    const end = start + lines[place].length;
    if (place > head && lines[place].trim() && start >= skipUntil) {
      if (opened.length === 0 && indentOf(lines[place]) <= headIndent) break;
      const closers = /^[}\])]*/.exec(lines[place].trim())[0].length;
      const around = opened.slice(0, Math.max(0, opened.length - closers));
      skipUntil = readLine(text, Math.max(start, skipUntil), end, place, opened);
      lines[place] = " ".repeat(outer + unit * new Set(around).size) + lines[place].trimStart();
    } else if (place > head && end > skipUntil) {
      skipUntil = readLine(text, Math.max(start, skipUntil), end, place, opened);
    }
    start = end + 1;
  }
  return lines.join("\n");
}

/** Keep in `opened` the line of each open bracket; return where the last token of the line ends. */
function readLine(text, start, end, line, opened) {
  let at = start;
  while (at < end) {
    const char = text[at];
    if (char === "{" || char === "[" || char === "(") opened.push(line);
    if (char === "}" || char === "]" || char === ")") opened.pop();
    at = tokenEnd(text, at);
  }
  return at;
}

function indentOf(line) {
  return line.length - line.trimStart().length;
}
