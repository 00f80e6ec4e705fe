/**
 * The inspector's place: beside the transcript where the page is wide, else a dialog that comes up from the bottom.
 */

const WIDE = "(min-width: 1000px)";

export class Sheet {
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

  /** Bring the inspector up where it isn't in view; the browser gives the focus back when it is closed. */
  open() {
    if (!this.#wide.matches && !this.#dialog.open) this.#dialog.showModal();
  }

  get isOpen() {
    return this.#dialog.open;
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
