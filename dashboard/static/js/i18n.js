/**
 * The page's words: the English text is the key, one JSON catalogue a language, dates and numbers through Intl.
 *
 * Every key used in js/ stands in i18n/en.json and in i18n/pt-BR.json; a test compares them.
 */
import { signal } from "../vendor/vendor.js";
import { keep, recall } from "./prefs.js";

export const LANGUAGES = { en: "English", "pt-BR": "Português (Brasil)" };

export const language = signal("en");
const catalogue = signal({});

/** The text in the chosen language, with {name} places filled. */
export function t(text, values) {
  const found = catalogue.value[text] ?? text;
  if (!values) return found;
  return found.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** Marks a text that is looked up later, where a table holds it. */
export const key = (text) => text;

/** What the server says of a failed interaction, and this page says in its own words already. */
const TOO_LATE = "The application did not respond in time";
const KNOWN_REASONS = { "The application is not connected": key("The application is not connected") };

/** The reason to show beside a failure: text that adds something, in the chosen language where we know it; else "". */
export function reasonText(failure) {
  if (typeof failure !== "string" || failure === TOO_LATE) return "";
  return t(KNOWN_REASONS[failure] ?? failure);
}

/** One of two texts by number; {n} is the number in the language's own figures. */
export function tn(one, many, n) {
  const text = new Intl.PluralRules(language.value).select(n) === "one" ? one : many;
  return t(text, { n: new Intl.NumberFormat(language.value).format(n) });
}

/** The language as Discord tells it to bots. */
export const discordLocale = () => (language.value === "en" ? "en-US" : language.value);

export async function speak(chosen) {
  catalogue.value = chosen === "en" ? {} : await (await fetch(`/static/i18n/${chosen}.json`)).json();
  language.value = chosen;
  document.documentElement.lang = chosen;
  keep("language", chosen);
}

/** The kept choice, else the browser's first language that we have, else English. */
export function firstLanguage() {
  const wanted = [recall("language"), ...navigator.languages].filter(Boolean);
  for (const tag of wanted) {
    if (tag in LANGUAGES) return tag;
    if (tag.startsWith("pt")) return "pt-BR";
    if (tag.startsWith("en")) return "en";
  }
  return "en";
}
