import assert from "node:assert/strict";
import { test } from "node:test";

import { isWhole, showing, whole, zoomed } from "../../static/js/playground/timeline_scale.js";

test("a view of the whole axis stays one wherever the cursor goes, and a closer one is none", () => {
  for (let length_ms = 900.1; length_ms < 1_000; length_ms += 0.77) {
    let view = whole(length_ms);
    for (const at of [0, length_ms, length_ms / 3, length_ms / 7, length_ms]) view = showing(view, at, length_ms);
    assert.ok(isWhole(view, length_ms), `${length_ms}`);
  }
  assert.ok(!isWhole(zoomed(whole(1_000), 1.1, 500, 1_000), 1_000));
});
