// "New secret": opens the admin's page in a new window, and selects the secret that is created there.

const SIZE = "width=720,height=760,resizable=yes,scrollbars=yes";

export function offerNewSecrets(select) {
  if (!select) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-new-secret]");
    if (!link) return;
    const opened = window.open(link.href, "new-secret", SIZE);
    if (opened) event.preventDefault();
  });
  // Django's admin calls this by name once the secret is stored.
  window.dismissAddRelatedObjectPopup = (popup, id, name) => {
    const option = new Option(name, id, true, true);
    select.add(option);
    for (const other of document.querySelectorAll("select[id$='_secret']")) {
      if (other !== select) other.add(new Option(name, id));
    }
    select.dispatchEvent(new Event("input", { bubbles: true }));
    select.dispatchEvent(new Event("change", { bubbles: true }));
    popup.close();
    select.focus();
  };
}
