import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { formattedJson, indentedScript } from "../../static/js/personas/code_format.js";
import { fittingKeys, keyAt } from "../../static/js/personas/document_place.js";

/** The key at the bar in the text. */
const at = (text) => keyAt(text.replace("|", ""), text.indexOf("|"));
const place = (text) => {
  const key = at(text);
  return key && [key.path, key.begun];
};

describe("a key that is typed", () => {
  test("is known by the objects around it", () => {
    assert.deepEqual(place('{"|'), ["", ""]);
    assert.deepEqual(place('{"a": 1, "lay|'), ["", "lay"]);
    assert.deepEqual(place('{"layers": {"llm": {"model": "x,{", | }}}'), ["layers.llm", ""]);
    assert.deepEqual(place('{"layers": {"llm": {"tools": [{"type": "function"}, {"function": {"na|'), ["layers.llm.tools[].function", "na"]);
    assert.deepEqual(place('{"layers": {}, // "llm": {\n /* { */ mo|'), ["", "mo"]);
  });

  test("stands in a call of a script as in a document of its own", () => {
    assert.deepEqual(place("script:\n$response.replies.push({\n  fillersPhraseConfig: { fillerPhrase: 'a', act|"), ["fillersPhraseConfig", "act"]);
    assert.deepEqual(place("a({b: {c: f({|"), ["", ""]);
  });

  test("begins with its quote", () => {
    assert.equal(at('{"a": 1, "b|').from, 9);
  });

  test("is none where a value, an item or nothing of an object stands", () => {
    for (const text of ['{"a": "|', '{"a": |', "[|", "|", '{"a" |', '{"a": [1, "|', "{} |", '{"a": tr|']) assert.equal(place(text), null, text);
  });

  test("is offered from the known ones of its object, those that begin alike first", () => {
    const known = ["model", "layers", "layers.llm", "layers.llm.model", "layers.llm.base_model", "layers.llm.tools[].type"].map((path) => ({ path, help: "" }));
    const names = (path, begun) => fittingKeys(known, { path, begun }).map(({ name }) => name);
    assert.deepEqual(names("layers.llm", "MOD"), ["model", "base_model"]);
    assert.deepEqual(names("", ""), ["model", "layers"]);
    assert.deepEqual(names("layers.llm.tools[]", ""), ["type"]);
  });
});

describe("formatted JSON", () => {
  const uneven = '{"a":1.0,"b" : [ ],\n\n"c":{"d":[1,{"e":"x, {y}"}]}, // why\n"f": 12345678901234567890,}';

  test("has one member a line and every character but white space", () => {
    const text = formattedJson(uneven);
    assert.equal(
      text,
      '{\n  "a": 1.0,\n  "b": [],\n  "c": {\n    "d": [\n      1,\n      {\n        "e": "x, {y}"\n      }\n    ]\n  }, // why\n  "f": 12345678901234567890,\n}\n',
    );
    assert.equal(text.replace(/\s/g, ""), uneven.replace(/\s/g, ""));
    assert.equal(formattedJson(text), text);
  });

  test("leaves what is half typed as it is", () => {
    assert.equal(formattedJson('{"a": "open'), '{\n  "a": "open\n');
    assert.equal(formattedJson("  "), "");
  });
});

describe("an indented script", () => {
  test("follows its brackets behind script:, one step for those of a line", () => {
    const text = "state: A\n    event!: noMatch\n    script:\n      $reply.push({\n  a: [\n1,\n],\n// )\n b: `x\n {y\n`\n});\nstate: B\n  q: 1";
    const good =
      "state: A\n    event!: noMatch\n    script:\n        $reply.push({\n            a: [\n                1,\n            ],\n            // )\n            b: `x\n {y\n`\n        });\nstate: B\n  q: 1";
    assert.equal(indentedScript(text), good);
    assert.equal(indentedScript(good), good);
  });
});
