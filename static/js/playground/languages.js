/**
 * Languages: which one is declared or written, and which of a browser's voices speaks it. Pure.
 */

/** The languages that a name may mean: those of the platforms' documents. */
const TAGS =
  "af ar az be bg bn bs ca cs cy da de el en es et fa fi fr gl gu he hi hr hu hy id is it ja ka kk kn ko lt lv mk ml mr ms nb ne nl no pa pl pt ro ru sk sl sr sv sw ta te th tl tr uk ur uz vi zh".split(" ");
const NAMES = new Intl.DisplayNames("en", { type: "language" });
const TAG = /^[a-z]{2,3}([-_][a-z0-9]{2,8})*$/i;

/** Scripts that leave one language, or one that is by far the most likely. Japanese mixes Han with kana: kana first. */
const SCRIPTS = [
  [/[\u3040-\u30ff]/g, "ja"],
  [/[\uac00-\ud7a3]/g, "ko"],
  [/[\u3400-\u9fff]/g, "zh"],
  [/[іїєґ]/gi, "uk"],
  [/[\u0400-\u052f]/g, "ru"],
  [/[\u0370-\u03ff]/g, "el"],
  [/[\u0590-\u05ff]/g, "he"],
  [/[\u0600-\u06ff]/g, "ar"],
  [/[\u0900-\u097f]/g, "hi"],
  [/[\u0e00-\u0e7f]/g, "th"],
  [/[\u10a0-\u10ff]/g, "ka"],
  [/[\u0530-\u058f]/g, "hy"],
];
const LATIN = /[a-z\u00c0-\u024f]/gi;
/** Frequent small words by language, for texts in Latin letters. */
const SMALL_WORDS = {
  en: "the and is are you of to in it that what this for with have not was his her",
  de: "der die das und ist nicht ich sie ein eine zu mit auf für was wie den dem es wir",
  fr: "le la les et est vous je un une des que pas pour dans qui sur il elle ce au",
  es: "el la los las y es que de un una por para no con su se qué cómo muy lo",
  it: "il lo la gli e è che di un una per non con si sono ho come questo mi",
  pt: "o os as e é que de um uma para não com você se por do da em isso está",
  nl: "de het een en is niet ik je van dat op te met voor zijn wat er naar ook",
  tr: "bir ve bu için ne çok da de ile mi var değil ama daha gibi ben sen nasıl",
  pl: "i w nie na się jest to że z do co jak tak o ale czy po dla ja ty",
  sv: "och det är en ett att jag du inte som på av för med vad han hon till",
};
const WORD_SETS = Object.entries(SMALL_WORDS).map(([tag, words]) => [tag, new Set(words.split(" "))]);
const FEWEST_HITS = 2;

/** Return the tag that a declared name or tag means, or "". */
export function tagOf(declared) {
  const name = declared.trim().toLowerCase();
  const named = TAGS.find((tag) => NAMES.of(tag).toLowerCase() === name);
  if (named) return named;
  return TAG.test(name) ? declared.trim().replaceAll("_", "-") : "";
}

/** Return the language in which a text seems to be written, or "" where that is unknown. */
export function languageOf(text) {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return "";
  if ((text.match(LATIN)?.length ?? 0) > letters / 2) return latinLanguage(text);
  const [, tag] = SCRIPTS.find(([script]) => (text.match(script)?.length ?? 0) > letters / 20) ?? [null, ""];
  return tag;
}

/** Return the language of which the text has the most small words; "" if two have as many, or one has too few. */
function latinLanguage(text) {
  const words = text.toLowerCase().match(/\p{L}+/gu);
  const hits = WORD_SETS.map(([tag, known]) => ({ tag, count: words.filter((word) => known.has(word)).length }));
  const [first, second] = hits.sort((one, other) => other.count - one.count);
  return first.count >= FEWEST_HITS && first.count > second.count ? first.tag : "";
}

/** Return a language's English name. */
export function nameOf(tag) {
  return NAMES.of(tag) ?? tag;
}

/**
 * Return the voice that fits `tag` best, or null: the same region first, then the browser's default, then one that
 * needs no network.
 */
export function voiceFor(voices, tag) {
  const wanted = tag.toLowerCase();
  const [primary] = wanted.split("-");
  const score = (voice) => {
    const own = voice.lang.toLowerCase().replaceAll("_", "-");
    if (own.split("-")[0] !== primary) return -1;
    return (own === wanted ? 4 : 0) + (voice.default ? 2 : 0) + (voice.localService ? 1 : 0);
  };
  const best = [...voices].sort((one, other) => score(other) - score(one)).at(0);
  return best && score(best) >= 0 ? best : null;
}
