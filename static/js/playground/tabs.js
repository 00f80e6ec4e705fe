/**
 * Tabs with keyboard support: arrows, Home and End move between them (WAI-ARIA, "Tabs").
 */

/** Bind the `role=tab` buttons of `list`; `onShow(id)` gets the id of the selected tab. */
export function bindTabs(list, onShow) {
  const tabs = [...list.querySelectorAll("[role=tab]")];
  const show = (chosen) => {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
    }
    onShow(chosen.id);
  };
  for (const tab of tabs) tab.addEventListener("click", () => show(tab));
  list.addEventListener("keydown", (event) => {
    const next = neighbour(tabs, event.key);
    if (!next) return;
    event.preventDefault();
    show(next);
    next.focus();
  });
}

function neighbour(tabs, key) {
  const place = tabs.indexOf(document.activeElement);
  const places = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: tabs.length - 1 };
  return key in places ? tabs[(places[key] + tabs.length) % tabs.length] : undefined;
}
