/**
 * Whatever lies over the page: menus of messages and users, the switcher, the shortcut list, questions, pictures.
 */
import { html, useEffect, useState } from "../vendor/vendor.js";
import { openChannel, openDirect, runMenu } from "./actions.js";
import { KIND as COMMAND, menuRows, rowsOf } from "./commands.js";
import { ReactionDialog } from "./emoji.js";
import { FaultDialog } from "./faults.js";
import { key, t } from "./i18n.js";
import { Options } from "./listbox.js";
import { PictureDialog } from "./media.js";
import { doings } from "./message.js";
import { ModalDialog } from "./modal.js";
import * as model from "./model.js";
import { rolesOf } from "./sidebar.js";
import { Dialog, IconButton, Menu } from "./ui.js";

const close = () => (model.overlay.value = null);

function appItems(kind, targetId) {
  const rows = menuRows(rowsOf(model.channelId.value) ?? [], kind);
  if (!rows.length) return [];
  const items = rows.map((row) => ({ label: row.command.name, note: row.application.name, icon: "spark", onPick: () => runMenu(row, targetId) }));
  return [{ heading: t("Apps") }, ...items];
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    model.notice(t("Copied"));
  } catch {
    model.notice(t("The browser did not allow copying."), { kind: "error" });
  }
}

function MessageMenu({ message, at }) {
  const items = [...doings(message)];
  if (message.content) items.push({ label: t("Copy text"), icon: "copy", onPick: () => copy(message.content) });
  items.push({ label: t("Copy message ID"), icon: "copy", onPick: () => copy(message.id) });
  return html`<${Menu} at=${at} label=${t("Message actions")} items=${[...items, ...appItems(COMMAND.message, message.id)]} onClose=${close} />`;
}

function UserMenu({ user, at }) {
  const isMe = user.id === model.me.value.id;
  const roles = rolesOf(user.id).map((role) => role.name).join(", ");
  const items = [{ heading: `${model.nameOf(user)} · @${user.username}${roles ? ` · ${roles}` : ""}` }];
  if (!isMe) items.push({ label: t("Message"), icon: "at", onPick: () => openDirect(user) });
  items.push({ label: t("Copy user ID"), icon: "copy", onPick: () => copy(user.id) });
  return html`<${Menu} at=${at} label=${model.nameOf(user)} items=${[...items, ...appItems(COMMAND.user, user.id)]} onClose=${close} />`;
}

function Confirm({ title, text, verb, onYes }) {
  const yes = () => {
    close();
    onYes();
  };
  return html`<${Dialog} title=${title} class="small-dialog" onClose=${close}>
    <p>${text}</p>
    <footer class="dialog-foot">
      <button type="button" class="button" data-kind="secondary" onClick=${close}>${t("Cancel")}</button>
      <button type="button" class="button" data-kind="danger" data-first="true" onClick=${yes}>${verb}</button>
    </footer>
  </${Dialog}>`;
}

function places(query) {
  const wanted = query.trim().toLowerCase().replace(/^[#@]/, "");
  const rooms = model.channels.value.map((one) => ({ value: one.id, label: one.name, mark: "#", note: one.topic, go: () => openChannel(one.id) }));
  const people = model.members.value
    .filter(({ user }) => user.id !== model.me.value.id)
    .map(({ user }) => ({ value: user.id, label: model.nameOf(user), note: `@${user.username}`, avatar: user, go: () => openDirect(user) }));
  return [...rooms, ...people].filter((row) => row.label.toLowerCase().includes(wanted)).slice(0, 12);
}

function Switcher() {
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const rows = places(query);
  const pick = (row) => {
    close();
    row.go();
  };
  const keys = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && rows.length) setActive((active + step + rows.length) % rows.length);
    else if (event.key === "Enter" && rows[active]) pick(rows[active]);
    else return;
    event.preventDefault();
  };
  return html`<${Dialog} title=${t("Go to a channel or person")} onClose=${close}>
    <input
      class="field"
      data-first="true"
      type="text"
      role="combobox"
      aria-label=${t("Name")}
      aria-expanded="true"
      aria-autocomplete="list"
      aria-controls="switcher-list"
      aria-activedescendant=${rows[active] ? `switcher-list-${active}` : null}
      placeholder=${t("Where to?")}
      value=${query}
      onInput=${(event) => (setQuery(event.currentTarget.value), setActive(0))}
      onKeyDown=${keys}
    />
    <${Options} id="switcher-list" label=${t("Channels and people")} rows=${rows} active=${active} onPick=${pick} onHover=${setActive}>
      ${rows.length === 0 && html`<p class="listbox-empty" role="presentation">${t("Nothing matches")}</p>`}
    </${Options}>
  </${Dialog}>`;
}

const SHORTCUTS = [
  ["/", key("Open the command list")],
  ["Tab", key("Complete the marked row")],
  ["Enter", key("Send")],
  ["Shift+Enter", key("New line")],
  ["Escape", key("Close what is open")],
  ["\u2191", key("Edit your last message (in an empty box)")],
  ["Ctrl+K", key("Go to a channel or person")],
  ["Alt+\u2191 / Alt+\u2193", key("Previous or next channel")],
  ["Ctrl+/", key("This list")],
  ["\u2191 \u2193", key("Move between messages (on a message)")],
  ["R / E / + / Delete", key("Reply, edit, react, delete (on a message)")],
  ["Enter", key("All actions of a message (on a message)")],
];

function Shortcuts() {
  return html`<${Dialog} title=${t("Keyboard shortcuts")} onClose=${close}>
    <dl class="shortcuts">
      ${SHORTCUTS.map(([keys, text]) => html`<div><dt><kbd>${keys}</kbd></dt><dd>${t(text)}</dd></div>`)}
    </dl>
  </${Dialog}>`;
}

const DRAWN = {
  message: (one) => html`<${MessageMenu} key=${one.message.id} ...${one} />`,
  user: (one) => html`<${UserMenu} key=${one.user.id} ...${one} />`,
  confirm: (one) => html`<${Confirm} ...${one} />`,
  react: (one) => html`<${ReactionDialog} message=${one.message} onClose=${close} />`,
  picture: (one) => html`<${PictureDialog} ...${one} onClose=${close} />`,
  switcher: () => html`<${Switcher} />`,
  shortcuts: () => html`<${Shortcuts} />`,
  faults: () => html`<${FaultDialog} onClose=${close} />`,
};

export function Notices() {
  return html`<div class="notices" role="status">
    ${model.notices.value.map(
      (one) => html`<p key=${one.id} class="notice" data-kind=${one.kind}>
        <span>${one.text}${one.fix && html` <small>${one.fix}</small>`}</span>
        <${IconButton} icon="close" size=${16} label=${t("Close")} onClick=${() => model.dropNotice(one.id)} />
      </p>`,
    )}
  </div>`;
}

export function Overlays() {
  const open = model.overlay.value;
  const form = model.modal.value;
  useEffect(() => void rowsOf(model.channelId.value), [model.channelId.value]);
  return html`${open && DRAWN[open.name](open)}${form && html`<${ModalDialog} key=${form.interaction_id} form=${form} />`}<${Notices} />`;
}
