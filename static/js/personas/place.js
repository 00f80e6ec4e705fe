// The place on the page while a persona is saved or filled in: the page that says so begins where the form was.

const KEY = "persona-editor-place";

/** Keep the place of `form`'s page over a submit; a page that has more to say than its save bar begins at its top. */
export function keepPlace(form) {
  const top_px = Number(sessionStorage.getItem(KEY) ?? 0);
  sessionStorage.removeItem(KEY);
  const isSaid = document.querySelector(".save-bar__saved") !== null;
  if (isSaid && !document.querySelector(".messages > li")) scrollTo({ top: top_px, behavior: "instant" });
  form.addEventListener("submit", () => sessionStorage.setItem(KEY, String(scrollY)));
}
