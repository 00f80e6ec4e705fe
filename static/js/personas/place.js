// The place on the page while a persona is saved: the page that says so begins where the form was.

const KEY = "persona-editor-place";

/** Keep the place of `form`'s page over a save; a page that has more to say than "Saved" begins at its top. */
export function keepPlace(form) {
  const top_px = Number(sessionStorage.getItem(KEY) ?? 0);
  sessionStorage.removeItem(KEY);
  const isSaved = document.querySelector(".save-bar__saved") !== null;
  if (isSaved && !document.querySelector(".messages > li")) scrollTo({ top: top_px, behavior: "instant" });
  form.addEventListener("submit", () => sessionStorage.setItem(KEY, String(scrollY)));
}
