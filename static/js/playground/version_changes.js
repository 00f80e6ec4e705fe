/**
 * Entries that say from where on a conversation went on with another version of its persona.
 */

import { element } from "./dom.js";

/** Return `[{key, position, make()}]`; `position` is the `turn_idx` of the first turn after the entry. */
export function versionEntries({ used_versions }) {
  return used_versions.slice(1).map(({ version, name, position }, place) => ({
    key: `version ${version} ${position}`,
    position,
    make: () => entryOf(used_versions[place].version, version, name),
  }));
}

function entryOf(before, version, name) {
  const entry = element("li", "between-turns version-change");
  const head = element("p", "between-turns__head", `From here on: version ${name}`);
  const { comparePath } = document.getElementById("live").dataset;
  if (comparePath) head.append(" · ", linkTo(`${comparePath}?older=${before}&newer=${version}`));
  entry.append(head);
  return entry;
}

function linkTo(path) {
  const link = element("a", "", "What changed");
  link.href = path;
  return link;
}
