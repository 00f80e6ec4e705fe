// The admin's choices with a search box: names each by the label of its field, which Select2 leaves out.

function nameBoxes() {
  for (const box of document.querySelectorAll(".select2-selection[role='combobox']")) {
    const label = box.closest(".select2")?.previousElementSibling?.labels?.[0];
    const chosen = box.querySelector("[role='textbox']");
    if (!label || !chosen) continue;
    label.id ||= `label-of-${label.htmlFor}`;
    chosen.setAttribute("aria-labelledby", label.id);
    box.setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
  }
}

// Called after the admin's own, which makes the boxes: jQuery keeps the order, and may be ready after the page's load.
globalThis.django.jQuery(nameBoxes);
