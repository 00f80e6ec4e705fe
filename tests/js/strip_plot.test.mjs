import assert from "node:assert/strict";
import { test } from "node:test";

import { axisOf, dotsOf, nearestOf } from "../../static/js/playground/strip_plot.js";

function plot(...first_audio) {
  const turns = first_audio.map((ms, place) => ["c1", `t${place}`, "Hello", null, ms, null]);
  return { version: 1, spreads: { ttft: [null, null], first_audio: [400, 800], dead_air: [null, null] }, turns };
}

test("versions share an axis, which one late turn does not stretch", () => {
  const other = { ...plot(), spreads: { first_audio: [300, 400] } };
  assert.equal(axisOf([plot(400, 60_000), other], "first_audio"), 1_000);
  assert.deepEqual(dotsOf(plot(400, 60_000), "first_audio", 1_000).map(({ share, isBeyond }) => [share, isBeyond]), [[0.4, false], [1, true]]);
});

test("few turns, which have no p95, are all on the axis", () => {
  const few = { ...plot(400, 960), spreads: { first_audio: [680, null] } };
  assert.equal(axisOf([few], "first_audio"), 1_200);
});

test("dots of the same time stand on each other, and a turn without the time has none", () => {
  const dots = dotsOf(plot(400, null, 401, 700), "first_audio", 1_000);
  assert.deepEqual(dots.map(({ turn, level }) => [turn, level]), [["t0", 0], ["t2", 1], ["t3", 0]]);
  assert.deepEqual(dotsOf(plot(400), "ttft", 1_000), []);
  assert.ok(dotsOf(plot(...Array(50).fill(400)), "first_audio", 1_000).every(({ level }) => level < 6));
});

test("the dot that is nearest to the pointer is meant, unless it is far away", () => {
  const dots = [{ x: 10, y: 60 }, { x: 18, y: 60 }, { x: 18, y: 52 }];
  assert.equal(nearestOf(dots, 20, 48, 32), dots[2]);
  assert.equal(nearestOf(dots, 0, 80, 32), dots[0]);
  assert.equal(nearestOf(dots, 90, 60, 32), undefined);
  assert.equal(nearestOf([], 1, 1, 32), undefined);
});
