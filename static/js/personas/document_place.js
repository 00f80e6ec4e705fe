// Where in a document of JSON or JavaScript a caret stands: pure, and tolerant of what is only half typed.

const WORD = /[\p{L}\p{N}_$]/u;

/**
 * Return the key that is being typed before `offset`: `{path, begun, from}`, or null where no key can stand.
 * `path` names the object around it ("layers.llm", "tools[]", "" for the outermost), `from` is where the key begins, with its quote.
 */
export function keyAt(text, offset) {
  const frames = [];
  let at = 0;
  while (at < offset) {
    const frame = frames.at(-1);
    const char = text[at];
    const end = tokenEnd(text, at);
    if (end > offset || (end === offset && isWord(char))) {
      const isQuoted = char === '"' || char === "'";
      if (!frame?.takesKey || !(isQuoted || isWord(char))) return null;
      return { path: pathOf(frames), begun: text.slice(isQuoted ? at + 1 : at, offset), from: at };
    }
    step(frames, char, text.slice(at, end));
    at = end;
  }
  const frame = frames.at(-1);
  return frame?.takesKey && frame.token === "" ? { path: pathOf(frames), begun: "", from: offset } : null;
}

/** Return the keys of `known` ({path, help}) that fit at a place, as `{name, help}`: those that begin so before those that contain it. */
export function fittingKeys(known, { path, begun }) {
  const holder = path === "" ? "" : `${path}.`;
  const typed = begun.toLowerCase();
  const names = known
    .filter((key) => key.path.startsWith(holder) && !key.path.slice(holder.length).includes("."))
    .map((key) => ({ name: key.path.slice(holder.length), help: key.help }))
    .filter(({ name }) => !name.endsWith("[]") && name.toLowerCase().includes(typed));
  return names.sort((one, other) => Number(other.name.toLowerCase().startsWith(typed)) - Number(one.name.toLowerCase().startsWith(typed)));
}

function isWord(char) {
  return char !== undefined && WORD.test(char);
}

/** Return where the token at `start` ends; an open string or comment ends after the text. */
export function tokenEnd(text, start) {
  const char = text[start];
  if (char === '"' || char === "'" || char === "`") {
    let at = start + 1;
    while (at < text.length && text[at] !== char && (char === "`" || text[at] !== "\n")) at += text[at] === "\\" ? 2 : 1;
    return Math.min(at, text.length) + 1;
  }
  if (text.startsWith("//", start)) return endOf(text, "\n", start);
  if (text.startsWith("/*", start)) return endOf(text, "*/", start + 2) + 1;
  if (!isWord(char)) return start + 1;
  let at = start;
  while (isWord(text[at])) at += 1;
  return at;
}

function endOf(text, mark, from) {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length + 1 : at + 1;
}

function step(frames, char, token) {
  const frame = frames.at(-1);
  if (char === "{" || char === "[" || char === "(") {
    frames.push({ bracket: char, holder: frame?.bracket === "{" ? frame.key : "", takesKey: char === "{", token: "", key: "" });
  } else if (char === "}" || char === "]" || char === ")") {
    frames.pop();
  } else if (!frame || frame.bracket !== "{") {
    return;
  } else if (char === ":" && frame.takesKey) {
    Object.assign(frame, { takesKey: false, key: frame.token, token: "" });
  } else if (char === ",") {
    Object.assign(frame, { takesKey: true, token: "" });
  } else if (frame.takesKey && !/^\s/.test(token) && !token.startsWith("//") && !token.startsWith("/*")) {
    frame.token = token.replace(/^["']|["']$/g, "");
  }
}

/** A call begins anew: what is passed to it is a document of its own. */
function pathOf(frames) {
  const within = frames.slice(frames.findLastIndex(({ bracket }) => bracket === "(") + 1);
  return within.reduce((path, { bracket, holder }) => `${path}${holder && path ? "." : ""}${holder}${bracket === "[" ? "[]" : ""}`, "");
}
