/**
 * The large timeline as a file that needs nothing else: as SVG, or painted on a canvas for PNG. Pure, apart from the
 * canvas that is given.
 *
 * `colours` has the colour of each token, as the page shows it.
 */

import { clipped } from "./code_points.js";
import { GROUND, HATCH, TONES } from "./timeline_tones.js";

/** The font of texts, in px, and how far the picture is from the file's edges. */
const FONT_PX = 12;
const FONT = `${FONT_PX}px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif`;
const MARGIN_PX = 20;
const LINE_PX = 18;
const TITLE_CHARS = 160;
const LINE_CHARS = 190;
/** How many pixels of a PNG a px of the picture has in each direction. */
export const PIXELS_PER_PX = 2;

/** Return the lines above the picture: its title, then the figures in lines of their own. */
export function headLines(title, figures) {
  const known = figures.filter(({ value }) => value !== "–");
  const lines = [title.length > TITLE_CHARS ? `${clipped(title, TITLE_CHARS)}…` : title, ""];
  for (const { label, value, unit } of known) {
    const text = `${label} ${value}${unit ? ` ${unit}` : ""}`;
    const last = lines.at(-1);
    if (last.length + text.length > LINE_CHARS) lines.push(text);
    else lines[lines.length - 1] = last ? `${last} · ${text}` : text;
  }
  return lines.filter(Boolean);
}

/** Return the size of the file in px. */
export function sizeOf(picture, width, lines) {
  return { width: width + 2 * MARGIN_PX, height: picture.height + 2 * MARGIN_PX + (lines.length + 1) * LINE_PX };
}

/** Return the picture as the text of an SVG file. */
export function svgText(picture, width, lines, colours) {
  const size = sizeOf(picture, width, lines);
  const body = picture.shapes.map((shape) => (shape.is === "path" ? pathTag(shape, colours) : textTag(shape, colours)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="${escaped(FONT.slice(FONT.indexOf(" ") + 1))}" font-size="${FONT_PX}">`,
    `<title>${escaped(lines[0])}</title>`,
    `<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="${colours[HATCH.ground]}"/><rect width="1.5" height="5" fill="${colours[HATCH.line]}"/></pattern></defs>`,
    `<rect width="100%" height="100%" fill="${colours[GROUND]}"/>`,
    ...lines.map((line, place) => textTag({ tone: place ? "more" : "caption", x: MARGIN_PX, y: MARGIN_PX + 12 + place * LINE_PX, text: line }, colours)),
    `<g transform="translate(${MARGIN_PX} ${topOf(lines)})">`,
    ...body,
    "</g>",
    "</svg>",
  ].join("\n");
}

function topOf(lines) {
  return MARGIN_PX + (lines.length + 1) * LINE_PX;
}

function pathTag({ tone, d }, colours) {
  const { fill, stroke, width, dash } = TONES[tone];
  const ground = fill === "hatch" ? "url(#hatch)" : (colours[fill] ?? "none");
  const line = stroke ? ` stroke="${colours[stroke]}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ""}` : "";
  return `<path d="${d}" fill="${ground}"${line}/>`;
}

function textTag({ tone, x, y, text, more }, colours) {
  const weight = TONES[tone].weight ? ` font-weight="${TONES[tone].weight}"` : "";
  const rest = more ? `<tspan dx="8" font-weight="400" fill="${colours[TONES.more.fill]}">${escaped(more)}</tspan>` : "";
  const { stroke, width } = TONES[tone];
  const ground = stroke ? ` stroke="${colours[stroke]}" stroke-width="${width}" paint-order="stroke"` : "";
  return `<text x="${x}" y="${y}" fill="${colours[TONES[tone].fill]}"${weight}${ground}>${escaped(text)}${rest}</text>`;
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** Characters that XML has no place for. */
const UNWRITABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

function escaped(text) {
  return text.toWellFormed().replace(UNWRITABLE, "\uFFFD").replace(/[&<>"]/g, (one) => ENTITIES[one]);
}

/** Paint the picture on a canvas. */
export function paint(canvas, picture, width, lines, colours) {
  const size = sizeOf(picture, width, lines);
  canvas.width = size.width * PIXELS_PER_PX;
  canvas.height = size.height * PIXELS_PER_PX;
  const context = canvas.getContext("2d");
  context.scale(PIXELS_PER_PX, PIXELS_PER_PX);
  context.fillStyle = colours[GROUND];
  context.fillRect(0, 0, size.width, size.height);
  lines.forEach((line, place) => paintText(context, { tone: place ? "more" : "caption", x: MARGIN_PX, y: MARGIN_PX + 12 + place * LINE_PX, text: line }, colours));
  context.translate(MARGIN_PX, topOf(lines));
  for (const shape of picture.shapes) {
    if (shape.is === "path") paintPath(context, shape, colours);
    else paintText(context, shape, colours);
  }
}

function paintPath(context, { tone, d }, colours) {
  const { fill, stroke, width, dash = "" } = TONES[tone];
  const shape = new Path2D(d);
  if (fill === "hatch") paintHatch(context, shape, colours);
  else if (fill) fillWith(context, shape, colours[fill]);
  if (!stroke) return;
  context.strokeStyle = colours[stroke];
  context.lineWidth = width;
  context.setLineDash(dash ? dash.split(" ").map(Number) : []);
  context.stroke(shape);
}

function fillWith(context, shape, colour) {
  context.fillStyle = colour;
  context.fill(shape);
}

/** Fill with slanted lines: drawn over the whole picture, seen only within the shape. */
function paintHatch(context, shape, colours) {
  fillWith(context, shape, colours[HATCH.ground]);
  const { width, height } = context.canvas;
  context.save();
  context.clip(shape);
  context.strokeStyle = colours[HATCH.line];
  context.lineWidth = 1.5;
  context.setLineDash([]);
  context.beginPath();
  for (let at = -height; at < width; at += 7) {
    context.moveTo(at, height);
    context.lineTo(at + height, 0);
  }
  context.stroke();
  context.restore();
}

function paintText(context, { tone, x, y, text, more = "" }, colours) {
  context.font = `${TONES[tone].weight ?? 400} ${FONT}`;
  context.fillStyle = colours[TONES[tone].fill];
  if (TONES[tone].stroke) paintGround(context, TONES[tone], text, x, y, colours);
  context.fillText(text, x, y);
  if (!more) return;
  const behind = x + context.measureText(text).width + 8;
  context.font = `400 ${FONT}`;
  context.fillStyle = colours[TONES.more.fill];
  context.fillText(more, behind, y);
}

function paintGround(context, { stroke, width }, text, x, y, colours) {
  context.strokeStyle = colours[stroke];
  context.lineWidth = width;
  context.setLineDash([]);
  context.strokeText(text, x, y);
}
