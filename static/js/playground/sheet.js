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

  #place() {
    if (this.#wide.matches) {
      this.#dialog.close();
      this.#aside.append(this.#panel);
    } else {
      this.#dialog.append(this.#panel);
    }
  }
}

export const sheet = new Sheet();
