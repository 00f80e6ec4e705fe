// Stands for the browser's speech synthesis and recognition: writes down what is said, when, and what is cancelled.
// Each utterance lasts as long as `window.speaking.lasts_ms` says, one after the other.
(() => {
  const log = [];
  const queue = [];
  let timer = null;
  window.speaking = { log, lasts_ms: 100, voices: [{ lang: "en-GB", name: "Stub", default: true, localService: true }] };

  class Utterance {
    constructor(text) {
      this.text = text;
    }
  }

  const synthesis = new EventTarget();
  synthesis.getVoices = () => window.speaking.voices;
  synthesis.speak = (utterance) => {
    const { text, rate, lang } = utterance;
    log.push({ what: "speak", text, rate, lang, at: performance.now() });
    queue.push(utterance);
    next();
  };
  synthesis.cancel = () => {
    log.push({ what: "cancel", at: performance.now() });
    clearTimeout(timer);
    timer = null;
    for (const utterance of queue.splice(0)) utterance.onerror?.({ error: "canceled" });
  };

  function next() {
    if (timer !== null || queue.length === 0) return;
    const [utterance] = queue;
    setTimeout(() => utterance.onstart?.({}), 0);
    timer = setTimeout(() => {
      timer = null;
      queue.shift();
      utterance.onend?.({});
      next();
    }, window.speaking.lasts_ms);
  }

  class Recognition {
    start() {
      log.push({ what: "listen", lang: this.lang, at: performance.now() });
      window.speaking.recognition = this;
    }

    stop() {
      log.push({ what: "stop listening", at: performance.now() });
      setTimeout(() => this.onend?.({}), 0);
    }

    hear(text, isFinal) {
      this.onresult?.({ resultIndex: 0, results: [Object.assign([{ transcript: text }], { isFinal })] });
    }
  }

  Object.defineProperty(window, "speechSynthesis", { value: synthesis, configurable: true });
  Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Utterance, configurable: true });
  Object.defineProperty(window, "SpeechRecognition", { value: Recognition, configurable: true });
})();
