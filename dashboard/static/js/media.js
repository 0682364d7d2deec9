/**
 * Pictures, files and the light box. Only what lies on this server is loaded; the rest is named with a link.
 */
import { html, useState } from "../vendor/vendor.js";
import { language, t } from "./i18n.js";
import { Icon } from "./icons.js";
import { overlay } from "./model.js";
import { Dialog, localAddress, webAddress } from "./ui.js";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

export function sizeText(bytes) {
  const step = Math.min(3, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const figures = { style: "unit", unit: UNITS[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: step ? 1 : 0 };
  return new Intl.NumberFormat(language.value, figures).format(bytes / 1000 ** step);
}

export const isPicture = (file) => /^image\/(png|jpe?g|gif|webp)/.test(file.content_type ?? "") || /\.(png|jpe?g|gif|webp)$/i.test(file.filename ?? "");

function Elsewhere({ url }) {
  const address = webAddress(url);
  return html`<p class="elsewhere">
    <${Icon} name="external" size=${16} /> ${t("Picture not loaded: it lies outside this machine.")}
    ${address && html` <a href=${address} target="_blank" rel="noopener noreferrer">${new URL(address).hostname}</a>`}
  </p>`;
}

/** A picture that opens large. `media` has url and, when known, width and height. */
export function Picture({ media, alt, class: extra = "", isSpoiler = false }) {
  const [isShown, show] = useState(!isSpoiler);
  const [isBroken, setBroken] = useState(false);
  const address = localAddress(media.url);
  const words = alt || t("Picture without a description");
  if (!address) return html`<${Elsewhere} url=${media.url} />`;
  if (isBroken) return html`<p class="elsewhere"><${Icon} name="warn" size=${16} /> ${t("Picture not found: {name}", { name: words })}</p>`;
  if (!isShown) return html`<button type="button" class="button spoiler-picture" onClick=${() => show(true)}>${t("Spoiler, press to show")}</button>`;
  return html`<button
    type="button"
    class=${`picture ${extra}`}
    aria-label=${t("Open picture: {name}", { name: words })}
    onClick=${() => (overlay.value = { name: "picture", address, alt: words })}
  >
    <img src=${address} alt=${words} width=${media.width} height=${media.height} loading="lazy" decoding="async" onError=${() => setBroken(true)} />
  </button>`;
}

export function FileCard({ file }) {
  const address = localAddress(file.url);
  const name = file.filename ?? file.name ?? file.url;
  return html`<div class="file-card">
    <${Icon} name="file" size=${28} />
    <div>
      ${address ? html`<a href=${address} download=${name}>${name}</a>` : html`<span>${name}</span>`}
      ${Number.isFinite(file.size) && html`<small>${sizeText(file.size)}</small>`}
    </div>
  </div>`;
}

export function Attachments({ files }) {
  if (!files?.length) return null;
  return html`<div class="attachments">
    ${files.map((file) =>
      isPicture(file)
        ? html`<${Picture} key=${file.id} media=${file} alt=${file.description ?? file.filename} isSpoiler=${file.filename?.startsWith("SPOILER_")} />`
        : html`<${FileCard} key=${file.id} file=${file} />`,
    )}
  </div>`;
}

export function PictureDialog({ address, alt, onClose }) {
  return html`<${Dialog} title=${t("Picture")} class="picture-dialog" onClose=${onClose}>
    <img src=${address} alt=${alt} />
    <p class="picture-caption">${alt} · <a href=${address} target="_blank" rel="noopener">${t("Open in a new tab")}</a></p>
  </${Dialog}>`;
}
