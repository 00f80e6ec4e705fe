/**
 * What this browser remembers of a user's choices. Storage is closed in some private windows: then nothing is kept.
 */

/** Return what is remembered under `name`, or null. */
export function remembered(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // the choice then lasts for this page
  }
}
