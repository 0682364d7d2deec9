/**
 * The Markdown tree as vnodes, with the names of users, channels and roles filled in. Never innerHTML.
 */
import { html, useMemo, useState } from "../vendor/vendor.js";
import { openChannel } from "./actions.js";
import { t } from "./i18n.js";
import { inline, parse, plainText } from "./markdown.js";
import * as model from "./model.js";
import { Moment, styled } from "./time.js";
import { webAddress } from "./ui.js";

function Spoiler({ children }) {
  const [isShown, show] = useState(false);
  if (isShown) return html`<span class="spoiler" data-shown="true">${children}</span>`;
  return html`<button type="button" class="spoiler" aria-label=${t("Spoiler, press to show")} onClick=${() => show(true)}>
    <span aria-hidden="true" inert>${children}</span>
  </button>`;
}

function UserMention({ id }) {
  const user = model.findUser(id);
  if (!user) return html`<span class="mention">@${t("unknown user")}</span>`;
  const open = (event) => {
    const { left, bottom } = event.currentTarget.getBoundingClientRect();
    model.overlay.value = { name: "user", user, at: { x: left, y: bottom + 4 } };
  };
  return html`<button type="button" class="mention" onClick=${open}>@${model.nameOf(user)}</button>`;
}

function ChannelMention({ id }) {
  const found = model.findChannel(id);
  if (!found) return html`<span class="mention">#${t("no access")}</span>`;
  return html`<button type="button" class="mention" onClick=${() => openChannel(id)}>#${model.channelName(found)}</button>`;
}

function Link({ node }) {
  const address = webAddress(node.url);
  if (!address) return html`<span>${node.url}</span>`;
  return html`<a href=${address} target="_blank" rel="noopener noreferrer">${draw(node.children)}</a>`;
}

function List({ node }) {
  const items = node.items.map((item) => html`<li>${draw(item)}</li>`);
  return node.start === null ? html`<ul>${items}</ul>` : html`<ol start=${node.start}>${items}</ol>`;
}

const DRAWN = {
  text: (node) => node.text,
  code: (node) => html`<code>${node.text}</code>`,
  fence: (node) => html`<pre tabindex="0" role="group" aria-label=${t("Code")}><code>${node.text}</code></pre>`,
  strong: (node) => html`<strong>${draw(node.children)}</strong>`,
  em: (node) => html`<em>${draw(node.children)}</em>`,
  underline: (node) => html`<u>${draw(node.children)}</u>`,
  strike: (node) => html`<s>${draw(node.children)}</s>`,
  spoiler: (node) => html`<${Spoiler}>${draw(node.children)}</${Spoiler}>`,
  quote: (node) => html`<blockquote>${draw(node.children)}</blockquote>`,
  paragraph: (node) => html`<p>${draw(node.children)}</p>`,
  small: (node) => html`<p class="small">${draw(node.children)}</p>`,
  heading: (node) => html`<p class="heading" role="heading" aria-level=${node.level + 2} data-level=${node.level}>${draw(node.children)}</p>`,
  list: (node) => html`<${List} node=${node} />`,
  link: (node) => html`<${Link} node=${node} />`,
  time: (node) => html`<${Moment} ms=${node.ms} style=${node.style} class="moment" data-style=${node.style} />`,
  user: (node) => html`<${UserMention} id=${node.id} />`,
  channel: (node) => html`<${ChannelMention} id=${node.id} />`,
  role: (node) => html`<span class="mention">@${model.findRole(node.id)?.name ?? t("unknown role")}</span>`,
  everyone: (node) => html`<span class="mention">${node.text}</span>`,
  command: (node) => html`<span class="mention">/${node.name}</span>`,
  emoji: (node) => html`<span class="custom-emoji">:${node.name}:</span>`,
};

function draw(nodes) {
  return nodes.map((node) => DRAWN[node.type](node));
}

/** `isLine`: a title or a name, where marks count inside the line and "1." begins no list. */
export function RichText({ text, class: extra = "", isLine = false }) {
  const nodes = useMemo(() => (isLine ? inline : parse)(text ?? ""), [text, isLine]);
  return html`<div class=${`rich ${extra}`}>${draw(nodes)}</div>`;
}

function nameOfNode(node) {
  if (node.type === "user") return `@${model.nameOf(model.findUser(node.id))}`;
  if (node.type === "role") return `@${model.findRole(node.id)?.name ?? ""}`;
  if (node.type === "time") return styled(node.ms, node.style);
  if (node.type === "channel") return `#${model.findChannel(node.id)?.name ?? ""}`;
  if (node.type === "command") return `/${node.name}`;
  return node.name ? `:${node.name}:` : "";
}

/** One line of a message for previews. */
export const oneLine = (text) => plainText(parse(text ?? ""), nameOfNode);
