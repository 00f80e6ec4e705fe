// Tools as cards and as JSON text: pure, so that nothing typed is lost on the way from one to the other.

const INDENT = 2;

/** Return the tools of a JSON text as cards `{tool, parameters}`, or null if cards can't show it as a list of tools. */
export function cardsOf(text) {
  if (!text.trim()) return [];
  let tools;
  try {
    tools = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(tools) || !tools.every(isTool)) return null;
  return tools.map((tool) => ({ tool, parameters: parametersText(tool) }));
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

/** Return what is wrong with a card's parameters, in one sentence; "" if the browser sees nothing wrong. */
export function parametersProblem(text) {
  if (!text.trim()) return "";
  try {
    return isObject(JSON.parse(text)) ? "" : "This is JSON, but not an object (a JSON Schema): { … }.";
  } catch {
    return "This is not JSON yet.";
  }
}

/** Return the JSON text of cards. Invalid parameters stay in it as typed: the server says what is wrong. */
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
  return raws.reduce((json, raw, place) => json.replace(JSON.stringify(placeholder(place)), () => raw), text);
}

function placeholder(place) {
  return `\u{e000}${place}\u{e000}`;
}

/** Return a card for a function without a name yet. */
export function emptyCard() {
  const parameters = { type: "object", properties: {}, required: [] };
  return { tool: { type: "function", function: { name: "", description: "" } }, parameters: JSON.stringify(parameters, null, INDENT) };
}

/** Return a copy of `card` under an unused name. */
export function duplicate(card, names) {
  const base = card.tool.function.name;
  let name = base;
  for (let number = 2; names.includes(name); number += 1) name = `${base}_${number}`.slice(-64);
  return { tool: { ...card.tool, function: { ...card.tool.function, name } }, parameters: card.parameters };
}

/** Return the cards of pasted text (an array of tools, one tool or one bare function), or null if it is none of these. */
export function pastedCards(text) {
  const trimmed = text.trim().replace(/^(?:var|let|const)\s+\w+\s*=\s*/, "").replace(/;$/, "");
  let pasted;
  try {
    pasted = JSON.parse(trimmed.replace(/,(\s*[\]}])/g, "$1"));
  } catch {
    return null;
  }
  const tools = (Array.isArray(pasted) ? pasted : [pasted]).map((tool) =>
    isObject(tool) && !isObject(tool.function) && typeof tool.name === "string" ? { type: "function", function: tool } : tool,
  );
  return tools.length > 0 && tools.every(isTool) ? tools.map((tool) => ({ tool, parameters: parametersText(tool) })) : null;
}
