import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { ConversationSocket, pauseBefore } from "../../static/js/playground/socket.js";

class FakeSocket {
  readyState = 1;
  sent = [];

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close(code = 1006, reason = "") {
    this.readyState = 3;
    this.onclose({ code, reason });
  }

  receive(value) {
    this.onmessage({ data: JSON.stringify(value) });
  }
}

function opened(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const made = { sockets: [], statuses: [], events: [] };
  made.socket = new ConversationSocket({
    url: "ws://x/",
    closeCodes: { 4401: { name: "SIGN_IN_AGAIN", is_final: true }, 4500: { name: "FAILED", is_final: false } },
    onEvents: (events) => made.events.push(...events),
    onStatus: ({ state, why }) => {
      made.statuses.push(state);
      made.why = why;
    },
    open: () => made.sockets[made.sockets.push(new FakeSocket()) - 1],
    random: () => 1,
  });
  made.socket.connect();
  return made;
}

const EVENT = { event_type: "playground.note", properties: {} };

describe("the socket", () => {
  test("is open with its first event", (t) => {
    const { sockets, statuses, events } = opened(t);
    sockets[0].receive(EVENT);
    sockets[0].receive([EVENT, EVENT]);
    assert.deepEqual(statuses, ["connecting", "open"]);
    assert.equal(events.length, 3);
  });

  test("connects again after a pause that doubles", (t) => {
    const { sockets } = opened(t);
    for (const [place, pause_ms] of [500, 1_000, 2_000].entries()) {
      sockets[place].close();
      t.mock.timers.tick(pause_ms - 1);
      assert.equal(sockets.length, place + 1);
      t.mock.timers.tick(1);
      assert.equal(sockets.length, place + 2);
    }
  });

  test("begins with a short pause again once it was open", (t) => {
    const { sockets } = opened(t);
    sockets[0].close();
    t.mock.timers.tick(500);
    sockets[1].receive(EVENT);
    sockets[1].close();
    t.mock.timers.tick(500);
    assert.equal(sockets.length, 3);
  });

  test("waits longer each time where the server itself fails, though it was open", (t) => {
    const { sockets } = opened(t);
    for (const [place, pause_ms] of [500, 1_000, 2_000].entries()) {
      sockets[place].receive(EVENT);
      sockets[place].close(4500);
      t.mock.timers.tick(pause_ms - 1);
      assert.equal(sockets.length, place + 1);
      t.mock.timers.tick(1);
      assert.equal(sockets.length, place + 2);
    }
  });

  test("does not come back when the server says why it mustn't", (t) => {
    const made = opened(t);
    made.sockets[0].close(4401);
    t.mock.timers.tick(60_000);
    assert.equal(made.sockets.length, 1);
    assert.equal(made.statuses.at(-1), "closed");
    assert.equal(made.why, "SIGN_IN_AGAIN");
  });

  test("hurries when the network is back, once", (t) => {
    const { socket, sockets } = opened(t);
    socket.hurry();
    assert.equal(sockets.length, 1);
    sockets[0].close();
    socket.hurry();
    t.mock.timers.tick(60_000);
    assert.equal(sockets.length, 2);
  });

  test("ignores what a socket says that it has left", (t) => {
    const { sockets, events } = opened(t);
    sockets[0].close();
    t.mock.timers.tick(500);
    sockets[0].receive(EVENT);
    assert.deepEqual(events, []);
  });

  test("says so when it cannot send", (t) => {
    const { socket, sockets } = opened(t);
    assert.equal(socket.send({ a: 1 }), true);
    sockets[0].close();
    assert.equal(socket.send({ a: 2 }), false);
    assert.deepEqual(sockets[0].sent, [{ a: 1 }]);
  });
});

describe("the pause", () => {
  test("is spread over its second half and never longer than 30 s", () => {
    assert.equal(pauseBefore(0, () => 0), 250);
    assert.equal(pauseBefore(0, () => 1), 500);
    assert.equal(pauseBefore(40, () => 1), 30_000);
  });
});
