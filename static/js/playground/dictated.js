/**
 * What a speech recognition returned, as text for the box, and its errors as sentences. Pure.
 */

const ERRORS = {
  "not-allowed": "The browser did not give this page the microphone: allow it beside the address, then hold the button again.",
  "service-not-allowed": "This browser does not let pages use its speech recognition; type instead.",
  "audio-capture": "The browser found no microphone; connect one and hold the button again.",
  network: "The browser could not reach its maker's speech server; type instead, or try again.",
  "no-speech": "Nothing was heard; hold the button while you speak.",
  "language-not-supported": "The browser's speech recognition does not know this language; type instead.",
};

/** Return the text of a recognition's results, final ones and those that may still change. */
export function recognizedText(results) {
  return [...results]
    .map(([best]) => best.transcript.trim())
    .filter(Boolean)
    .join(" ");
}

/** Return the box's text with what was recognized behind it. */
export function withRecognized(before, recognized) {
  return [before.trimEnd(), recognized].filter(Boolean).join(" ");
}

/** Return the sentence for an error of a recognition; "" if the page itself ended it. */
export function errorSentence(error) {
  if (error === "aborted") return "";
  return ERRORS[error] ?? "The browser's speech recognition failed; type instead, or try again.";
}
