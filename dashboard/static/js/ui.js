/**
 * Small pieces that every part of the page draws with: avatar, icon button, dialog, menu, names. No chat logic.
 */
import { html, useEffect, useLayoutEffect, useRef } from "../vendor/vendor.js";
import { t } from "./i18n.js";
import { Icon } from "./icons.js";
import { cdn, isOnline, nameOf } from "./model.js";

const HUES = 8;

function hueOf(id) {
  let sum = 0;
  for (const letter of String(id)) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return sum % HUES;
}

const initials = (name) => (name.match(/\p{L}|\p{N}/gu) ?? ["?"]).slice(0, name.includes(" ") ? 2 : 1).join("").toUpperCase();

/** A picture when there is one, else initials on a colour that stays with the id. `user` may be an application. */
export function Avatar({ user, size = 40, showsPresence = false }) {
  const name = nameOf(user) || user?.name || "?";
  const state = showsPresence && user ? isOnline(user.id) : null;
  return html`<span class="avatar" data-hue=${hueOf(user?.id ?? name)} data-size=${size} aria-hidden="true">
    ${user?.avatar
      ? html`<img src=${`/cdn/avatars/${user.id}/${user.avatar}.png`} alt="" width=${size} height=${size} />`
      : html`<span>${initials(name)}</span>`}
    ${state !== null && html`<i class="dot" data-online=${state} />`}
  </span>`;
}

export const AppBadge = () => html`<span class="badge app-badge">${t("APP")}</span>`;

/** A button whose words are its label and tooltip. */
export function IconButton({ icon, label, size = 20, class: extra = "", children, ...rest }) {
  return html`<button type="button" class=${`icon-button ${extra}`} aria-label=${label} title=${label} ...${rest}>
    <${Icon} name=${icon} size=${size} />${children}
  </button>`;
}

/** A native modal dialog: opens on mount, closes on Escape or a press outside, gives focus back to the opener. */
export function Dialog({ title, label = title, onClose, class: extra = "", children, isGuarded = false }) {
  const ref = useRef(null);
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const dialog = ref.current;
    dialog.showModal();
    dialog.querySelector("[data-first], form input, form textarea, form select, form .select-button")?.focus();
    return () => {
      dialog.close();
      if (opener?.isConnected) opener.focus();
    };
  }, []);
  const outside = (press) => !isGuarded && press.target === ref.current && onClose();
  const cancel = (event) => (event.preventDefault(), onClose());
  return html`<dialog ref=${ref} class=${`dialog ${extra}`} aria-label=${label} onCancel=${cancel} onMouseDown=${outside}>
    <div class="dialog-body">
      ${title &&
      html`<header class="dialog-head">
        <h2>${title}</h2>
        <${IconButton} icon="close" label=${t("Close")} onClick=${onClose} />
      </header>`}
      ${children}
    </div>
  </dialog>`;
}

/** Closes something when a press or the focus lands outside `ref`, or on Escape. */
export function useOutside(ref, isOpen, onClose) {
  const latest = useRef(onClose);
  latest.current = onClose;
  useEffect(() => {
    if (!isOpen) return undefined;
    const away = (event) => ref.current && !ref.current.contains(event.target) && latest.current();
    const escape = (event) => event.key === "Escape" && (event.stopPropagation(), latest.current());
    document.addEventListener("pointerdown", away, true);
    document.addEventListener("focusin", away);
    document.addEventListener("keydown", escape, true);
    return () => {
      document.removeEventListener("pointerdown", away, true);
      document.removeEventListener("focusin", away);
      document.removeEventListener("keydown", escape, true);
    };
  }, [isOpen]);
}

/** Move focus among `[role=menuitem]` (or another selector) with the arrows, Home and End. */
export function roam(event, selector = "[role=menuitem]") {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  const all = [...event.currentTarget.querySelectorAll(selector)];
  if (!all.length || (!step && event.key !== "Home" && event.key !== "End")) return;
  event.preventDefault();
  const at = all.indexOf(document.activeElement);
  const next = step ? (at + step + all.length) % all.length : event.key === "Home" ? 0 : all.length - 1;
  all[next].focus();
}

/** A menu at a point of the screen, kept inside it. items: {label, icon?, onPick, isDanger?, note?} or {heading}. */
export function Menu({ at, label, items, onClose }) {
  const ref = useRef(null);
  useOutside(ref, true, onClose);
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const menu = ref.current;
    const box = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(at.x, innerWidth - box.width - 8))}px`;
    menu.style.top = `${Math.max(8, Math.min(at.y, innerHeight - box.height - 8))}px`;
    menu.querySelector("[role=menuitem]")?.focus();
    return () => menu.contains(document.activeElement) && opener?.isConnected && opener.focus();
  }, []);
  const pick = (item) => (onClose(), item.onPick());
  const keys = (event) => (event.key === "Tab" ? onClose() : roam(event));
  return html`<div ref=${ref} class="menu" role="menu" tabindex="-1" aria-label=${label} onKeyDown=${keys}>
    ${items.map((item) =>
      item.heading
        ? html`<div class="menu-heading" role="presentation">${item.heading}</div>`
        : html`<button type="button" role="menuitem" tabindex="-1" class=${item.isDanger ? "danger" : ""} onClick=${() => pick(item)}>
            <span class="menu-text">${item.label}${item.note && html`<small>${item.note}</small>`}</span>
            ${item.icon && html`<${Icon} name=${item.icon} size=${16} />`}
          </button>`,
    )}
  </div>`;
}

export const Dots = () => html`<span class="dots" aria-hidden="true"><i /><i /><i /></span>`;
export const Spinner = () => html`<span class="spinner" aria-hidden="true" />`;

/** Addresses that may be loaded: on this server. A sandbox file named by its CDN or another loopback name is rewritten to ours. */
export function localAddress(url) {
  let found;
  try {
    found = new URL(url, location.href);
  } catch {
    return null;
  }
  const told = cdn.value && `${cdn.value}/`;
  if (told && found.href.startsWith(told)) return `/cdn/${found.href.slice(told.length)}`;
  const isLoopback = ["127.0.0.1", "localhost", "[::1]", location.hostname].includes(found.hostname);
  return isLoopback && found.pathname.startsWith("/cdn/") ? found.pathname + found.search : null;
}

/** Where a link may lead: http and https only. */
export function webAddress(url) {
  try {
    const found = new URL(url);
    return found.protocol === "https:" || found.protocol === "http:" ? found.href : null;
  } catch {
    return null;
  }
}
