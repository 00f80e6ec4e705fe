/**
 * What the page calls the platforms: the inspector has a button for each of them.
 */

/** The label of the platform of this name; the name itself where the page knows none. */
export function labelOf(name) {
  for (const button of document.querySelectorAll("[data-platform]")) {
    if (button.dataset.platform === name) return button.textContent;
  }
  return name;
}
