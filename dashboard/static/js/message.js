/**
 * One message: who, when, to what it replies, its parts, its reactions, and what one can do with it.
 */
import { html, useEffect, useRef, useState } from "../vendor/vendor.js";
import { deleteMessage, dismiss, editMessage, toggleReaction } from "./actions.js";
import { Components } from "./components.js";
import { Embed } from "./embed.js";
import { QUICK } from "./emoji.js";
import { t, tn } from "./i18n.js";
import { Icon } from "./icons.js";
import { Attachments } from "./media.js";
import * as model from "./model.js";
import { RichText, oneLine } from "./richtext.js";
import { fromWire, toWire } from "./suggest.js";
import { Moment, now } from "./time.js";
import { AppBadge, Avatar, Dots, IconButton } from "./ui.js";

const MENU_ANSWER = 23;
const TOKEN_LIFE_MS = 15 * 60 * 1000;

export const isEphemeral = (message) => Boolean((message.flags ?? 0) & model.FLAG.ephemeral);
export const isLoading = (message) => Boolean((message.flags ?? 0) & model.FLAG.loading);
const isMine = (message) => message.author?.id === model.me.value?.id;

/** A name that opens the user's card; the colour of the role is a dot, so that any colour stays readable. */
function Author({ user }) {
  const colour = model.roleColour(user.id);
  const open = (event) => {
    const { left, bottom } = event.currentTarget.getBoundingClientRect();
    model.overlay.value = { name: "user", user, at: { x: left, y: bottom + 4 } };
  };
  return html`<button type="button" class="author" tabindex="-1" onClick=${open} onContextMenu=${(event) => (event.preventDefault(), open(event))}>
    ${model.nameOf(model.findMember(user.id)?.nick ? model.findMember(user.id) : user)}
    ${colour && html`<i class="role-dot" style=${{ background: colour }} />`}
  </button>`;
}

function jumpTo(id) {
  const row = document.getElementById(`message-${id}`);
  row?.scrollIntoView({ block: "center" });
  row?.focus();
}

function Reference({ message }) {
  const used = message.interaction_metadata ?? null;
  if (used && !message.message_reference) {
    const name = message.interaction?.name;
    const label = model.labels.get(used.id) ?? (name && (message.type === MENU_ANSWER ? name : `/${name}`));
    return html`<p class="reference">
      <${Icon} name="reply" size=${14} />
      <${Avatar} user=${used.user} size=${16} /> <b>${model.nameOf(used.user)}</b>${" "}
      <span>${label ? t("used {command}", { command: label }) : t("used a command")}</span>
    </p>`;
  }
  if (!message.message_reference) return null;
  const source = message.referenced_message ?? model.findMessage(message.message_reference.message_id, message.channel_id);
  if (!source) return html`<p class="reference"><${Icon} name="reply" size=${14} /> ${t("Original message was deleted")}</p>`;
  const preview = oneLine(source.content) || source.embeds?.[0]?.title || t("Press to see the message");
  return html`<p class="reference">
    <${Icon} name="reply" size=${14} />
    <${Avatar} user=${source.author} size=${16} /> <b>${model.nameOf(source.author)}</b>${" "}
    <button type="button" class="reference-text" tabindex="-1" onClick=${() => jumpTo(source.id)}>${preview}</button>
  </p>`;
}

function Editor({ message }) {
  const [text, setText] = useState(() => fromWire(message.content));
  const box = useRef(null);
  useEffect(() => {
    box.current.focus();
    box.current.setSelectionRange(text.length, text.length);
  }, []);
  const stop = () => {
    model.editing.value = null;
    document.getElementById("composer")?.focus();
  };
  const save = async () => {
    if (text.trim() && toWire(text) !== message.content) await editMessage(message, toWire(text));
    stop();
  };
  const keys = (event) => {
    if (event.key === "Escape") stop();
    else if (event.key === "Enter" && !event.shiftKey) event.preventDefault(), void save();
    else return;
    event.stopPropagation();
  };
  return html`<div class="editor">
    <textarea ref=${box} class="field" rows=${Math.min(8, text.split("\n").length)} aria-label=${t("Edit message")} value=${text}
      onInput=${(event) => setText(event.currentTarget.value)} onKeyDown=${keys}></textarea>
    <p class="small">
      <button type="button" class="link" onClick=${stop}>${t("Cancel")}</button> · <button type="button" class="link" onClick=${save}>${t("Save")}</button>
      <span class="muted">${" "}${t("Escape cancels, Enter saves")}</span>
    </p>
  </div>`;
}

