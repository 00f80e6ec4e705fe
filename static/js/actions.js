/**
 * The actions of a page, from its controls with a key: what each is called, and which fit some words. Pure, apart from
 * reading the controls.
 */

/** Return a control's name: what it says itself, or what a screen reader calls it. */
export function nameOf(control) {
  const { actionName } = control.dataset;
  return actionName ?? control.getAttribute("aria-label") ?? control.textContent.replace(/\s+/g, " ").trim();
}

/** Return `[{name, keys, control}]`, each key once. `keys` are those to press, in order. */
export function actionsOf(controls) {
  const byKey = new Map();
  for (const control of controls) byKey.set(control.dataset.key, control);
  return [...byKey].map(([key, control]) => ({ name: nameOf(control), keys: keysOf(key), control }));
}

/** Return the keys of a `data-key`, as they stand on a keyboard. */
export function keysOf(key) {
  return key.split(" ").map((stroke) => (stroke.length > 1 ? stroke : stroke === stroke.toLowerCase() ? stroke.toUpperCase() : `Shift ${stroke}`));
}

/** Return the actions whose names have all words of `text`. */
export function matching(actions, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return actions.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
}

/** Return the place of the option to go to with `key` from `place`, of `count`; undefined for another key. */
export function nextPlace(key, place, count) {
  if (count === 0) return undefined;
  const places = { ArrowDown: (place + 1) % count, ArrowUp: (place - 1 + count) % count };
  return places[key];
}
