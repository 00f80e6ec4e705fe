import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { changedNames, changesInWords, gainedWords, words } from "../../static/js/personas/changes.js";
import { offsetOf, placeIn } from "../../static/js/personas/code_place.js";
import { linesOf, offersFor, rowsOf } from "../../static/js/personas/header_lines.js";
import { rowsOn } from "../../static/js/personas/platform_fields.js";
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
  const now = (...entries) => new Map([...before, ...entries]);

  test("is nothing while nothing is different", () => {
    assert.deepEqual(changedNames(before, now()), []);
    assert.equal(changesInWords([], 0), "");
  });

  test("names what differs, and what the page was served without", () => {
    assert.deepEqual(changedNames(before, now(["model", "b"], ["note", ""], ["context", "c"])), ["model", "context"]);
  });

  test("counts fields, names the first four and counts the prompt's words", () => {
    assert.equal(changesInWords(["model"], 0), "1 field changed: model");
    assert.equal(changesInWords(["model", "tools"], 1), "2 fields changed: model, tools · prompt +1 word");
    assert.equal(changesInWords(["a", "b", "c", "d", "e", "f"], -3), "6 fields changed: a, b, c, d and 2 more · prompt −3 words");
    assert.equal(gainedWords(before, now(["system_prompt", ""], ["context", "One."])), -2);
  });

  test("counts a word once, whatever stands around it", () => {
    assert.equal(words("  a\n b  "), 2);
    assert.equal(words(""), 0);
  });
});

describe("the rows of a platform", () => {
  const rows = [{ place: 2, foreignOn: [] }, { place: 0, foreignOn: ["one"] }, { place: 1, foreignOn: ["one", "two"] }];
  const places = (platform) => Object.values(rowsOn(platform, rows)).map((shown) => shown.map(({ place }) => place));

  test("are those that it has and those of others, each in the form's order", () => {
    assert.deepEqual(places("one"), [[2], [0, 1]]);
    assert.deepEqual(places("two"), [[0, 2], [1]]);
    assert.deepEqual(places("three"), [[0, 1, 2], []]);
  });
});

describe("a place in a text", () => {
  test("is counted in code points, as the server does", () => {
    assert.equal(offsetOf("a\n😀b", 2, 2), 4);
  });

  test("stands at the beginning of a sentence, or nowhere", () => {
    assert.deepEqual(placeIn("Line 3, column 5: no."), { line: 3, column: 5 });
    assert.deepEqual(placeIn("Line 3: no."), { line: 3, column: 1 });
    assert.equal(placeIn("Tool 2 has no Line 3"), null);
  });
});
