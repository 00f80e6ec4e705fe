/**
 * The command palette: finds personas, conversations, pages and the page's own actions (WAI-ARIA, "Combobox").
 * Loaded when it is first opened.
 */

import { actionsOf, matching, nextPlace } from "./actions.js";

/** A pause in typing before the server is asked. */
const PAUSE_MS = 120;
const FAILED = "Greenroom did not answer: type again, or load the page again if you were signed out.";

let palette = null;

/** Show the palette; `button` has the address to ask, `controls()` returns the page's controls with a key. */
export function show(button, controls) {
  palette ??= new Palette(button, controls);
  palette.show();
}

class Palette {
  #path;
  #controls;
  #dialog;
  #box;
  #list;
  #status;
  #options = [];
  #place = 0;
  #timer = 0;
  #asked = null;

  constructor(button, controls) {
    this.#controls = controls;
    this.#path = button.dataset.path;
    this.#dialog = document.getElementById(button.getAttribute("aria-controls"));
    this.#box = this.#dialog.querySelector("[role=combobox]");
    this.#list = this.#dialog.querySelector("[role=listbox]");
    this.#status = this.#dialog.querySelector("[role=status]");
    this.#box.addEventListener("input", () => this.#typed());
    this.#box.addEventListener("keydown", (event) => this.#pressed(event));
    this.#list.addEventListener("click", (event) => this.#use(event.target.closest("[role=option]")));
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
  }

  show() {
    if (this.#dialog.open) return;
    this.#box.value = "";
    this.#dialog.showModal();
    this.#box.focus();
    this.#ask();
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), PAUSE_MS);
  }

  /** Ask the server; an answer to words that were changed meanwhile is dropped. */
  async #ask() {
    const text = this.#box.value.trim();
    this.#asked?.abort();
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    try {
      const response = await fetch(`${this.#path}?q=${encodeURIComponent(text)}`, { signal });
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      const { groups } = await response.json();
      this.#fill([...this.#ownGroups(text), ...groups], text);
    } catch {
      if (!signal.aborted) this.#fill(this.#ownGroups(text), text, FAILED);
    }
  }

  /** The actions of the page that can be used at the moment. */
  #ownGroups(text) {
    const isUsable = (control) => control.checkVisibility() && !control.disabled && !control.ariaDisabled && !control.matches("a");
    const usable = this.#controls().filter(isUsable);
    const items = matching(actionsOf(usable), text).map(({ name, keys, control }) => ({
      label: name,
      note: keys.join(" "),
      control,
    }));
    return text && items.length ? [{ name: "On this page", items }] : [];
  }

  #fill(groups, text, problem = "") {
    this.#options = [];
    this.#list.replaceChildren(...groups.map((group, place) => this.#groupOf(group, place)));
    this.#choose(0);
    const count = this.#options.length;
    this.#box.setAttribute("aria-expanded", String(count > 0));
    const nothing = text ? `Nothing fits “${text}”.` : "Nothing is there yet.";
    const result = count ? `${count} found` : nothing;
    this.#status.textContent = problem || result;
    this.#status.classList.toggle("visually-hidden", problem === "" && count > 0);
  }

  #groupOf({ name, items }, place) {
    const group = made("div", "palette__group");
    const title = made("p", "palette__title", name);
    title.id = `palette-group-${place}`;
    group.setAttribute("role", "group");
    group.setAttribute("aria-labelledby", title.id);
    group.append(title, ...items.map((item) => this.#optionOf(item)));
    return group;
  }

  #optionOf({ label, note, href, control }) {
    const option = made("div", "palette__option");
    option.setAttribute("role", "option");
    option.id = `palette-option-${this.#options.length}`;
    option.append(made("span", "palette__label", label), made("span", "palette__note", note));
    this.#options.push({ option, href, control });
    return option;
  }

  #pressed(event) {
    const next = nextPlace(event.key, this.#place, this.#options.length);
    if (next !== undefined) this.#choose(next);
    else if (event.key === "Enter") this.#use(this.#options[this.#place]?.option);
    else return;
    event.preventDefault();
  }

  #choose(place) {
    this.#place = place;
    this.#options.forEach(({ option }, at) => option.setAttribute("aria-selected", String(at === place)));
    const chosen = this.#options[place]?.option;
    this.#box.setAttribute("aria-activedescendant", chosen?.id ?? "");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  #use(node) {
    const chosen = this.#options.find(({ option }) => option === node);
    if (!chosen) return;
    this.#dialog.close();
    if (chosen.href) location.assign(chosen.href);
    else chosen.control.click();
  }
}

function made(name, className, text = "") {
  const node = document.createElement(name);
  node.className = className;
  node.textContent = text;
  return node;
}
