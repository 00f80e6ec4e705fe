/** What is called for a base URL as it is typed. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { calledUrl } from "../../static/js/playground/called_url.js";

const ALWAYS = { base: "/chat/completions", whole: "/chat/completions" };
const ONCE = { base: "/chat/completions", whole: "" };

test("the route is added behind the path, before a query", () => {
  assert.deepEqual(calledUrl(" https://a.example/v1/ ", ALWAYS), { url: "https://a.example/v1/chat/completions", isTwice: false });
  assert.equal(calledUrl("https://a.example/v1?a=1?2", ONCE).url, "https://a.example/v1/chat/completions?a=1?2");
  assert.equal(calledUrl("/demo/v1", ALWAYS).url, "/demo/v1/chat/completions");
});

test("a platform that always adds it calls it twice where it was typed too", () => {
  const typed = "https://a.example/v1/chat/completions/";
  assert.deepEqual(calledUrl(typed, ALWAYS), { url: "https://a.example/v1/chat/completions/chat/completions", isTwice: true });
  assert.deepEqual(calledUrl(typed, ONCE), { url: typed, isTwice: false });
});

test("what is no URL yet calls nothing", () => {
  assert.deepEqual(["", "https:", "https://", "llm.example"].map((typed) => calledUrl(typed, ONCE)), [null, null, null, null]);
});
