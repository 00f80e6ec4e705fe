import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Sender } from "../../static/js/playground/sender.js";
import { initialState } from "../../static/js/playground/state.js";
import { newTurn } from "../../static/js/playground/turn.js";

const IDLE = { ...initialState(), conversation: {} };
const SPEAKING = { ...IDLE, turns: [{ ...newTurn("t1"), status: "streaming" }] };

function connected(asks) {
  const sent = [];
  const socket = { isOpen: true, send: (command) => socket.isOpen && sent.push(command) > 0 };
  return { socket, sent, sender: new Sender(socket, asks) };
}

function names(sent) {
  return sent.map((command) => command.event_type);
}

describe("what the user says", () => {
  test("goes out at once while nobody speaks", () => {
    const { sender, sent } = connected();
    sender.say("Hello", "respond", IDLE);
    assert.deepEqual(names(sent), ["conversation.respond"]);
    assert.equal(sent[0].properties.text, "Hello");
    assert.match(sent[0].properties.client_msg_id, /^[0-9a-f]{32}$/);
  });

  test("cuts an open turn first", () => {
    const { sender, sent } = connected();
    sender.say("Stop", "respond", SPEAKING);
    assert.deepEqual(names(sent), ["conversation.interrupt", "conversation.respond"]);
  });

  test("cuts an open turn only after a yes, where somebody decides about interrupts", () => {
    let yes = null;
    const { sender, sent } = connected((turn, text, cut) => (yes = { turn, text, cut }));
    sender.say("Stop", "respond", SPEAKING);
    assert.deepEqual([yes.turn.turn_id, yes.text, sent], ["t1", "Stop", []]);
    yes.cut();
    sender.sendNext(SPEAKING);
    assert.deepEqual(names(sent), ["conversation.interrupt", "conversation.respond"]);
  });

  test("waits for the end of the turn where it can't be cut", () => {
    const { sender, sent } = connected();
    sender.say("Stop", "respond", SPEAKING);
    const { client_msg_id } = sent[1].properties;
    assert.equal(sender.refused({ code: "busy", client_msg_id }, SPEAKING), "");
    sender.sendNext(SPEAKING);
    assert.equal(sent.length, 2);
    sender.sendNext(IDLE);
    assert.deepEqual(sent[2], sent[1]);
  });

  test("comes back as text when the server doesn't take it", () => {
    const { sender, sent } = connected();
    sender.say("Hello", "respond", IDLE);
    const { client_msg_id } = sent[0].properties;
    assert.equal(sender.refused({ code: "busy", client_msg_id }, IDLE), "Hello");
    sender.sendNext(IDLE);
    assert.equal(sent.length, 1);
  });

  test("is sent again under the same id after a lost connection, unless a turn has taken it up", () => {
    const { sender, sent, socket } = connected();
    sender.say("Hello", "respond", IDLE);
    socket.isOpen = false;
    sender.lost();
    sender.sendNext(IDLE);
    socket.isOpen = true;
    sender.sendNext(IDLE);
    assert.deepEqual(sent[1], sent[0]);
    const { client_msg_id } = sent[0].properties;
    sender.sendNext({ ...IDLE, turns: [{ ...newTurn("t1"), status: "completed", client_msg_id }] });
    assert.deepEqual(sender.outbox, []);
  });

  test("goes out one after the other", () => {
    const { sender, sent } = connected();
    sender.say("One", "respond", IDLE);
    sender.say("Two", "echo", IDLE);
    assert.deepEqual(names(sent), ["conversation.respond"]);
    const { client_msg_id } = sent[0].properties;
    sender.sendNext({ ...IDLE, turns: [{ ...newTurn("t1"), status: "completed", client_msg_id }] });
    assert.deepEqual(names(sent), ["conversation.respond", "conversation.echo"]);
  });

  test("comes back whole when the connection is closed for good", () => {
    const { sender } = connected();
    sender.say("One", "respond", IDLE);
    sender.say("Two", "respond", IDLE);
    assert.equal(sender.takeBackAll(), "One\nTwo");
    assert.deepEqual(sender.outbox, []);
  });

  test("waits for the first snapshot", () => {
    const { sender, sent } = connected();
    sender.say("Early", "respond", initialState());
    assert.deepEqual(sent, []);
    sender.sendNext(IDLE);
    assert.equal(sent.length, 1);
  });
});
