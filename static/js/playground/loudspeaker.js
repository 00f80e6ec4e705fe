/**
 * The loudspeaker: the browser's own speech synthesis says each line when its playout begins. It follows the timeline
 * and is silent where that is. Only a visible page speaks, and of several windows the one that was used last.
 */

import { languageOf, nameOf, tagOf, voiceFor } from "./languages.js";
import { behind_ms, lagText, Script } from "./spoken_lines.js";
import { isOpen } from "./turn.js";

/** Some browsers list their voices only after a while. */
const VOICES_MS = 2_000;
/** Chromium's network voices fall silent after some 15 s: a long line goes out in pieces of at most so many characters. */
const LONGEST_PIECE = 180;
const [SLOWEST, FASTEST] = [0.1, 10];

const ERRORS = {
  "not-allowed": "The browser speaks only after a click or a key on this page.",
  "audio-busy": "Another program holds this machine's sound output, so this sentence was not heard.",
  "audio-hardware": "The browser finds no sound output on this machine.",
  network: "The browser's voice needs the network and could not reach it; choose a local voice in the browser's settings.",
};
const NOT_SAID = "The browser's voice failed at this sentence; the next one is tried again.";
const ELSEWHERE = "Another window speaks; click into this one to hear it.";
const CUT = new Set(["canceled", "interrupted"]);

/** Start the part (optional_parts.js). The page's root declares the language and the speed of the voice. */
export async function start(page) {
  const synthesis = globalThis.speechSynthesis;
  await voicesOf(synthesis);
  const voices = synthesis.getVoices();
  if (voices.length === 0) return { reason: "This browser has no voices installed: nothing can be heard." };
  const language = tagOf(page.root.dataset.voiceLanguage);
  if (language && !voiceFor(voices, language)) return { reason: `This browser has no voice for ${nameOf(language)}.` };
  return new Loudspeaker({ synthesis, page, language, speed: Number(page.root.dataset.voiceSpeed) || 1 });
}

function voicesOf(synthesis) {
  if (synthesis.getVoices().length > 0) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers();
  synthesis.addEventListener("voiceschanged", resolve, { once: true });
  setTimeout(resolve, VOICES_MS);
  return promise;
}

class Loudspeaker {
  #synthesis;
  #page;
  #declared;
  #known = "";
  #rate;
  #script = new Script();
  #spoken = [];
  #turn = null;
  #elapsed = () => 0;
  #problem = "";
  #shown = "";
  #muted = new Set();
  #windows = new BroadcastChannel("loudspeaker");
  #listeners = new AbortController();

  constructor({ synthesis, page, language, speed }) {
    this.#synthesis = synthesis;
    this.#page = page;
    this.#declared = language;
    this.#rate = Math.min(FASTEST, Math.max(SLOWEST, speed));
    const { signal } = this.#listeners;
    document.addEventListener("visibilitychange", () => this.#rest(), { signal });
    addEventListener("pagehide", () => this.#rest(), { signal });
    document.addEventListener("dictation", ({ detail }) => this.#mute("dictation", detail.isOn), { signal });
    addEventListener("focus", () => this.#claim(), { signal });
    this.#windows.onmessage = () => this.#yield();
    this.#claim();
  }

  update(turn, elapsed) {
    this.#elapsed = elapsed;
    if (turn.turn_id !== this.#turn?.turn_id) this.#begin(turn);
    if (isCut(turn) && !isCut(this.#turn)) this.#silence();
    this.#turn = turn;
    if (document.hidden || this.#muted.size > 0) return;
    for (const line of this.#script.due(turn, elapsed())) this.#speak(line);
    this.#showLag();
  }

  stop() {
    this.#listeners.abort();
    this.#windows.close();
    this.#rest();
  }

  /** A new turn ends what is left of the one before, unless it continues that. */
  #begin(turn) {
    if (turn.kind !== "continuation") this.#silence();
    this.#turn = turn;
  }

  #claim() {
    if (document.hidden) return;
    this.#windows.postMessage("speaks");
    this.#mute("elsewhere", false);
    if (this.#shown === ELSEWHERE) this.#show("");
  }

  #yield() {
    this.#mute("elsewhere", true);
    this.#show(ELSEWHERE);
  }

  #mute(reason, isMuted) {
    if (!isMuted) return this.#muted.delete(reason);
    this.#muted.add(reason);
    return this.#rest();
  }

  /** Say nothing more; later begin with what is played then. */
  #rest() {
    this.#silence();
    this.#script = new Script();
  }

  #silence() {
    if (this.#spoken.some((one) => one.ended_ms === null)) this.#synthesis.cancel();
    this.#spoken = [];
    this.#problem = "";
    this.#show("");
  }

  #speak(line) {
    const voice = this.#voiceOf(line);
    if (!voice) return;
    const spoken = { line, started_ms: null, ended_ms: null };
    spoken.utterances = piecesOf(line.text).map((text) => this.#utterance(text, voice, spoken));
    spoken.utterances[0].onstart = () => this.#mark(spoken, "started_ms");
    spoken.utterances.at(-1).onend = () => this.#mark(spoken, "ended_ms");
    this.#spoken = [...this.#spoken.filter((one) => one.ended_ms === null), spoken];
    for (const utterance of spoken.utterances) this.#synthesis.speak(utterance);
  }

  #utterance(text, voice, spoken) {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = this.#rate;
    utterance.onerror = ({ error }) => {
      if (!CUT.has(error)) this.#tell(ERRORS[error] ?? NOT_SAID);
      this.#mark(spoken, "ended_ms");
    };
    return utterance;
  }

  /** Return the voice for a line; null, with a sentence, if its language has none. */
  #voiceOf(line) {
    const voices = this.#synthesis.getVoices();
    const tag = this.#declared || languageOf(line.text) || this.#known || languageOf(this.#turn.text);
    this.#known = tag;
    const voice = tag ? voiceFor(voices, tag) : (voices.find((one) => one.default) ?? voices[0]);
    if (!tag) this.#tell("The language of this text is not known: the browser's default voice says it.");
    else this.#tell(voice ? "" : `This browser has no voice for ${nameOf(tag)}: that sentence is not heard.`);
    return voice;
  }

  #tell(problem) {
    if (problem && problem !== this.#problem) this.#page.announce(problem);
    if (problem) this.#shown = problem;
    this.#problem = problem;
  }

  #mark(spoken, moment) {
    if (!this.#spoken.includes(spoken)) return;
    spoken[moment] = this.#elapsed();
    this.#showLag();
  }

  /** Of the lines that are not over the oldest is being said; else the last one counts. */
  #showLag() {
    const spoken = this.#spoken.find((one) => one.ended_ms === null) ?? this.#spoken.at(-1);
    const lag = spoken ? lagText(behind_ms(spoken.line, spoken, this.#elapsed())) : "";
    this.#show(lag || this.#problem);
  }

  /** Show a text once: the line is shared with other parts. */
  #show(text) {
    if (text !== this.#shown) this.#page.show(text);
    this.#shown = text;
  }
}

function isCut(turn) {
  return turn !== null && !isOpen(turn) && turn.status !== "completed";
}

/** Return a text in pieces of at most LONGEST_PIECE characters, cut at spaces; a longer word stays whole. */
function piecesOf(text) {
  const pieces = [""];
  for (const word of text.split(/\s+/)) {
    const last = pieces.at(-1);
    if (last && last.length + word.length >= LONGEST_PIECE) pieces.push(word);
    else pieces[pieces.length - 1] = last ? `${last} ${word}` : word;
  }
  return pieces;
}
