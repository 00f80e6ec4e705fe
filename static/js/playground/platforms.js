/**
 * What the page calls the platforms: the inspector has a button for each of them.
 */

const BUTTONS = [...document.querySelectorAll("[data-platform]")];

/** The label of the platform of this name; the name itself where the page knows none. */
export function labelOf(name) {
  return BUTTONS.find(({ dataset }) => dataset.platform === name)?.textContent ?? name;
}
