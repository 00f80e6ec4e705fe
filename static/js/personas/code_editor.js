// CodeMirror over the text area of a document, which stays what the form submits. Loaded on the text face alone.

import "../../vendor/codemirror/codemirror.js";
import { formattedJson, indentedScript } from "./code_format.js";
import { fittingKeys, keyAt } from "./document_place.js";

const { CodeMirror } = window;
const HELP_CHARS = 140;
const LONG_LINES = 2_000; // more are drawn only where they are scrolled to: all of them would take seconds
const LONG_MARGIN_LINES = 50;

/** Show `area` as an editor that offers the `known` keys; return `{showProblem(problem), goTo(place), format(), show(isCode)}`. */
export async function editCode(area, known) {
  await import("../../vendor/codemirror/javascript.js");
  await import("../../vendor/codemirror/show-hint.js");
  const isJson = "json" in area.dataset;
  const label = document.querySelector(`label[for="${area.id}"]`);
  const editor = CodeMirror((box) => area.after(box), {
    ...optionsOf(isJson),
    value: area.value,
    viewportMargin: marginOf(area.value.split("\n").length),
    screenReaderLabel: label.firstChild.textContent.trim(),
    hintOptions: { completeSingle: false, hint: (shown) => hint(shown, known, isJson) },
  });
  fit(editor);
  editor.on("change", () => fit(editor)); // before it is drawn
  editor.getInputField().setAttribute("aria-describedby", area.getAttribute("aria-describedby"));
  const show = (isCode) => {
    area.hidden = isCode;
    editor.getWrapperElement().hidden = !isCode;
    if (isCode && editor.getValue() !== area.value) editor.setValue(area.value);
    (isCode ? editor : area).focus();
  };
  const hadFocus = document.activeElement === area;
  area.hidden = true;
  if (hadFocus) editor.focus();
  label.addEventListener("click", () => editor.focus());
  editor.on("change", () => {
    if (!area.hidden) return;
    area.value = editor.getValue();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  editor.on("inputRead", (_, { text }) => {
    if (/^["\p{L}]$/u.test(text.at(-1)) && placeOf(editor)) editor.showHint();
  });
  const format = () => replaceText(editor, (isJson ? formattedJson : indentedScript)(editor.getValue()));
  editor.addKeyMap({ "Shift-Alt-F": format });
  const marks = [];
  const showProblem = (problem) => {
    marks.splice(0).forEach((mark) => mark.clear());
    editor.getInputField().setAttribute("aria-invalid", String(problem !== null));
    if (problem && problem.line > 0) marks.push(...markPlace(editor, problem));
  };
  const goTo = ({ line, column }) => {
    editor.focus();
    const { from, to } = rangeOf(editor, line, column);
    editor.setSelection(from, to);
    editor.scrollIntoView(from, 80);
  };
  return { showProblem, format, goTo, show };
}

function optionsOf(isJson) {
  return {
    mode: isJson ? { name: "javascript", json: true } : "javascript",
    indentUnit: isJson ? 2 : 4,
    lineNumbers: true,
    lineWrapping: true,
    // In "contenteditable" browsers write inline styles, which the content security policy refuses.
    inputStyle: "textarea",
    // Tab leaves the editor, as it leaves any field.
    extraKeys: { Tab: false, "Shift-Tab": false, "Ctrl-Space": "autocomplete" },
  };
}

function marginOf(lines) {
  return lines > LONG_LINES ? LONG_MARGIN_LINES : Infinity;
}

/** Let a long document scroll in its box, any other be as high as its lines. */
function fit(editor) {
  const margin = marginOf(editor.lineCount());
  editor.getWrapperElement().classList.toggle("code-long", margin < Infinity);
  if (editor.getOption("viewportMargin") !== margin) editor.setOption("viewportMargin", margin);
}

/** Return the place of a line and column (from 1, in code points) as CodeMirror counts it, one character long. */
function rangeOf(editor, line, column) {
  const characters = Array.from(editor.getLine(line - 1) ?? "");
  const ch = characters.slice(0, column - 1).join("").length;
  return { from: { line: line - 1, ch }, to: { line: line - 1, ch: ch + (characters[column - 1] ?? " ").length } };
}

function markPlace(editor, { line, column }) {
  const { from, to } = rangeOf(editor, line, column);
  const handle = editor.addLineClass(from.line, "gutter", "code-wrong-line");
  return [
    editor.markText(from, to, { className: "code-wrong" }),
    { clear: () => editor.removeLineClass(handle, "gutter", "code-wrong-line") },
  ];
}

function replaceText(editor, text) {
  if (text === editor.getValue()) return;
  const caret = editor.getCursor();
  editor.setValue(text);
  editor.setCursor(caret);
}

function placeOf(editor) {
  return keyAt(editor.getValue(), editor.indexFromPos(editor.getCursor()));
}

function hint(editor, known, isJson) {
  const place = placeOf(editor);
  if (!place) return null;
  const caret = editor.getCursor();
  const rest = editor.getLine(caret.line).slice(caret.ch).match(/^[\p{L}\p{N}_$]*["']?/u)[0].length;
  const isFollowed = /^\s*:/.test(editor.getLine(caret.line).slice(caret.ch + rest));
  return {
    from: editor.posFromIndex(place.from),
    to: { line: caret.line, ch: caret.ch + rest },
    list: fittingKeys(known, place).map(({ name, help }) => ({
      text: `${isJson ? JSON.stringify(name) : name}${isFollowed ? "" : ": "}`,
      render: (row) => row.append(part("code-key", name), part("code-key__help", shortened(help))),
    })),
  };
}

function shortened(text) {
  return text.length > HELP_CHARS ? `${text.slice(0, HELP_CHARS)}…` : text;
}

function part(className, text) {
  return Object.assign(document.createElement("span"), { className, textContent: text });
}
