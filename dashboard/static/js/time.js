/**
 * Moments on screen: message times, Discord's `<t:..>` styles. A shared clock signal lets relative times move.
 */
import { html, signal } from "../vendor/vendor.js";
import { language, t } from "./i18n.js";

/** Now in ms, refreshed every 5 s: enough for "3 minutes ago" without repainting the page each second. */
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 5000);

const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};

const UNITS = [
  ["year", 31536000],
  ["month", 2592000],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

/** The shared clock may be some seconds behind what just happened; two machines' clocks may differ a little. */
const present = () => Math.max(now.value, Date.now());
const JUST_NOW_S = 2;

export function relative(ms, from = present()) {
  const rounded = Math.round((ms - from) / 1000);
  const seconds = rounded > 0 && ms - from < JUST_NOW_S * 1000 ? 0 : rounded;
  const format = new Intl.RelativeTimeFormat(language.value, { numeric: "auto" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(seconds, "second");
}

export function styled(ms, style) {
  if (style === "R") return relative(ms);
  return new Intl.DateTimeFormat(language.value, STYLES[style] ?? STYLES.f).format(ms);
}

const dayOf = (ms) => new Date(ms).toDateString();
export const isSameDay = (a, b) => dayOf(a) === dayOf(b);

/** Short for today, with the day for what is older. */
export function messageTime(ms) {
  const clock = styled(ms, "t");
  if (isSameDay(ms, now.value)) return clock;
  if (isSameDay(ms, now.value - 86400000)) return t("Yesterday at {time}", { time: clock });
  return styled(ms, "s");
}

/** A moment with its full form as title. `style` is one of Discord's letters; without it, the message form. */
export function Moment({ ms, style, ...rest }) {
  const text = style ? styled(ms, style) : messageTime(ms);
  return html`<time dateTime=${new Date(ms).toISOString()} title=${styled(ms, "F")} ...${rest}>${text}</time>`;
}
