/**
 * Entries of the transcript at their places between the turns: changes of the context, and of the persona's version.
 * Loaded when there are any.
 */

import { contextEntries } from "./context_changes.js";
import { versionEntries } from "./version_changes.js";

const shown = new Map();

/** Put the entries of `state` that are not shown yet into `list`, if the turn before them is; `isWhole`: all turns are. */
export function showBetweenTurns(list, state, isWhole) {
  const entries = [...contextEntries(state), ...versionEntries(state)];
  dropReplaced(entries);
  for (const { key, position, make } of entries) {
    if (shown.has(key)) continue;
    const place = placeOf(list, position, state.turns, isWhole && state.earlier === 0);
    if (!place) continue;
    const node = make();
    shown.set(key, node);
    place.before(node);
  }
}

/** A version without a turn is replaced by the next one; a change of the context that is no longer kept stays. */
function dropReplaced(entries) {
  const keys = new Set(entries.map(({ key }) => key));
  for (const [key, node] of shown) {
    if (keys.has(key) || !node.matches(".version-change")) continue;
    node.remove();
    shown.delete(key);
  }
}

/** Return an object whose `before(node)` puts a node where the entry belongs; null while that is not known. */
function placeOf(list, position, turns, isWhole) {
  const before = turns.findLast((turn) => turn.turn_idx !== null && turn.turn_idx < position);
  if (!before && !isWhole) return null;
  const root = before && list.querySelector(`[data-turn-id="${CSS.escape(before.turn_id)}"]`);
  if (before && (!root || before.turn_idx !== position - 1)) return null;
  let next = root ? root.nextElementSibling : list.firstElementChild;
  while (next?.matches(".between-turns")) next = next.nextElementSibling;
  return { before: (node) => list.insertBefore(node, next) };
}
