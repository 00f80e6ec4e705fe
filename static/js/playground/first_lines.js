/**
 * Three first lines for the user that suit a persona, offered in an empty conversation. Pure.
 */

const LINES = [
  "Hi! Who am I talking to?",
  "What can you do for me?",
  "Tell me something in five short sentences.",
];

/** Return the lines for a snapshot's `persona`, whose `tools` are the names of its functions. */
export function firstLines(persona) {
  const [tool] = persona?.tools ?? [];
  return tool ? [LINES[0], toolLine(tool), LINES[2]] : LINES;
}

function toolLine(name) {
  const words = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/[_\-.]+/g, " ")
    .trim()
    .toLowerCase();
  if (/weather|forecast/.test(words)) return "What is the weather like in London?";
  return `Can you ${words.replace(" ", " the ")} for me?`;
}
