// Takes each offer to undo a deletion away when its time is over.

for (const notice of document.querySelectorAll("[data-gone-at]")) {
  const goneAt = new Date(notice.dataset.goneAt).getTime() + Number(notice.dataset.undoS) * 1000;
  setTimeout(() => {
    notice.querySelector("button").remove();
    notice.querySelector("span").textContent = "The deletion can't be undone any more.";
  }, Math.max(0, goneAt - Date.now()));
}
