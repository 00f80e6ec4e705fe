import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { connectionStatus } from "../../static/js/playground/status.js";

describe("the status of the connection", () => {
  test("says in the server's words which limit was reached", () => {
    const reason = "You have 20 conversation pages open. Close one first.";
    assert.deepEqual(connectionStatus({ state: "closed", why: "TOO_MANY_SOCKETS", reason }), { text: reason, tone: "error", link: "reload" });
  });

  test("has words of its own where the server gave none", () => {
    assert.equal(connectionStatus({ state: "closed", why: "TOO_MANY_SOCKETS", reason: "" }).text, "The connection was closed.");
    assert.match(connectionStatus({ state: "closed", why: "SIGN_IN_AGAIN", reason: "" }).text, /signed out/);
  });

  test("says that it connects again after a failure of the server", () => {
    const { text, tone } = connectionStatus({ state: "waiting", why: "FAILED" });
    assert.match(text, /connecting again/);
    assert.equal(tone, "waiting");
  });
});
