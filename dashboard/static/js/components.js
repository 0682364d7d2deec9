/**
 * Components of a message: rows, buttons, selects, and the layout pieces of Components V2.
 *
 * A component that this page does not know shows its number instead of nothing.
 */
import { html, useState } from "../vendor/vendor.js";
import { press, pressKey } from "./actions.js";
import { colourOf } from "./embed.js";
import { reasonText, t } from "./i18n.js";
import { Icon } from "./icons.js";
import { KIND } from "./kinds.js";
import { Select } from "./listbox.js";
import { FileCard, Picture } from "./media.js";
import { presses } from "./model.js";
import { RichText } from "./richtext.js";
import { webAddress } from "./ui.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

const emojiText = (emoji) => (emoji.id ? `:${emoji.name}:` : emoji.name);

function Button({ component, message }) {
  const key = pressKey(message, component.custom_id);
  const isBusy = presses.value.has(key) && !presses.value.get(key).failure;
  const face = html`${component.emoji && html`<span class="button-emoji">${emojiText(component.emoji)}</span>`}${component.label}`;
  const address = component.url && webAddress(component.url);
  if (address) {
    return html`<a class="button" data-kind="link" href=${address} target="_blank" rel="noopener noreferrer">
      ${face}<${Icon} name="external" size=${14} />
    </a>`;
  }
  return html`<button
    type="button"
    class="button"
    data-kind=${STYLES[component.style] ?? "secondary"}
    data-busy=${isBusy}
    disabled=${component.disabled || component.style === 6}
    aria-disabled=${isBusy || null}
    aria-label=${component.label ? null : (component.emoji?.name ?? t("Button"))}
    onClick=${() => !isBusy && press(message, component)}
  >
    ${isBusy && html`<span class="spinner" aria-hidden="true" />`}<span class="button-face">${face}</span>
  </button>`;
}

function MessageSelect({ component, message }) {
  const sent = presses.value.get(pressKey(message, component.custom_id));
  return html`<${Select}
    id=${`select-${message.id}-${component.id ?? component.custom_id}`}
    key=${`${message.edited_timestamp}${component.custom_id}`}
    component=${component}
    isDisabled=${component.disabled}
    isBusy=${sent && !sent.failure}
    onChange=${(values) => press(message, component, values)}
  />`;
}

function Row({ component, message }) {
  return html`<div class="component-row">${component.components.map((inner) => html`<${Component} component=${inner} message=${message} />`)}</div>`;
}

function Section({ component, message }) {
  return html`<div class="component-section">
    <div>${component.components.map((inner) => html`<${Component} component=${inner} message=${message} />`)}</div>
    <${Component} component=${component.accessory} message=${message} />
  </div>`;
}

function Container({ component, message }) {
  const [isShown, show] = useState(!component.spoiler);
  const colour = colourOf(component.accent_color);
  if (!isShown) return html`<button type="button" class="button spoiler-picture" onClick=${() => show(true)}>${t("Spoiler, press to show")}</button>`;
  return html`<div class="component-container" data-accent=${Boolean(colour)} style=${colour && { "--bar": colour }}>
    ${component.components.map((inner) => html`<${Component} component=${inner} message=${message} />`)}
  </div>`;
}

function Gallery({ component }) {
  return html`<div class="gallery" data-count=${Math.min(component.items.length, 4)}>
    ${component.items.map((item) => html`<${Picture} media=${item.media} alt=${item.description} isSpoiler=${item.spoiler} />`)}
  </div>`;
}

const Thumbnail = ({ component }) =>
  html`<${Picture} media=${component.media} alt=${component.description} isSpoiler=${component.spoiler} class="thumbnail" />`;
const Display = ({ component }) => html`<${RichText} text=${component.content} />`;
const Separator = ({ component }) =>
  html`<hr class="separator" data-spacing=${component.spacing ?? 1} data-divider=${component.divider ?? true} />`;
const FileComponent = ({ component }) =>
  html`<${FileCard} file=${{ ...component.file, filename: component.name ?? fileName(component.file.url), size: component.size }} />`;
const fileName = (url) => decodeURIComponent(url.split("?")[0].split("/").at(-1));

const Unknown = ({ component }) => html`<p class="unknown">${t("Component of type {n}: this page cannot draw it yet.", { n: component.type })}</p>`;

const DRAWN = {
  [KIND.row]: Row,
  [KIND.button]: Button,
  [KIND.string]: MessageSelect,
  [KIND.user]: MessageSelect,
  [KIND.role]: MessageSelect,
  [KIND.mentionable]: MessageSelect,
  [KIND.channel]: MessageSelect,
  [KIND.section]: Section,
  [KIND.display]: Display,
  [KIND.thumbnail]: Thumbnail,
  [KIND.gallery]: Gallery,
  [KIND.file]: FileComponent,
  [KIND.separator]: Separator,
  [KIND.container]: Container,
};

export function Component({ component, message }) {
  const Drawn = DRAWN[component.type] ?? Unknown;
  return html`<${Drawn} component=${component} message=${message} />`;
}

function failureOf(message) {
  for (const [key, sent] of presses.value) if (key.startsWith(`${message.id}/`) && sent.failure) return sent.failure;
  return null;
}

export function Components({ message }) {
  const failure = failureOf(message);
  if (!message.components?.length) return null;
  return html`<div class="components">
    ${message.components.map((component) => html`<${Component} key=${component.id} component=${component} message=${message} />`)}
    ${failure &&
    html`<p class="failure" role="alert">
      <${Icon} name="warn" size=${16} /> ${t("This interaction failed")}${reasonText(failure) && html`<span class="muted">${reasonText(failure)}</span>`}
    </p>`}
  </div>`;
}
