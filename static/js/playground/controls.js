/**
 * Control characters as symbols: what a server sends beside text is seen, and does nothing. Pure.
 *
 * One code point stands for one, so that every offset stays what it was. Tabs and line ends remain; the controls that
 * turn the direction of text remain too, since right-to-left text needs them, and the page's style isolates them.
 */

const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g;
const SYMBOLS = 0x2400;
const DELETE = 0x7f;
const SYMBOL_FOR_DELETE = "\u2421";
const NO_SYMBOL = "\uFFFD";

/** `text` with each control character as its symbol (ESC as ␛), those of C1, which have none, as U+FFFD. */
export function visible(text) {
  return text.replace(CONTROLS, symbolFor);
}

function symbolFor(control) {
  const code = control.charCodeAt(0);
  if (code === DELETE) return SYMBOL_FOR_DELETE;
  return code < DELETE ? String.fromCharCode(SYMBOLS + code) : NO_SYMBOL;
}
