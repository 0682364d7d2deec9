/**
 * Line icons of our own on a 20 px grid, as vnodes. Decorative: the control that holds one carries the words.
 */
import { html } from "../vendor/vendor.js";

const PATHS = {
  at: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0Zm0 0v1.2a2 2 0 0 0 4 0V10a7 7 0 1 0-2.8 5.6",
  attach: "M14.5 9.5 9.6 14.4a3.2 3.2 0 0 1-4.5-4.5l5.6-5.6a2.2 2.2 0 0 1 3.1 3.1l-5.5 5.5a1.1 1.1 0 0 1-1.6-1.6l4.8-4.8",
  bug: "M7 7a3 3 0 0 1 6 0M6.5 9.5a3.5 3.5 0 0 1 7 0V12a3.5 3.5 0 0 1-7 0ZM10 8v7M3.5 7.5l3 1.5M16.5 7.5l-3 1.5M3 12h3.5M17 12h-3.5M4 16l3-1.8M16 16l-3-1.8",
  check: "m4.5 10.5 3.6 3.6 7.4-8",
  chevron: "m5.5 7.5 4.5 4.5 4.5-4.5",
  close: "m5 5 10 10M15 5 5 15",
  copy: "M8 7.5h7.5v8.5H8ZM12 7.5V4H4.5v8.5H8",
  down: "M10 4v11.5M5.5 11l4.5 4.5 4.5-4.5",
  edit: "M12.5 4.5 15.5 7.5 7.5 15.5 4 16l.5-3.5Z",
  external: "M11.5 4H16v4.5M16 4l-7 7M13.5 11.5V16H4V6.5h4.5",
  file: "M5.5 3.5h6l3.5 3.5v9.5h-9.5ZM11.5 3.5V7H15",
  globe: "M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0ZM3 10h14M10 3c2.2 2 3 4.4 3 7s-.8 5-3 7c-2.2-2-3-4.4-3-7s.8-5 3-7Z",
  hash: "M8 3.5 6.5 16.5M13.5 3.5 12 16.5M4 7.5h13M3 12.5h13",
  keyboard: "M2.5 5.5h15v9h-15ZM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7",
  members: "M10 7.5a2.8 2.8 0 1 1-5.6 0 2.8 2.8 0 0 1 5.6 0ZM2.5 16c.4-2.8 2.2-4.2 4.7-4.2s4.3 1.4 4.7 4.2M12.5 5a2.6 2.6 0 0 1 0 5M14 12.2c2 .5 3.2 1.8 3.5 3.8",
  menu: "M3.5 6h13M3.5 10h13M3.5 14h13",
  moon: "M15.5 12.2A6.5 6.5 0 0 1 7.8 4.5a6.3 6.3 0 1 0 7.7 7.7Z",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  reply: "M8 5 3.5 9.5 8 14M4 9.5h7.5a4.5 4.5 0 0 1 4.5 4.5v1.5",
  search: "M13.5 9a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0ZM12.5 12.5 16.5 16.5",
  send: "M3.5 10 16.5 4 13 16l-3.5-4.5ZM9.5 11.5l7-7.5",
  slash: "M12.5 3.5 7.5 16.5",
  smile: "M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0ZM7.5 8.5h.01M12.5 8.5h.01M7 12c.8 1.2 1.8 1.8 3 1.8s2.2-.6 3-1.8",
  spark: "M10 3v4M10 13v4M3 10h4M13 10h4M5.5 5.5 8 8M12 12l2.5 2.5M14.5 5.5 12 8M8 12l-2.5 2.5",
  sun: "M13.2 10a3.2 3.2 0 1 1-6.4 0 3.2 3.2 0 0 1 6.4 0ZM10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M15.3 4.7l-1.4 1.4M6.1 13.9l-1.4 1.4",
  swap: "M5 7h10.5M12.5 4l3 3-3 3M15 13H4.5M7.5 10l-3 3 3 3",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6M8.5 9v5M11.5 9v5",
  warn: "M10 3.5 17.5 16.5H2.5ZM10 8.5v3.5M10 14.3h.01",
};

export function Icon({ name, size = 20 }) {
  return html`<svg class="icon" width=${size} height=${size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} />
  </svg>`;
}

/** The mark of the farm: an omega in a rounded tile. */
export function Mark({ size = 28 }) {
  return html`<svg class="mark" width=${size} height=${size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="9" />
    <path d="M7 23.5h6v-2.6a7 7 0 1 1 6 0v2.6h6" />
  </svg>`;
}
