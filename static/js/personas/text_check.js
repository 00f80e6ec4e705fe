// Asks the server what is wrong with the document once typing pauses; only the answer to the newest text counts.

const PAUSE_MS = 500;

/** Call `show(problem)` with `{line, column, message}` or null after each pause in typing in `area`. */
export function checkWhileTyping(area, show) {
  let timer = 0;
  let running = null;
  const ask = async () => {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    const body = new FormData();
    body.set("text", area.value);
    body.set("csrfmiddlewaretoken", area.form.elements.csrfmiddlewaretoken.value);
    try {
      const response = await fetch(area.dataset.checkPath, { method: "POST", body, signal });
      if (!response.ok || response.redirected) return;
      const { problems } = await response.json();
      show(problems[0] ?? null);
    } catch {
      // The check is a help; saving tells the same.
    }
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
}