function Reactions({ message }) {
  if (!message.reactions?.length) return null;
  return html`<div class="reactions">
    ${message.reactions.map(({ emoji, count, me }) => {
      const name = emoji.id ? `:${emoji.name}:` : emoji.name;
      const label = `${name}, ${tn("{n} reaction", "{n} reactions", count)}`;
      return html`<button type="button" class="reaction" aria-pressed=${Boolean(me)} aria-label=${label} onClick=${() => toggleReaction(message, emoji)}>
        <span>${name}</span> <b>${count}</b>
      </button>`;
    })}
    ${!isEphemeral(message) &&
    html`<${IconButton} icon="smile" size=${16} class="reaction add" label=${t("Add reaction")} onClick=${() => (model.overlay.value = { name: "react", message })} />`}
  </div>`;
}

function Thinking({ message }) {
  const isOver = now.value - Date.parse(message.timestamp) > TOKEN_LIFE_MS;
  if (isOver) return html`<p class="failure"><${Icon} name="warn" size=${16} /> ${t("The application did not respond")}</p>`;
  return html`<p class="thinking" role="status"><${Dots} /> ${t("{name} is thinking…", { name: model.nameOf(message.author) })}</p>`;
}

/** Stands beside the time, or at the end of the first line: what follows stays where it is when a message changes. */
function Edited({ message, isAside = false }) {
  if (!message.edited_timestamp || isLoading(message)) return null;
  return html`<span class="edited" data-aside=${isAside} title=${new Date(message.edited_timestamp).toLocaleString()}>(${t("edited")})</span>`;
}

function Body({ message }) {
  if (isLoading(message)) return html`<${Thinking} message=${message} />`;
  return html`${message.content && html`<${RichText} text=${message.content} />`}
    ${message.embeds?.map((embed) => html`<${Embed} embed=${embed} />`)}
    <${Attachments} files=${message.attachments} />
    <${Components} message=${message} />`;
}

export function confirmDelete(message) {
  model.overlay.value = {
    name: "confirm",
    title: t("Delete message"),
    text: oneLine(message.content).slice(0, 120) || t("This message"),
    verb: t("Delete"),
    onYes: () => deleteMessage(message),
  };
}

/** What the toolbar and the menu share. */
export function doings(message) {
  if (isEphemeral(message)) return [{ label: t("Dismiss message"), icon: "close", onPick: () => dismiss(message.id) }];
  const all = [
    { label: t("Add reaction"), icon: "smile", onPick: () => (model.overlay.value = { name: "react", message }) },
    { label: t("Reply"), icon: "reply", onPick: () => startReply(message) },
  ];
  if (isMine(message)) {
    all.push({ label: t("Edit message"), icon: "edit", onPick: () => (model.editing.value = message.id) });
    all.push({ label: t("Delete message"), icon: "trash", isDanger: true, onPick: () => confirmDelete(message) });
  }
  return all;
}

function startReply(message) {
  model.replyTo.value = message;
  document.getElementById("composer")?.focus();
}

function openMenu(message, at) {
  model.overlay.value = { name: "message", message, at };
}

