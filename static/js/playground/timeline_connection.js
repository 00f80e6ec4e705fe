/**
 * The phases of a turn's requests as items of the large timeline. Pure.
 *
 * The server gives the moments of each attempt as `[[name, ms]]` (`playground/outgoing/phases.py`), from the turn's start.
 */

import { isOpen } from "./turn.js";

const PHASES = [
  ["lookup", "Name lookup", "lookup_started", "lookup_ended"],
  ["connect", "Connect", "connect_started", "tls_started"],
  ["connect", "Connect", "connect_started", "connected"],
  ["tls", "TLS", "tls_started", "connected"],
];

/** Return the items of all attempts; `end` is the turn's end, or now. */
export function connectionItems({ turn, stored }, end) {
  if (turn.kind === "echo" || turn.kind === "greeting") return [];
  const attempts = attemptsOf(turn, stored);
  if (attempts.length === 0) return waiting(0, turn.timings_ms.ttfb ?? turn.timings_ms.ttft ?? end);
  return attempts.flatMap((moments, place) => {
    const next = attempts[place + 1]?.started;
    const isOn = next === undefined && isOpen(turn) && turn.response_status === null;
    return attemptItems(moments, next ?? end, next === undefined ? firstByteOf(turn) : null, isOn);
  });
}

/** Return when the first byte came; while the turn is open the page knows its first text alone. */
function firstByteOf(turn) {
  return isOpen(turn) ? turn.timings_ms.ttft : turn.timings_ms.ttfb;
}

/** Return the moments of each attempt that are known. */
function attemptsOf(turn, stored) {
  const known = (stored?.completions ?? []).map(({ phases }) => phases).filter((phases) => phases.length > 0);
  const shown = known.length > 0 ? known : turn.phases?.length > 0 ? [turn.phases] : [];
  return shown.map((phases) => Object.fromEntries(phases));
}

/** Return the items of a request; one that `isOn` has come no further yet than its moments say. */
function attemptItems(moments, end, first_byte, isOn) {
  const drawn = new Set();
  const items = [];
  for (const [kind, name, from, to] of PHASES) {
    if (drawn.has(kind) || !(from in moments)) continue;
    if (!(to in moments) && kind === "connect" && to === "tls_started") continue;
    drawn.add(kind);
    items.push(item(kind, name, moments[from], moments[to] ?? end, kind));
  }
  const onTheWay = [...items, ...sentItems(moments, end, first_byte, isOn)];
  const last = Math.max(moments.started, ...onTheWay.map(({ to }) => to));
  return isOn && last < end ? [...onTheWay, item("connect", "No connection yet", last, end, "no connection yet")] : onTheWay;
}

function sentItems(moments, end, first_byte, isOn) {
  const { started, headers, sent } = moments;
  const connected = moments.connected ?? moments.reused ?? moments.in_process;
  if (sent === undefined) return connected === undefined ? [] : [item("send", "Sending the request", connected, end)];
  const items = [item("send", `Request sent${wayOf(moments)}`, moments.connected ?? started, Math.max(sent, (moments.connected ?? started) + 1))];
  const isInVain = headers === undefined && !isOn;
  items.push(item("wait", isInVain ? "Waited for headers: none came" : "Waiting for the headers", sent, headers ?? end, isInVain ? "no answer" : "until headers"));
  if (headers !== undefined && first_byte !== null && first_byte >= headers) {
    items.push(item("headers", "Headers are there, waiting for the first byte", headers, first_byte, "until first byte"));
    items.push(item("first-byte", "First byte", first_byte, first_byte));
  }
  return items;
}

function wayOf(moments) {
  if ("in_process" in moments) return " to this app’s own endpoint: there is no connection";
  return "reused" in moments ? " on a kept connection: no lookup, no connect, no TLS" : "";
}

function waiting(from, to) {
  return [item("wait", "Waiting for the answer to begin; its phases are not known", from, to, "waiting")];
}

function item(kind, name, from, to, label = "") {
  return { kind, name, from, to, label };
}
