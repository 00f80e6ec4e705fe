// Tools as cards over the text area of JSON; the text area is what the form submits.

import { fromTemplate, partsOf, showText } from "../playground/dom.js";
import { nameGroup } from "./grouped_field.js";
import { cardsOf, duplicate, emptyCard, parametersProblem, pastedCards, textOf } from "./tool_json.js";

const NO_TOOLS = "This is no array of tools, no tool and no function: paste JSON such as [{\"type\": \"function\", \"function\": {…}}].";

export function showToolCards(area) {
  const box = document.createElement("div");
  box.className = "tool-cards";
  const bar = fromTemplate("tool-bar");
  const buttons = partsOf(bar);
  const group = document.createElement("div");
  group.className = "tool-cards";
  group.append(box, bar);
  area.after(group);
  let cards = [];
  let showsCards = false;

  const write = () => {
    area.value = textOf(cards);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const draw = (focusAt = -1, part = "name") => {
    box.replaceChildren(...cards.map((card, place) => cardView(card, place)));
    if (focusAt >= 0) partsOf(box.children[Math.min(focusAt, box.children.length - 1)] ?? bar)[box.children.length ? part : "add"].focus();
  };
  const show = (asCards) => {
    const parsed = asCards ? cardsOf(area.value) : null;
    showsCards = parsed !== null;
    cards = parsed ?? [];
    area.hidden = showsCards;
    box.hidden = !showsCards;
    buttons.add.hidden = buttons.paste.hidden = !showsCards;
    buttons.json.textContent = showsCards ? "Show as JSON" : "Show as cards";
    nameGroup(group, area, showsCards);
    draw();
  };

  function cardView(card, place) {
    const view = fromTemplate("tool-card");
    const parts = partsOf(view);
    const { function: described } = card.tool;
    const entitle = () => (parts.title.textContent = `Tool ${place + 1}${card.tool.function.name ? `: ${card.tool.function.name}` : ""}`);
    entitle();
    for (const name of ["name", "description", "parameters"]) {
      parts[name].id = `tool-${place}-${name}`;
      parts[`${name}-label`].htmlFor = parts[name].id;
    }
    parts.name.value = typeof described.name === "string" ? described.name : "";
    parts.description.value = typeof described.description === "string" ? described.description : "";
    parts.parameters.value = card.parameters;
    showText(parts.problem, parametersProblem(card.parameters));
    view.addEventListener("input", (event) => {
      event.stopPropagation();
      const { description: _old, ...rest } = card.tool.function;
      const text = parts.description.value;
      const isGiven = text || "description" in card.tool.function;
      card.tool = { ...card.tool, function: { ...rest, name: parts.name.value.trim(), ...(isGiven ? { description: text } : {}) } };
      card.parameters = parts.parameters.value;
      showText(parts.problem, parametersProblem(card.parameters));
      entitle();
      write();
    });
    parts.up.disabled = place === 0;
    parts.down.disabled = place === cards.length - 1;
    const move = (by) => {
      cards.splice(place, 1);
      cards.splice(place + by, 0, card);
      write();
      const at = place + by;
      const isAtEnd = by < 0 ? at === 0 : at === cards.length - 1;
      draw(at, isAtEnd ? (by < 0 ? "down" : "up") : by < 0 ? "up" : "down");
    };
    parts.up.addEventListener("click", () => move(-1));
    parts.down.addEventListener("click", () => move(1));
    parts.duplicate.addEventListener("click", () => {
      cards.splice(place + 1, 0, duplicate(card, cards.map((other) => other.tool.function.name)));
      write();
      draw(place + 1);
    });
    parts.remove.addEventListener("click", () => {
      cards.splice(place, 1);
      write();
      draw(place);
    });
    return view;
  }

  buttons.add.id = "add-tool";
  buttons.add.addEventListener("click", () => {
    cards.push(emptyCard());
    write();
    draw(cards.length - 1);
  });
  buttons.json.addEventListener("click", () => {
    show(!showsCards);
    (showsCards ? buttons.json : area).focus();
  });
  buttons.paste.addEventListener("click", () =>
    askForTools((pasted) => {
      cards.push(...pasted);
      write();
      draw(cards.length - pasted.length);
    }),
  );
  // What the server found wrong stands at a line of the JSON.
  show(area.getAttribute("aria-invalid") !== "true");
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
