/**
 * What a person chose about this page: theme, language, hints seen. Kept in localStorage where the browser allows it.
 *
 * Does not hold who acts or which channel is open: those are part of the address.
 */
import { effect, signal } from "../vendor/vendor.js";

const PREFIX = "omega.";

/** Private windows may refuse storage altogether; the page then simply forgets. */
export function recall(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    document.documentElement.dataset.storage = "refused";
  }
}

/** The same, for this tab alone and until it is closed. */
export function recallHere(name) {
  try {
    return sessionStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function keepHere(name, value) {
  try {
    sessionStorage.setItem(PREFIX + name, value);
  } catch {
    document.documentElement.dataset.storage = "refused";
  }
}

/** "system", "dark" or "light". */
export const theme = signal(recall("theme") ?? "system");

/** Whether the newcomer's hint was put away. */
export const hintSeen = signal(recall("hint") === "seen");

const prefersLight = matchMedia("(prefers-color-scheme: light)");
const systemIsLight = signal(prefersLight.matches);
prefersLight.addEventListener("change", (change) => (systemIsLight.value = change.matches));

/** The theme on screen now: "dark" or "light". */
export const shownTheme = () => (theme.value === "system" ? (systemIsLight.value ? "light" : "dark") : theme.value);

effect(() => {
  const chosen = theme.value;
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  keep("theme", chosen === "system" ? null : chosen);
});

effect(() => keep("hint", hintSeen.value ? "seen" : null));
