/**
 * Shows control characters as symbols, so that they are visible and have no effect. Pure.
 *
 * Each is replaced by one code point, because offsets must not change. Tabs and line ends stay, and so do the bidi
 * controls: right-to-left text needs them, and the page's style isolates them.
 */

const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g;
const SYMBOLS = 0x2400;
const DELETE = 0x7f;
const SYMBOL_FOR_DELETE = "\u2421";
const NO_SYMBOL = "\uFFFD";

/** Return `text` with control characters as symbols (ESC as ␛); those of C1 have none and become U+FFFD. */
export function visible(text) {
  return text.replace(CONTROLS, symbolFor);
}

function symbolFor(control) {
  const code = control.charCodeAt(0);
  if (code === DELETE) return SYMBOL_FOR_DELETE;
  return code < DELETE ? String.fromCharCode(SYMBOLS + code) : NO_SYMBOL;
}
