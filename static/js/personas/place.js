// The place on the page while a persona is saved or filled in: the page that says so begins where the form was.

const KEY = "persona-editor-place";

/** Keep the place of `form`'s page over a submit; a page that has more to say than that begins at its top. */
export function keepPlace(form) {
  const top_px = Number(sessionStorage.getItem(KEY) ?? 0);
  sessionStorage.removeItem(KEY);
  const isSaid = document.querySelector(".save-bar__saved, .editor__filled-in") !== null;
  if (isSaid && !document.querySelector(".messages > li")) begin(top_px);
  form.addEventListener("submit", () => sessionStorage.setItem(KEY, String(scrollY)));
}

/** Scroll there, and focus what the address names without a scroll: the browser would put it at the top of the window. */
function begin(top_px) {
  document.getElementById(location.hash.slice(1))?.focus({ preventScroll: true });
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  scrollTo({ top: top_px, behavior: "instant" });
}
