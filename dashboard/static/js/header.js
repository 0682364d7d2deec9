/**
 * The bar on top: whose sandbox this is, whether the line is up, who acts, and the page's own switches.
 */
import { html, useEffect, useRef, useState } from "../vendor/vendor.js";
import { LANGUAGES, language, speak, t, tn } from "./i18n.js";
import { Icon, Mark } from "./icons.js";
import * as model from "./model.js";
import { faultsOn } from "./faults.js";
import { shownTheme, theme } from "./prefs.js";
import { Avatar, IconButton, useOutside } from "./ui.js";

function Countdown({ until }) {
  const left = () => Math.max(0, Math.ceil((until - Date.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    const timer = setInterval(() => setSeconds(left()), 250);
    return () => clearInterval(timer);
  }, [until]);
  return html`${tn("{n} s", "{n} s", seconds)}`;
}

function LineState() {
  const { name } = model.connection.value;
  const words = { open: t("Connected"), connecting: t("Connecting…"), waiting: t("Reconnecting…") }[name];
  return html`<span class="line-state" data-state=${name} role="status" title=${words}><i aria-hidden="true" /><span>${words}</span></span>`;
}

/** Shown across the page while the line is down. */
export function LineBanner({ onRetry }) {
  const { name, attempt, retryAt } = model.connection.value;
  if (name !== "waiting" && !(name === "connecting" && attempt > 0)) return null;
  return html`<p class="line-banner" role="alert">
    <${Icon} name="warn" size=${18} />
    <span>
      ${t("The sandbox does not answer. It may be restarting; what you typed is kept.")}
      ${name === "waiting" ? html` ${t("Next try in")} <${Countdown} until=${retryAt} />` : html` ${t("Trying…")}`}
    </span>
    <button type="button" class="button" data-kind="secondary" onClick=${onRetry}>${t("Try now")}</button>
  </p>`;
}

function ActingAs({ onActAs }) {
  const me = model.me.value;
  return html`<label class="acting">
    <span class="hidden">${t("Acting as")}</span>
    <${Avatar} user=${me} size=${24} />
    <select value=${me?.username} onChange=${(event) => onActAs(event.currentTarget.value)}>
      ${model.users.value.map((user) => html`<option key=${user.id} value=${user.username}>${user.label ?? model.nameOf(user)}</option>`)}
    </select>
    <${Icon} name="chevron" size=${14} />
  </label>`;
}

const nextTheme = () => (theme.value = shownTheme() === "dark" ? "light" : "dark");

function Switches() {
  const count = faultsOn(model.faults.value).length;
  const dark = shownTheme() === "dark";
  return html`
    <label class="acting language" title=${t("Language")}>
      <span class="hidden">${t("Language")}</span>
      <${Icon} name="globe" size=${18} />
      <select value=${language.value} onChange=${(event) => speak(event.currentTarget.value)}>
        ${Object.entries(LANGUAGES).map(([tag, name]) => html`<option key=${tag} value=${tag}>${name}</option>`)}
      </select>
    </label>
    <${IconButton} icon=${dark ? "sun" : "moon"} label=${dark ? t("Light theme") : t("Dark theme")} onClick=${nextTheme} />
    <${IconButton} icon="keyboard" label=${t("Keyboard shortcuts")} onClick=${() => (model.overlay.value = { name: "shortcuts" })} />
    <${IconButton} icon="bug" label=${count ? tn("Faults: {n} on", "Faults: {n} on", count) : t("Faults: none on")} class=${count ? "alarm" : ""} onClick=${() => (model.overlay.value = { name: "faults" })} />
  `;
}

function SmallMenu() {
  const [isOpen, setOpen] = useState(false);
  const ref = useRef(null);
  useOutside(ref, isOpen, () => setOpen(false));
  return html`<div class="small-menu" ref=${ref}>
    <${IconButton} icon="more" label=${t("Settings")} aria-expanded=${isOpen} aria-controls=${isOpen ? "small-menu" : null} onClick=${() => setOpen(!isOpen)} />
    ${isOpen && html`<div class="small-menu-body" id="small-menu" onClick=${(event) => event.target.closest("button") && setOpen(false)}><${Switches} /></div>`}
  </div>`;
}

/** Says across the page which faults are on, so that nobody takes them for the bots' own. */
export function FaultBanner() {
  const on = faultsOn(model.faults.value);
  if (!on.length) return null;
  return html`<p class="line-banner fault-banner" role="status">
    <${Icon} name="bug" size=${18} /> <span><b>${t("Faults on:")}</b> ${on.map((one) => t(...one)).join(" · ")}</span>
    <button type="button" class="link" onClick=${() => (model.overlay.value = { name: "faults" })}>${t("Change")}</button>
  </p>`;
}

export function TopBar({ onActAs }) {
  return html`<header class="topbar">
    <${IconButton} icon="menu" class="only-narrow" label=${t("Channel list")} aria-expanded=${model.drawer.value === "channels"} aria-controls="channels"
      onClick=${() => (model.drawer.value = model.drawer.value === "channels" ? null : "channels")} />
    <span class="product only-wide"><${Mark} size=${24} /> <b>Omega</b></span>
    <span class="sandbox-badge" title=${t("A local Discord for trying the bots: nothing leaves this machine.")}>
      <b>SANDBOX</b> <span>${t("local, no account needed")}</span>
    </span>
    <${LineState} />
    <span class="grow"></span>
    <${ActingAs} onActAs=${onActAs} />
    <div class="switches only-wide"><${Switches} /></div>
    <${SmallMenu} />
  </header>`;
}

export function ChannelHead() {
  const channel = model.channel.value;
  const isDirect = channel?.type === model.DM_CHANNEL;
  return html`<header class="channel-head">
    ${channel && (isDirect ? html`<${Icon} name="at" />` : html`<${Icon} name="hash" />`)}
    <h1>${channel ? model.channelName(channel) : t("Loading")}</h1>
    ${channel?.topic && html`<p class="topic" title=${channel.topic}>${channel.topic}</p>`}
    <span class="grow"></span>
    <${IconButton} icon="search" label=${t("Go to a channel or person")} onClick=${() => (model.overlay.value = { name: "switcher" })} />
    <${IconButton} icon="members" label=${t("Member list")} aria-expanded=${model.drawer.value === "members"} aria-controls="members" class="members-toggle"
      onClick=${() => (model.drawer.value = model.drawer.value === "members" ? null : "members")} />
  </header>`;
}
