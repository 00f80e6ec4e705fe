// The socket of an inspector's list: what it makes of messages and ends.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ListSocket } from "../../static/js/inspectors/list_socket.js";

function stage() {
  const opened = [];
  const seen = { news: 0, states: [], pauses: [] };
  const socket = new ListSocket({
    url: "ws://x/",
    onNews: () => (seen.news += 1),
    onState: (state) => seen.states.push(state),
    open: (url) => opened[opened.push({ url }) - 1],
    random: () => 1,
    later: (work, pause_ms) => {
      seen.pauses.push(pause_ms);
      work();
    },
  });
  socket.connect();
  return { opened, seen };
}

test("every message is news, the first one too: some may have been missed before it", () => {
  const { opened, seen } = stage();
  opened[0].onmessage({ data: '{"numbers": []}' });
  opened[0].onmessage({ data: '{"numbers": [3]}' });
  assert.deepEqual([seen.news, seen.states], [2, ["open", "open"]]);
});

test("it connects again with a growing pause, which a message resets", () => {
  const { opened, seen } = stage();
  opened[0].onclose({ code: 1006 });
  opened[1].onclose({ code: 4500 });
  assert.deepEqual(seen.pauses, [500, 1000]);
  opened[2].onmessage({ data: "{}" });
  opened[2].onclose({ code: 1006 });
  assert.deepEqual(seen.pauses, [500, 1000, 500]);
});

test("it stays closed where the server won't have it", () => {
  const { opened, seen } = stage();
  opened[0].onclose({ code: 4404 });
  assert.deepEqual([opened.length, seen.states], [1, ["closed"]]);
});
