import assert from "node:assert/strict";
import { test } from "node:test";

import { actionsOf, keysOf, matching, nextPlace } from "../../static/js/actions.js";

function control(key, text, { actionName, label = null } = {}) {
  return { dataset: { key, actionName }, textContent: text, getAttribute: () => label };
}

test("an action is called what its control says, or what a screen reader calls it", () => {
  const controls = [control("l", "\n Sound "), control("t", "", { label: "Theme: auto" }), control("1", "Timeline", { actionName: "See the timeline" })];
  assert.deepEqual(actionsOf(controls).map(({ name }) => name), ["Sound", "Theme: auto", "See the timeline"]);
});

test("of several controls with a key the last one is the action", () => {
  const [first, last] = [control("r", "Try again"), control("r", "Try again")];
  assert.deepEqual(actionsOf([first, last]).map(({ control: one }) => one === last), [true]);
});

test("a key is shown as it stands on the keyboard", () => {
  assert.deepEqual(keysOf("g p"), ["G", "P"]);
  assert.deepEqual(keysOf("Delete"), ["Delete"]);
});

test("all words have to be in a name, in any order and case", () => {
  const actions = [{ name: "Caller's view" }, { name: "Sound" }];
  assert.deepEqual(matching(actions, "VIEW call"), [actions[0]]);
  assert.deepEqual(matching(actions, " "), actions);
  assert.deepEqual(matching(actions, "view sound"), []);
});

test("the arrows go round, and nowhere in an empty list", () => {
  assert.equal(nextPlace("ArrowDown", 2, 3), 0);
  assert.equal(nextPlace("ArrowUp", 0, 3), 2);
  assert.equal(nextPlace("ArrowUp", 0, 0), undefined);
  assert.equal(nextPlace("a", 0, 3), undefined);
});
