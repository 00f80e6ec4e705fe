/**
 * The inspector's place: beside the transcript on a wide page, else a dialog from the bottom.
 */

const WIDE = "(min-width: 1000px)";

class Sheet {
  #panel = document.getElementById("inspector");
  #aside = document.getElementById("inspector-aside");
  #dialog = document.getElementById("inspector-sheet");
  #wide = matchMedia(WIDE);

  constructor() {
    this.#wide.addEventListener("change", () => this.#place());
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    this.#place();
  }

  /** Open the inspector if it isn't visible; the browser restores the focus when it is closed. */
  open() {
    if (!this.#wide.matches && !this.#dialog.open) this.#dialog.showModal();
  }

  /** Putting the inspector where it stands already would take the focus away from what is in it. */
  #place() {
    if (this.#wide.matches) this.#dialog.close();
    const place = this.#wide.matches ? this.#aside : this.#dialog;
    if (this.#panel.parentElement !== place) place.append(this.#panel);
  }
}

export const sheet = new Sheet();
