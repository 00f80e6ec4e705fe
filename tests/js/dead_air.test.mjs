// The picture's silences by the table that the turn's number is held to as well (tests/engine/speech/test_dead_air.py).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { endOf, silences } from "../../static/js/playground/picture.js";
import { newTurn } from "../../static/js/playground/turn.js";
import { segment } from "./events.mjs";

const CASES = JSON.parse(readFileSync(new URL("../engine/speech/dead_air_cases.json", import.meta.url)));

for (const { name, ended_ms, dead_air_ms, segments, error, ...told } of CASES) {
  test(`the picture's dead air: ${name}`, () => {
    const turn = {
      ...newTurn("t1"),
      ...told,
      error: error && { code: error, message: "" },
      timings_ms: { ...newTurn("t1").timings_ms, total: ended_ms },
      interrupted_at_ms: told.status === "interrupted" ? ended_ms : null,
      segments: segments.map((given, place) => segment({ words: [], ...given, id: place, index: given.kind === "filler" ? null : place })),
    };
    const silent_ms = silences(turn, endOf(turn, 0)).reduce((sum, { from, to }) => sum + to - from, 0);
    assert.equal(silent_ms, dead_air_ms);
  });
}
