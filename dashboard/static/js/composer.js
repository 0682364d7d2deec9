/**
 * The message box: text, files, replies, and the lists that open on "/", "@" and "#".
 *
 * Once a slash command is chosen, slash.js takes the box over until it is sent or left.
 */
import { html, signal, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/vendor.js";
import { sayTyping, sendMessage } from "./actions.js";
import { lengthOf } from "./api.js";
import { couldNotLoad, entriesOf, fetchRows, rowsOf } from "./commands.js";
import { t } from "./i18n.js";
import { Options } from "./listbox.js";
import { sizeText } from "./media.js";
import * as model from "./model.js";
import { SlashBox } from "./slash.js";
import { mentionList, readCommand, slashList, toWire } from "./suggest.js";
import { Icon } from "./icons.js";
import { IconButton } from "./ui.js";

const LONGEST = 2000;
const LIST = "composer-list";
const drafts = new Map();

/** Text that something outside wants in the box, such as the newcomer's hint. */
export const offered = signal(null);

function ReplyBar() {
  const message = model.replyTo.value;
  if (!message) return null;
  return html`<p class="reply-bar">
    ${t("Replying to {name}", { name: model.nameOf(message.author) })}
    <${IconButton} icon="close" size=${16} label=${t("Cancel reply")} onClick=${() => (model.replyTo.value = null)} />
  </p>`;
}

function FileRow({ files, onRemove }) {
  if (!files.length) return null;
  return html`<ul class="upload-row" aria-label=${t("Files to send")}>
    ${files.map(
      (file, index) => html`<li>
        <${Icon} name="file" size=${18} /><span>${file.name} <small class="muted">${sizeText(file.size)}</small></span>
        <${IconButton} icon="close" size=${16} label=${t("Remove {name}", { name: file.name })} onClick=${() => onRemove(index)} />
      </li>`,
    )}
  </ul>`;
}

function editOwnLast() {
  const own = model.room.value?.list.findLast((one) => one.author?.id === model.me.value.id && !one.interaction_metadata);
  if (own) model.editing.value = own.id;
  return Boolean(own);
}

function escapeFrom(suggestions, setClosed) {
  if (suggestions) setClosed(true);
  else if (model.replyTo.value) model.replyTo.value = null;
  else return false;
  return true;
}

/** The list for what stands before the caret, or null. */
function useSuggestions(text, caret, entries) {
  const slash = useMemo(() => slashList(text, entries), [text, entries]);
  return slash ?? mentionList(text.slice(0, caret));
}

function refuse(length) {
  const fix = t("Shorten it, or send it in parts.");
  model.notice(t("Not sent: {n} characters, and a message holds {most}.", { n: length, most: LONGEST }), { kind: "error", fix });
}

function useGrowing(box, text) {
  useLayoutEffect(() => {
    box.current.style.height = "auto";
    box.current.style.height = `${Math.min(box.current.scrollHeight, 240)}px`;
  }, [text]);
}

/** What stands in place of commands that are not known. */
const unknown = (channel) => (couldNotLoad(channel.id) ? t("The commands could not be loaded. Type on to try again.") : t("Loading commands…"));

function Placeholder(channel) {
  const name = model.channelName(channel);
  return channel.type === model.DM_CHANNEL ? t("Message @{name}", { name }) : t("Message #{name}", { name });
}

/** Takes files by button, drop and paste. */
function useFiles() {
  const [files, setFiles] = useState([]);
  const add = (list) => setFiles((known) => [...known, ...list].slice(0, 10));
  const remove = (index) => setFiles((known) => known.toSpliced(index, 1));
  useEffect(() => {
    const over = (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault();
    const drop = (event) => {
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      add(event.dataTransfer.files);
    };
    document.addEventListener("dragover", over);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", over);
      document.removeEventListener("drop", drop);
    };
  }, []);
  return { files, add, remove, clear: () => setFiles([]) };
}

export function Composer() {
  const channel = model.channel.value;
  const [command, setCommand] = useState(null);
  useEffect(() => setCommand(null), [channel?.id]);
  if (!channel) return null;
  return html`<div class="composer-wrap" id="message-box" tabindex="-1">
    <${ReplyBar} />
    ${command
      ? html`<${SlashBox} key=${command.entry.key} entry=${command.entry} given=${command.values} onLeave=${() => setCommand(null)} />`
      : html`<${TextBox} key=${channel.id} channel=${channel} onCommand=${setCommand} />`}
  </div>`;
}

function TextBox({ channel, onCommand }) {
  const [text, setText] = useState(drafts.get(channel.id) ?? "");
  const [caret, setCaret] = useState(text.length);
  const [active, setActive] = useState(0);
  const [isClosed, setClosed] = useState(false);
  const { files, add, remove, clear } = useFiles();
  const box = useRef(null);
  const rows = rowsOf(channel.id);
  const entries = useMemo(() => entriesOf(rows ?? []), [rows]);
  const found = useSuggestions(text, caret, entries);
  const list = isClosed ? null : found;
  const isOpen = model.connection.value.name === "open";
  useGrowing(box, text);
  useEffect(() => void fetchRows(channel.id), [rows]);
  useEffect(() => box.current.focus({ preventScroll: true }), []);

  const change = (next, at = next.length) => {
    drafts.set(channel.id, next);
    setText(next);
    setCaret(at);
    setActive(0);
    setClosed(false);
  };
  useEffect(() => {
    if (offered.value === null) return;
    change(offered.value);
    offered.value = null;
    box.current.focus();
  }, [offered.value]);
  const takeOver = (entry, values = {}) => {
    change("");
    onCommand({ entry, values });
  };
  useEffect(() => {
    const whole = readCommand(text, entries, { needsSpace: true });
    if (whole) takeOver(whole.entry, whole.values);
  }, [entries]);
  const pick = (row) => {
    if (row.entry) return takeOver(row.entry);
    const start = text.slice(0, caret).lastIndexOf(list.sign);
    const before = `${text.slice(0, start)}${row.insert} `;
    change(before + text.slice(caret), before.length);
    box.current.focus();
  };
  const input = (event) => {
    const next = event.currentTarget.value;
    const whole = readCommand(next, entries, { needsSpace: true });
    if (whole) return takeOver(whole.entry, whole.values);
    change(next, event.currentTarget.selectionStart);
    if (next && !next.startsWith("/")) sayTyping();
  };
  const send = async () => {
    const content = text.trim();
    if ((!content && !files.length) || !isOpen) return undefined;
    const whole = readCommand(content, entries, { needsSpace: false });
    if (whole) return takeOver(whole.entry, whole.values);
    const wire = toWire(content);
    if (lengthOf(wire) > LONGEST) return refuse(lengthOf(wire));
    change("");
    if (await sendMessage(wire, files)) clear();
    else change(text);
    return undefined;
  };
  const keys = (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (list?.rows.length && step) setActive((active + step + list.rows.length) % list.rows.length);
    else if (list?.rows[active] && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) pick(list.rows[active]);
    else if (event.key === "Enter" && !event.shiftKey) void send();
    else if (event.key === "ArrowUp" && text === "" && editOwnLast()) setActive(0);
    else if (!(event.key === "Escape" && escapeFrom(list, setClosed))) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const pasted = (event) => event.clipboardData.files.length && (event.preventDefault(), add(event.clipboardData.files));
  const over = lengthOf(text) - LONGEST;

  return html`${list &&
    html`<div class="suggestions">
      <${Options} id=${LIST} label=${list.label} rows=${list.rows} active=${active} onPick=${pick} onHover=${setActive}>
        ${list.rows.length === 0 && html`<p class="listbox-empty" role="presentation">${rows ? list.empty : unknown(channel)}</p>`}
      </${Options}>
    </div>`}
    <${FileRow} files=${files} onRemove=${remove} />
    <form class="composer" onSubmit=${(event) => (event.preventDefault(), void send())}>
      <label class="icon-button attach" title=${t("Attach files")}>
        <${Icon} name="attach" /><span class="hidden">${t("Attach files")}</span>
        <input class="hidden" type="file" multiple onChange=${(event) => (add(event.currentTarget.files), (event.currentTarget.value = ""))} />
      </label>
      <textarea
        id="composer"
        ref=${box}
        rows="1"
        role="combobox"
        aria-label=${Placeholder(channel)}
        placeholder=${Placeholder(channel)}
        aria-autocomplete="list"
        aria-expanded=${Boolean(list)}
        aria-controls=${list ? LIST : null}
        aria-activedescendant=${list?.rows[active] ? `${LIST}-${active}` : null}
        aria-invalid=${over > 0 || null}
        value=${text}
        onInput=${input}
        onSelect=${(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown=${keys}
        onPaste=${pasted}
      ></textarea>
      ${over > -200 && html`<span class="counter" data-over=${over > 0}>${-over}</span>`}
      <${IconButton} icon="slash" label=${t("Commands")} class="only-wide" onClick=${() => (change("/"), box.current.focus())} />
      <button class="icon-button send" aria-label=${t("Send message")} title=${isOpen ? t("Send message") : t("Not connected")} disabled=${!isOpen}>
        <${Icon} name="send" />
      </button>
    </form>`;
}
