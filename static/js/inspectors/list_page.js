// The live list of an inspector's requests: loads its first page anew when a request arrives or has been answered.

import { ListSocket } from "./list_socket.js";

/** At most so often the list is loaded, however many requests arrive. */
const LOAD_EVERY_MS = 400;
const SAYS = {
  open: "live",
  waiting: "The connection broke; it is tried again.",
  closed: "No longer live: load the page anew.",
};

const live = document.getElementById("inspector-live");
const filter = document.getElementById("request-filter");
const setUp = document.getElementById("set-up");
const state = document.getElementById("live-state");
let timer = null;

/** Load the list soon; on an older page the reader stays where they are. */
function refresh() {
  if ("older" in live.dataset) return;
  timer ??= setTimeout(() => {
    timer = null;
    load();
  }, LOAD_EVERY_MS);
}

async function load() {
  const wanted = new URLSearchParams(new FormData(filter));
  await window.htmx.ajax("GET", `${live.dataset.path}?${wanted}`, { target: live });
  const isWaiting = live.querySelector("[data-waiting]") !== null;
  filter.hidden = setUp.hidden = isWaiting;
}

// What is searched for begins with the newest requests.
filter.addEventListener("htmx:afterRequest", () => delete live.dataset.older);

new ListSocket({
  url: `${location.origin.replace(/^http/, "ws")}${live.dataset.socketPath}`,
  onNews: refresh,
  onState: (name) => (state.textContent = SAYS[name] ?? ""),
}).connect();