function Toolbar({ message }) {
  const more = (event) => {
    const { left, bottom } = event.currentTarget.getBoundingClientRect();
    openMenu(message, { x: left, y: bottom + 4 });
  };
  const quick = isEphemeral(message) ? [] : QUICK;
  return html`<div class="toolbar" role="group" aria-label=${t("Message actions")}>
    ${quick.map(
      ([emoji, name]) =>
        html`<button type="button" class="icon-button quick" aria-label=${t("React with {name}", { name: t(name) })} title=${t(name)} onClick=${() => toggleReaction(message, { id: null, name: emoji })}>${emoji}</button>`,
    )}
    ${doings(message).map((one) => html`<${IconButton} icon=${one.icon} size=${18} label=${one.label} class=${one.isDanger ? "danger" : ""} onClick=${one.onPick} />`)}
    ${!isEphemeral(message) && html`<${IconButton} icon="more" size=${18} label=${t("More")} aria-haspopup="menu" onClick=${more} />`}
  </div>`;
}

function EphemeralNote({ message }) {
  return html`<p class="ephemeral-note">
    <${Icon} name="members" size=${14} /> ${t("Only you can see this")} ·
    <button type="button" class="link" onClick=${() => dismiss(message.id)}>${t("Dismiss message")}</button>
  </p>`;
}

/** Keys on the focused message itself, so no single-key shortcut reaches typing. */
function keysOf(message) {
  return (event) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.currentTarget;
    const letter = { r: t("Reply"), e: t("Edit message"), Delete: t("Delete message"), "+": t("Add reaction") }[event.key];
    const sibling = { ArrowUp: row.previousElementSibling, ArrowDown: row.nextElementSibling }[event.key];
    if (sibling?.matches?.(".message")) sibling.focus();
    else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey) || event.key === "Enter") {
      const box = row.getBoundingClientRect();
      openMenu(message, { x: box.left + 64, y: box.top + 24 });
    } else if (letter) doings(message).find((one) => one.label === letter)?.onPick();
    else return;
    event.preventDefault();
  };
}

export function Message({ message, isGrouped, isTabStop, onFocus }) {
  const [isActive, setActive] = useState(false);
  const menu = (event) => {
    if (event.target.closest("a, img, textarea") || getSelection()?.toString()) return;
    event.preventDefault();
    openMenu(message, { x: event.clientX, y: event.clientY });
  };
  const leave = (event) => !event.currentTarget.contains(event.relatedTarget) && setActive(false);
  const calls = model.mentionsMe(message) && !isMine(message);
  const ms = Date.parse(message.timestamp);
  return html`<li
    id=${`message-${message.id}`}
    class="message"
    data-grouped=${isGrouped}
    data-ephemeral=${isEphemeral(message)}
    data-calls=${calls}
    tabindex=${isTabStop ? 0 : -1}
    onMouseEnter=${() => setActive(true)}
    onMouseLeave=${(event) => !event.currentTarget.contains(document.activeElement) && setActive(false)}
    onFocusIn=${() => (setActive(true), onFocus(message.id))}
    onFocusOut=${leave}
    onContextMenu=${menu}
    onKeyDown=${keysOf(message)}
  >
    ${!isGrouped && html`<${Reference} message=${message} />`}
    <div class="message-grid">
      ${isGrouped ? html`<${Moment} ms=${ms} style="t" class="gutter-time" />` : html`<${Avatar} user=${message.author} size=${40} />`}
      <div class="message-main">
        ${!isGrouped &&
        html`<p class="message-head">
          <${Author} user=${message.author} />${model.isBot(message.author) && html`<${AppBadge} />`}<${Moment} ms=${ms} class="muted" /><${Edited} message=${message} />
        </p>`}
        ${isGrouped && html`<${Edited} message=${message} isAside=${true} />`}
        ${model.editing.value === message.id ? html`<${Editor} message=${message} />` : html`<${Body} message=${message} />`}
        <${Reactions} message=${message} />
        ${isEphemeral(message) && html`<${EphemeralNote} message=${message} />`}
      </div>
    </div>
    ${isActive && !isLoading(message) && model.editing.value !== message.id && html`<${Toolbar} message=${message} />`}
  </li>`;
}
