// The fields of the chosen platform: those of other platforms alone move into the fold of their section.

/** Return `{own, foreign}` of rows `{place, foreignOn}` on a platform, each in the order of their places. */
export function rowsOn(platform, rows) {
  const inOrder = [...rows].sort((one, other) => one.place - other.place);
  return {
    own: inOrder.filter(({ foreignOn }) => !foreignOn.includes(platform)),
    foreign: inOrder.filter(({ foreignOn }) => foreignOn.includes(platform)),
  };
}

/** Show the fields and texts of the platform that `select` has, now and whenever another is chosen. */
export function followPlatform(form, select) {
  if (!select) return;
  const show = () => {
    for (const text of form.querySelectorAll("[data-on-platform]")) text.hidden = text.dataset.onPlatform !== select.value;
    for (const fold of form.querySelectorAll("[data-foreign]")) arrange(fold, select);
  };
  select.addEventListener("change", show);
  show();
}

function arrange(fold, select) {
  const box = fold.parentElement.querySelector(":scope > [data-own-rows]");
  const folded = fold.querySelector("[data-foreign-rows]");
  const rows = [...box.children, ...folded.children].map((row) => ({
    row,
    place: Number(row.dataset.place),
    foreignOn: (row.dataset.foreignOn ?? "").split(" "),
  }));
  const { own, foreign } = rowsOn(select.value, rows);
  const isArranged = own.length === box.children.length && own.every(({ row }, place) => row === box.children[place]);
  if (isArranged) return;
  box.replaceChildren(...own.map(({ row }) => row));
  folded.replaceChildren(...foreign.map(({ row }) => row));
  fold.hidden = foreign.length === 0;
  fold.querySelector("[data-platform-label]").textContent = select.selectedOptions[0].textContent;
  fold.querySelector("[data-foreign-names]").textContent = foreign.map(({ row }) => row.dataset.label).join(", ");
}
