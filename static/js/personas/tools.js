// Tools as cards and as JSON text: pure, so that nothing typed is lost on the way from one to the other.

const INDENT = 2;

/** The tools of a JSON text, as cards `{tool, parameters}`; null: the text is no list of tools that cards can show. */
export function cardsOf(text) {
  if (!text.trim()) return [];
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(found) || !found.every(isTool)) return null;
  return found.map((tool) => ({ tool, parameters: parametersText(tool) }));
}

function isTool(value) {
  return isObject(value) && isObject(value.function);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parametersText(tool) {
  return "parameters" in tool.function ? JSON.stringify(tool.function.parameters, null, INDENT) : "";
}

/** What is wrong with a card's parameters, in one sentence; empty: nothing that the browser sees. */
export function parametersProblem(text) {
  if (!text.trim()) return "";
  try {
    const found = JSON.parse(text);
    return isObject(found) ? "" : "This is JSON, but not an object (a JSON Schema): { … }.";
  } catch {
    return "This is not JSON yet.";
  }
}

/** The JSON text of cards. Parameters that are no JSON stand in it as they were typed: the server says what is wrong. */
export function textOf(cards) {
  if (cards.length === 0) return "";
  const raws = [];
  const tools = cards.map(({ tool, parameters }) => {
    const { parameters: _stored, ...rest } = tool.function;
    if (!parameters.trim()) return { ...tool, function: rest };
    if (parametersProblem(parameters) === "") return { ...tool, function: { ...rest, parameters: JSON.parse(parameters) } };
    raws.push(parameters);
    return { ...tool, function: { ...rest, parameters: placeholder(raws.length - 1) } };
  });
  const text = JSON.stringify(tools, null, INDENT);
  return raws.reduce((found, raw, place) => found.replace(JSON.stringify(placeholder(place)), () => raw), text);
}

function placeholder(place) {
  return `\u{e000}${place}\u{e000}`;
}

/** A new card for a function that is yet to be named. */
export function emptyCard() {
  const parameters = { type: "object", properties: {}, required: [] };
  return { tool: { type: "function", function: { name: "", description: "" } }, parameters: JSON.stringify(parameters, null, INDENT) };
}

/** A copy under a name that is free. */
export function duplicate(card, names) {
  const base = card.tool.function.name;
  let name = base;
  for (let number = 2; names.includes(name); number += 1) name = `${base}_${number}`.slice(-64);
  return { tool: { ...card.tool, function: { ...card.tool.function, name } }, parameters: card.parameters };
}

/** The cards of pasted text: an array of tools, one tool, one bare function; null: it is none of them. */
export function pastedCards(text) {
  const trimmed = text.trim().replace(/^(?:var|let|const)\s+\w+\s*=\s*/, "").replace(/;$/, "");
  let found;
  try {
    found = JSON.parse(trimmed.replace(/,(\s*[\]}])/g, "$1"));
  } catch {
    return null;
  }
  const tools = (Array.isArray(found) ? found : [found]).map((tool) =>
    isObject(tool) && !isObject(tool.function) && typeof tool.name === "string" ? { type: "function", function: tool } : tool,
  );
  return tools.length > 0 && tools.every(isTool) ? tools.map((tool) => ({ tool, parameters: parametersText(tool) })) : null;
}
