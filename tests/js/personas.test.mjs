import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { changesInWords, words } from "../../static/js/personas/changes.js";
import { linesOf, offersFor, rowsOf } from "../../static/js/personas/header_rows.js";
import { cardsOf, duplicate, emptyCard, parametersProblem, pastedCards, textOf } from "../../static/js/personas/tool_json.js";

const WEATHER = { type: "function", strict: true, function: { name: "getWeather", description: "d", parameters: { type: "object" } } };

describe("tools as cards", () => {
  test("give back the text that they were made of, with every key", () => {
    const text = JSON.stringify([WEATHER, { type: "function", function: { name: "b" } }], null, 2);
    assert.equal(textOf(cardsOf(text)), text);
  });

  test("are none for no text, and no text for none", () => {
    assert.deepEqual(cardsOf(" \n"), []);
    assert.equal(textOf([]), "");
  });

  test("cannot show what is no list of tools", () => {
    for (const text of ["{", "{}", "[1]", '[{"type": "function"}]', "null"]) assert.equal(cardsOf(text), null);
  });

  test("keep parameters that are no JSON as they were typed", () => {
    const [card] = cardsOf(JSON.stringify([WEATHER]));
    const text = textOf([{ ...card, parameters: '{"type": $1 }' }, card]);
    assert.match(text, /"parameters": \{"type": \$1 \}/);
    assert.equal(parametersProblem('{"type": $1 }'), "This is not JSON yet.");
    assert.match(parametersProblem("[]"), /not an object/);
    assert.equal(parametersProblem(""), "");
  });

  test("leave parameters out where none are typed", () => {
    assert.equal("parameters" in JSON.parse(textOf([{ tool: WEATHER, parameters: " " }]))[0].function, false);
  });

  test("begin as a function without a name", () => {
    assert.deepEqual(JSON.parse(textOf([emptyCard()])), [
      { type: "function", function: { name: "", description: "", parameters: { type: "object", properties: {}, required: [] } } },
    ]);
  });

  test("are duplicated under a name that is free", () => {
    const [card] = cardsOf(JSON.stringify([WEATHER]));
    assert.equal(duplicate(card, ["getWeather", "getWeather_2"]).tool.function.name, "getWeather_3");
    assert.equal(card.tool.function.name, "getWeather");
  });

  test("are taken from an array, one tool, one function, or the variable of a script", () => {
    const bare = { name: "a", parameters: {} };
    for (const pasted of [[WEATHER], WEATHER]) assert.deepEqual(pastedCards(JSON.stringify(pasted))[0].tool, WEATHER);
    assert.deepEqual(pastedCards(JSON.stringify(bare))[0].tool, { type: "function", function: bare });
    assert.equal(pastedCards('var myTools = [{"type": "function", "function": {"name": "a",},},];').length, 1);
    for (const text of ["", "[]", "1", "[{}]", "tools"]) assert.equal(pastedCards(text), null);
  });
});

describe("headers as rows", () => {
  test("are cut at the first colon and written back", () => {
    const text = "Authorization: Api-Key MY_TOKEN\nX-A: b1g:2";
    assert.deepEqual(rowsOf(text), [["Authorization", "Api-Key MY_TOKEN"], ["X-A", "b1g:2"]]);
    assert.equal(linesOf(rowsOf(text)), text);
  });

  test("keep a line without a colon, which the server refuses", () => {
    assert.equal(linesOf(rowsOf("no colon here")), "no colon here");
  });

  test("leave an empty row out", () => {
    assert.equal(linesOf([["", ""], ["A", ""]]), "A: ");
  });

  test("offer the secret's name as servers want it", () => {
    assert.deepEqual(offersFor("MY_TOKEN"), ["Bearer MY_TOKEN", "Api-Key MY_TOKEN", "MY_TOKEN"]);
    assert.deepEqual(offersFor(""), []);
  });
});

describe("what changed, in words", () => {
  const before = new Map([["system_prompt", "You tell stories."], ["model", "a"], ["tools", ""]]);
  const changed = (...entries) => changesInWords(before, new Map([...before, ...entries]));

  test("is nothing while nothing is different", () => {
    assert.equal(changed(), "");
  });

  test("counts fields and the prompt's words", () => {
    assert.equal(changed(["model", "b"]), "Changed: 1 field");
    assert.equal(changed(["model", "b"], ["system_prompt", "You tell old stories."]), "Changed: 2 fields, prompt +1 word");
    assert.equal(changed(["system_prompt", ""]), "Changed: 1 field, prompt −3 words");
  });

  test("counts a word once, whatever stands around it", () => {
    assert.equal(words("  a\n b  "), 2);
    assert.equal(words(""), 0);
  });
});
