/**
 * Embeds: author, title, description, fields, pictures, footer, colour bar.
 */
import { html } from "../vendor/vendor.js";
import { Picture } from "./media.js";
import { RichText } from "./richtext.js";
import { Moment } from "./time.js";
import { localAddress, webAddress } from "./ui.js";

function MaybeLink({ url, children }) {
  const address = url && webAddress(url);
  return address ? html`<a href=${address} target="_blank" rel="noopener noreferrer">${children}</a>` : html`<span>${children}</span>`;
}

function SmallPicture({ url }) {
  const address = url && localAddress(url);
  return address ? html`<img class="embed-icon" src=${address} alt="" width="20" height="20" />` : null;
}

/** How many share each field's row: inline neighbours stand three in a row, the rest of a run divides its row. */
function sharing(fields) {
  const shares = [];
  for (let at = 0; at < fields.length; ) {
    const run = fields.slice(at, at + 3).findIndex((field) => !field.inline);
    const size = run === 0 ? 1 : run < 0 ? Math.min(3, fields.length - at) : run;
    shares.push(...Array(size).fill(size));
    at += size;
  }
  return shares;
}

function Fields({ fields }) {
  if (!fields?.length) return null;
  const shares = sharing(fields);
  return html`<dl class="embed-fields">
    ${fields.map(
      (field, index) => html`<div data-sharing=${shares[index]}>
        <dt><${RichText} text=${field.name} isLine=${true} /></dt>
        <dd><${RichText} text=${field.value} /></dd>
      </div>`,
    )}
  </dl>`;
}

function Footer({ footer, timestamp }) {
  if (!footer && !timestamp) return null;
  return html`<footer class="embed-footer">
    <${SmallPicture} url=${footer?.icon_url} />
    <span>
      ${footer?.text}${footer?.text && timestamp && " · "}${timestamp && html`<${Moment} ms=${Date.parse(timestamp)} />`}
    </span>
  </footer>`;
}

/** CSS text of a colour number, or null for none. */
export const colourOf = (number) => (typeof number === "number" && number > 0 ? `#${number.toString(16).padStart(6, "0")}` : null);

export function Embed({ embed }) {
  const colour = colourOf(embed.color);
  const name = embed.title ?? embed.author?.name;
  return html`<article class="embed" aria-label=${name || null} style=${colour && { "--bar": colour }}>
    <div class="embed-main">
      ${embed.author &&
      html`<p class="embed-author">
        <${SmallPicture} url=${embed.author.icon_url} /><${MaybeLink} url=${embed.author.url}>${embed.author.name}</${MaybeLink}>
      </p>`}
      ${embed.title && html`<div class="embed-title"><${MaybeLink} url=${embed.url}><${RichText} text=${embed.title} class="inline" isLine=${true} /></${MaybeLink}></div>`}
      ${embed.description && html`<${RichText} text=${embed.description} class="embed-text" />`}
      <${Fields} fields=${embed.fields} />
      ${embed.image && html`<${Picture} media=${embed.image} alt=${embed.image.description ?? name} class="embed-image" />`}
      <${Footer} footer=${embed.footer} timestamp=${embed.timestamp} />
    </div>
    ${embed.thumbnail && html`<${Picture} media=${embed.thumbnail} alt=${embed.thumbnail.description ?? name} class="embed-thumbnail" />`}
  </article>`;
}
