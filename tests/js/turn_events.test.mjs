import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { EventLog, MOST_EVENTS } from "../../static/js/playground/event_log.js";
import { placesOf } from "../../static/js/playground/note_places.js";
import { storedEvents } from "../../static/js/playground/stored_events.js";
import { newTurn } from "../../static/js/playground/turn.js";

function event(turn_id, seq) {
  return { event_type: "playground.delta", seq, properties: { turn_id } };
}

function filled(log, turnId, count) {
  for (let seq = 0; seq < count; seq += 1) log.add(event(turnId, seq));
}

describe("the log of events", () => {
  test("keeps each turn's, and passes over what belongs to none", () => {
    const log = new EventLog();
    log.add(event("a", 1));
    log.add({ event_type: "playground.notice", properties: {} });
    assert.deepEqual(log.of("a"), { events: [event("a", 1)], dropped: 0, hasGap: false });
    assert.deepEqual(log.of("b"), { events: [], dropped: 0, hasGap: false });
  });

  test("has a gap where a snapshot stands for an open turn's events", () => {
    const log = new EventLog();
    log.add({ event_type: "playground.turn.completed", properties: { turn_id: "a" } });
    log.add(event("b", 2));
    log.add({ event_type: "playground.snapshot", properties: {} });
    assert.equal(log.of("a").hasGap, false);
    assert.equal(log.of("b").hasGap, true);
  });

  test("drops the oldest turn for a newer one, and counts the end of one that is too long", () => {
    const log = new EventLog();
    filled(log, "a", 10);
    filled(log, "b", MOST_EVENTS);
    assert.equal(log.of("a").events.length, 0);
    assert.equal(log.of("b").events.length, MOST_EVENTS);
    log.add(event("b", MOST_EVENTS));
    assert.equal(log.of("b").dropped, 1);
  });
});

const COMPLETIONS = [
  { attempt: 1, status: 503, headers: [], body: "Sorry", payloads: [] },
  {
    attempt: 2,
    status: 200,
    headers: [],
    body: "",
    payloads: [
      { t_ms: 120, data: "1", became: [["delta", "Hé"]] },
      { t_ms: 140, data: "2", became: [["delta", "llo."], ["note", "Odd."]] },
      { t_ms: null, data: "", became: [["note", "Odd."], ["note", "No [DONE] came."]] },
    ],
  },
];

describe("the events of a stored turn", () => {
  test("stand in their order, and lack what is not stored", () => {
    const turn = {
      ...newTurn("t"),
      status: "completed",
      sentences: [{ index: 0, start: 0, end: 6, kind: "sentence", t_ms: 140 }],
      notes: ["Odd."],
      timings_ms: { ttfb: 110, total: 900 },
    };
    const events = storedEvents(turn, COMPLETIONS);
    assert.deepEqual(
      events.map(({ event_type, t_ms }) => [event_type, t_ms]),
      [
        ["playground.turn.started", 0],
        ["playground.request", null],
        ["playground.response", null],
        ["playground.request", null],
        ["playground.response", null],
        ["playground.delta", 120],
        ["playground.delta", 140],
        ["playground.sentence", 140],
        ["playground.note", null],
        ["playground.turn.completed", 900],
      ],
    );
    assert.equal(events[6].properties.offset, 2);
    assert.ok(events.every(({ seq }) => seq === null));
  });
});

test("a note's place is the first payload of the last attempt that became it", () => {
  const places = placesOf(COMPLETIONS);
  assert.equal(places.get("Odd.").number, 2);
  assert.equal(places.get("No [DONE] came.").t_ms, null);
  assert.deepEqual(placesOf([]), new Map());
});
