import assert from "node:assert/strict";
import { test } from "node:test";

import { fitted, isWhole, showing, whole, zoomed } from "../../static/js/playground/timeline_scale.js";

test("a view of the whole axis stays one wherever the cursor goes, and a closer one is none", () => {
  for (let length_ms = 900.1; length_ms < 1_000; length_ms += 0.77) {
    let view = whole(length_ms);
    for (let place = 0; place < 97; place += 1) view = showing(view, (length_ms * ((place * 37) % 97)) / 97, length_ms);
    assert.ok(isWhole(view, length_ms), `${length_ms}`);
  }
  assert.ok(!isWhole(zoomed(whole(1_000), 1.1, 500, 1_000), 1_000));
});

test("a thing that is fitted has room on either side, within the axis, and a moment is not all there is", () => {
  assert.deepEqual(fitted({ from: 400, to: 500 }, 1_000), { from: 390, to: 510 });
  assert.deepEqual(fitted({ from: 0, to: 500 }, 1_000), { from: 0, to: 600 });
  assert.deepEqual(fitted({ from: 500, to: 500 }, 1_000), { from: 490, to: 510 });
});
