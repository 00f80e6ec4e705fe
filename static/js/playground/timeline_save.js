/**
 * Saves the large timeline as a file, SVG or PNG, in the colours that the page has.
 */

import { clipped } from "./code_points.js";
import { headLines, paint, svgText } from "./timeline_file.js";
import { tokenNames } from "./timeline_tones.js";

const WIDTH_PX = 1_400;
/** How much of the persona's name is part of a file's. */
const NAME_UNITS = 60;
/** How long the browser may take to begin the download before the file is let go. */
const DOWNLOAD_MS = 10_000;

/** Return the name of a turn's file: its persona, its conversation's id, and its number in that. */
export function fileName(persona, conversationId, { turn_idx }, type) {
  const words = persona.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const name = clipped(["timeline", ...words].join("-"), NAME_UNITS);
  return `${name}-${conversationId}-turn-${turn_idx + 1}.${type}`;
}

/** Return the line that says whose turn a picture shows, and when it was. */
export function originOf(persona, conversationId, { turn_idx, created_at }) {
  const when = created_at ? ` · ${created_at.slice(0, 16).replace("T", " ")} UTC` : "";
  return `${persona} · conversation ${conversationId}, turn ${turn_idx + 1}${when}`;
}

/** Save a picture: `draw(width)` returns it; `origin` stands above its figures. Return why it could not be saved, or "". */
export async function savePicture(type, name, { draw, title, figures, origin }) {
  const picture = draw(WIDTH_PX);
  const [head, ...rest] = headLines(title, figures);
  const lines = [head, origin, ...rest];
  const colours = coloursOf(tokenNames());
  const file = type === "svg" ? new Blob([svgText(picture, WIDTH_PX, lines, colours)], { type: "image/svg+xml" }) : await painted(picture, lines, colours);
  if (!file) return "The picture could not be painted: it is too large for this browser. Save it as SVG.";
  download(file, name);
  return "";
}

function painted(picture, lines, colours) {
  const canvas = document.createElement("canvas");
  paint(canvas, picture, WIDTH_PX, lines, colours);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** Return the colour of each token as the page shows it: `light-dark()` is decided by the theme. */
function coloursOf(names) {
  const probe = document.body.appendChild(document.createElement("span"));
  const colours = {};
  for (const name of names) {
    probe.style.color = `var(--${name})`;
    colours[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return colours;
}

function download(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_MS);
}
