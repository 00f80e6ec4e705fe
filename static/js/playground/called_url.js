/**
 * What is called for a typed base URL. Pure.
 */

const ROUTE = "/chat/completions";

/**
 * Return `{url, isTwice}` for a typed base URL, null while it is none. `adds`: what the platform puts behind it, as
 * `{base, whole}`; `whole` where the route ends it already.
 */
export function calledUrl(typed, adds) {
  const text = typed.trim();
  if (!/^(?:https?:\/\/[^/]|\/)/i.test(text)) return null;
  const [path, ...query] = text.split("?");
  const stem = path.replace(/\/+$/, "");
  const behind = stem.endsWith(ROUTE) ? adds.whole : adds.base;
  const called = behind ? stem + behind : path;
  return { url: [called, ...query].join("?"), isTwice: called.split(ROUTE).length > 2 };
}
