// The theme: auto, light or dark. A classic script in <head>, because a module would run after the first paint.
(() => {
  const CHOICES = ["auto", "light", "dark"];

  function stored() {
    try {
      const choice = localStorage.getItem("theme");
      return CHOICES.includes(choice) ? choice : "auto";
    } catch {
      return "auto"; // storage is closed in some private windows
    }
  }

  function store(choice) {
    try {
      localStorage.setItem("theme", choice);
    } catch {
      // the choice then lasts for this page
    }
  }

  function apply(choice) {
    if (choice === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    for (const toggle of document.querySelectorAll("[data-theme-toggle]")) {
      toggle.dataset.choice = choice;
      toggle.setAttribute("aria-label", `Theme: ${choice}`);
    }
  }

  let choice = stored();
  apply(choice);
  document.addEventListener("DOMContentLoaded", () => apply(choice));
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-toggle]")) return;
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
    store(choice);
    apply(choice);
  });
})();
