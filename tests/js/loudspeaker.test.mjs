import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { languageOf, tagOf, voiceFor } from "../../static/js/playground/languages.js";
import { behind_ms, lagText, linesOf, Script } from "../../static/js/playground/spoken_lines.js";
import { newTurn } from "../../static/js/playground/turn.js";
import { segment } from "./events.mjs";

const HI = segment();
const STORY = segment({
  id: 2,
  index: 1,
  text: "A wolf lived alone.",
  synthesis_ms: 900,
  starts_ms: 1_600,
  ends_ms: 3_600,
  words: [[10, 11, 1_600], [12, 16, 2_000], [17, 22, 2_600], [23, 29, 3_200]],
});
const FILLER = segment({ id: 9, kind: "filler", index: null, text: "One moment", starts_ms: 100, ends_ms: 600, words: [] });

function turn(segments, status = "streaming", id = "t1") {
  return { ...newTurn(id), status, segments };
}

function texts(lines) {
  return lines.map((line) => line.text);
}

describe("what is due", () => {
  test("a line when its playout begins, never before, and once", () => {
    const script = new Script();
    assert.deepEqual(texts(script.due(turn([HI]), 699)), []);
    assert.deepEqual(texts(script.due(turn([HI]), 705)), ["Hi there."]);
    assert.deepEqual(texts(script.due(turn([HI, STORY]), 720)), []);
    assert.deepEqual(texts(script.due(turn([HI, STORY]), 1_599)), []);
    assert.deepEqual(texts(script.due(turn([HI, STORY]), 1_600)), ["A wolf lived alone."]);
  });

  test("a filler too, and nothing in the dead air behind it", () => {
    const script = new Script();
    assert.deepEqual(texts(script.due(turn([FILLER]), 100)), ["One moment"]);
    assert.deepEqual(texts(script.due(turn([FILLER, HI]), 690)), []);
  });

  test("after a reload the rest of what is being played, and nothing that was heard", () => {
    assert.deepEqual(texts(new Script().due(turn([HI, STORY]), 2_700)), ["lived alone."]);
    assert.deepEqual(texts(new Script().due(turn([HI, STORY]), 3_600)), []);
  });

  test("the later part of a text whose words have no times", () => {
    const long = { ...FILLER, text: "One moment please while I look", starts_ms: 0, ends_ms: 3_000 };
    assert.deepEqual(texts(new Script().due(turn([long]), 1_500)), ["please while I look"]);
  });

  test("nothing of a turn that is over, nor of what was cut", () => {
    assert.deepEqual(new Script().due(turn([HI], "interrupted"), 800), []);
    assert.deepEqual(new Script().due(turn([{ ...HI, cut: true }]), 800), []);
  });

  test("the next turn's segments, though their ids are the same", () => {
    const script = new Script();
    script.due(turn([HI]), 700);
    assert.deepEqual(texts(script.due(turn([HI], "streaming", "t2"), 700)), ["Hi there."]);
  });
});

describe("the breaks in a text", () => {
  test("are silent: what stands behind one is a line of its own", () => {
    const [first, second, ...others] = linesOf({ ...STORY, pauses: [[2_400, 2_600]] });
    assert.deepEqual([first.text, first.from, first.to], ["A wolf", 1_600, 2_400]);
    assert.deepEqual([second.text, second.from, second.to], ["lived alone.", 2_600, 3_600]);
    assert.deepEqual(others, []);
  });

  test("a break alone has no line", () => {
    assert.deepEqual(linesOf(segment({ text: "", words: [] })), []);
  });
});

describe("the lag of the browser's voice", () => {
  const [line] = linesOf(STORY);

  test("counts from the line's own times, while it waits, speaks and after its end", () => {
    assert.equal(behind_ms(line, { started_ms: null, ended_ms: null }, 2_100), 500);
    assert.equal(behind_ms(line, { started_ms: 1_700, ended_ms: null }, 3_000), 100);
    assert.equal(behind_ms(line, { started_ms: 1_700, ended_ms: null }, 4_000), 400);
    assert.equal(behind_ms(line, { started_ms: 1_700, ended_ms: 5_000 }, 9_000), 1_400);
    assert.equal(behind_ms(line, { started_ms: 1_600, ended_ms: 3_000 }, 9_000), 0);
  });

  test("is said only where it matters", () => {
    assert.equal(lagText(299), "");
    assert.equal(lagText(1_400), "The browser's voice is 1.4 s behind the timeline.");
  });
});

describe("the language", () => {
  test("a declared name or tag", () => {
    assert.equal(tagOf("Turkish"), "tr");
    assert.equal(tagOf("pt_BR"), "pt-BR");
    assert.equal(tagOf("klingon dialect"), "");
    assert.equal(tagOf(""), "");
  });

  test("of a text, or unknown", () => {
    assert.equal(languageOf("Жил-был волк."), "ru");
    assert.equal(languageOf("Жив собі вовк і їв."), "uk");
    assert.equal(languageOf("昔々、狼がいました。"), "ja");
    assert.equal(languageOf("从前有一只狼。"), "zh");
    assert.equal(languageOf("Once upon a time the wolf lived in a forest."), "en");
    assert.equal(languageOf("Es war einmal ein Wolf, und der lebte mit sich."), "de");
    assert.equal(languageOf("OK, Berlin!"), "");
    assert.equal(languageOf("La que…"), "", "Spanish as well as French");
    assert.equal(languageOf("1 + 1 = 2"), "");
  });

  test("gets the voice of its region, else the default one, else none", () => {
    const gb = { lang: "en-GB", default: false, localService: true };
    const us = { lang: "en_US", default: true, localService: true };
    assert.equal(voiceFor([us, gb], "en-GB"), gb);
    assert.equal(voiceFor([gb, us], "en"), us);
    assert.equal(voiceFor([gb, us], "tr"), null);
    assert.equal(voiceFor([], "en"), null);
  });
});
