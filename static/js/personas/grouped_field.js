// Several controls in the place of one text area: a group under the area's label and help, each control under its own name.

/** Make `box` the group that stands for `area`; `isGroup` false gives the label back to the area. */
export function nameGroup(box, area, isGroup = true) {
  const label = document.querySelector(`label[for="${area.id}"], #${area.id}-label`);
  if (!label) return;
  label.id = `${area.id}-label`;
  if (isGroup) label.removeAttribute("for");
  else label.setAttribute("for", area.id);
  box.role = isGroup ? "group" : null;
  box.setAttribute("aria-labelledby", label.id);
  const describedBy = area.getAttribute("aria-describedby");
  if (describedBy) box.setAttribute("aria-describedby", describedBy);
}
