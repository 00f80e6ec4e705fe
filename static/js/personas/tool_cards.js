// Tools as cards over the text area of JSON; the text area is what the form submits.

import { fromTemplate, partsOf, showText } from "../playground/dom.js";
import { nameGroup } from "./grouped_field.js";
import { cardsOf, duplicate, emptyCard, parametersProblem, pastedCards, textOf } from "./tool_json.js";

const NO_TOOLS = "This is no array of tools, no tool and no function: paste JSON such as [{\"type\": \"function\", \"function\": {…}}].";

export function showToolCards(area) {
  new ToolCards(area);
}

class ToolCards {
  cards = [];
  #area;
  #group = document.createElement("div");
  #box = document.createElement("div");
  #bar = fromTemplate("tool-bar");
  #showsCards = false;

  constructor(area) {
    this.#area = area;
    this.#box.className = this.#group.className = "tool-cards";
    this.#group.append(this.#box, this.#bar);
    area.after(this.#group);
    this.#listen(partsOf(this.#bar));
    // What the server found wrong stands at a line of the JSON.
    this.#show(area.getAttribute("aria-invalid") !== "true");
  }

  /** Write the cards into the text area, which the form submits. */
  write() {
    this.#area.value = textOf(this.cards);
    this.#area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Replace `count` cards at this place by others; the focus goes to this part of the card at `focusAt`. */
  replace(place, count, added, focusAt = place, part = "name") {
    this.cards.splice(place, count, ...added);
    this.write();
    this.#draw(focusAt, part);
  }

  /** Move the card at this place up (-1) or down (1); the focus stays on its button, or goes to the other one at an end. */
  move(place, by) {
    const to = place + by;
    const [card] = this.cards.splice(place, 1);
    const isAtEnd = to === (by < 0 ? 0 : this.cards.length);
    this.replace(to, 0, [card], to, by < 0 !== isAtEnd ? "up" : "down");
  }

  #listen(buttons) {
    buttons.add.id = "add-tool";
    buttons.add.addEventListener("click", () => this.replace(this.cards.length, 0, [emptyCard()]));
    buttons.json.addEventListener("click", () => {
      this.#show(!this.#showsCards);
      (this.#showsCards ? buttons.json : this.#area).focus();
    });
    buttons.paste.addEventListener("click", () => askForTools((pasted) => this.replace(this.cards.length, 0, pasted)));
  }

  #show(asCards) {
    const parsed = asCards ? cardsOf(this.#area.value) : null;
    const buttons = partsOf(this.#bar);
    this.#showsCards = parsed !== null;
    this.cards = parsed ?? [];
    this.#area.hidden = this.#showsCards;
    this.#box.hidden = buttons.add.hidden = buttons.paste.hidden = !this.#showsCards;
    buttons.json.textContent = this.#showsCards ? "Show as JSON" : "Show as cards";
    nameGroup(this.#group, this.#area, this.#showsCards);
    this.#draw();
  }

  #draw(focusAt = -1, part = "name") {
    this.#box.replaceChildren(...this.cards.map((card, place) => cardView(this, card, place)));
    if (focusAt < 0) return;
    const focused = this.#box.children[Math.min(focusAt, this.#box.children.length - 1)];
    (focused ? partsOf(focused)[part] : partsOf(this.#bar).add).focus();
  }
}

function cardView(toolCards, card, place) {
  const view = fromTemplate("tool-card");
  const parts = partsOf(view);
  const { name, description } = card.tool.function;
  for (const field of ["name", "description", "parameters"]) {
    parts[field].id = `tool-${place}-${field}`;
    parts[`${field}-label`].htmlFor = parts[field].id;
  }
  parts.name.value = typeof name === "string" ? name : "";
  parts.description.value = typeof description === "string" ? description : "";
  parts.parameters.value = card.parameters;
  const label = () => {
    const named = card.tool.function.name;
    parts.title.textContent = `Tool ${place + 1}${named ? `: ${named}` : ""}`;
    showText(parts.problem, parametersProblem(card.parameters));
  };
  label();
  view.addEventListener("input", (event) => {
    event.stopPropagation();
    takeTyped(card, parts);
    label();
    toolCards.write();
  });
  parts.up.disabled = place === 0;
  parts.down.disabled = place === toolCards.cards.length - 1;
  parts.up.addEventListener("click", () => toolCards.move(place, -1));
  parts.down.addEventListener("click", () => toolCards.move(place, 1));
  parts.duplicate.addEventListener("click", () => {
    const names = toolCards.cards.map(({ tool }) => tool.function.name);
    toolCards.replace(place + 1, 0, [duplicate(card, names)]);
  });
  parts.remove.addEventListener("click", () => toolCards.replace(place, 1, []));
  return view;
}

/** Take what is typed into the card; a description that was absent stays absent while it is empty. */
function takeTyped(card, parts) {
  const { description: former, ...others } = card.tool.function;
  const described = { ...others, name: parts.name.value.trim() };
  if (parts.description.value || former !== undefined) described.description = parts.description.value;
  card.tool = { ...card.tool, function: described };
  card.parameters = parts.parameters.value;
}

/** Open the dialog for pasted JSON and pass its cards to `take`. */
function askForTools(take) {
  const dialog = document.querySelector("#tool-paste");
  const area = dialog.querySelector("textarea");
  const parts = partsOf(dialog);
  area.value = "";
  showText(parts.problem, "");
  parts.append.onclick = () => {
    const pasted = pastedCards(area.value);
    showText(parts.problem, pasted ? "" : NO_TOOLS);
    if (!pasted) return area.focus();
    dialog.close();
    take(pasted);
  };
  dialog.showModal();
  area.focus();
}
