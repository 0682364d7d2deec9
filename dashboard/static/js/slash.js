/**
 * The message box while a slash command is being filled in: one chip an option, a list for the active one.
 *
 * Tab completes and goes on, Enter takes the marked row and then sends, Escape closes the list and then leaves.
 */
import { html, useEffect, useRef, useState } from "../vendor/vendor.js";
import { runCommand } from "./actions.js";
import { OPTION, outOfBounds, typed } from "./commands.js";
import { t } from "./i18n.js";
import { Icon } from "./icons.js";
import { Options } from "./listbox.js";
import * as model from "./model.js";
import { useChoices } from "./choices.js";
import { Avatar, IconButton } from "./ui.js";

const LIST = "slash-list";
const inputId = (name) => `option-${name}`;
const focusOn = (id) => document.getElementById(id)?.focus();

/** Why the option cannot be sent as it is, or null. */
function fault(option, filled) {
  if (!filled || filled.text === "") return option.required ? t("This option is required") : null;
  if (filled.value === undefined) {
    if (option.type === OPTION.integer && !option.choices?.length) return t("A whole number is needed");
    if (option.type === OPTION.number && !option.choices?.length) return t("A number is needed");
    return t("Pick one from the list");
  }
  const bound = outOfBounds(option, filled.value);
  return bound && t(...bound);
}

function Chip({ option, filled, isActive, isMarked, problem, list, on }) {
  const file = option.type === OPTION.attachment;
  const box = {
    id: inputId(option.name),
    "aria-label": option.name,
    "aria-describedby": "slash-hint",
    "aria-required": option.required || null,
    "aria-invalid": Boolean(isMarked && problem) || null,
    onFocus: on.focus,
    onKeyDown: on.keys,
  };
  const combobox = {
    role: "combobox",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-expanded": Boolean(isActive && list.isOpen),
    "aria-controls": isActive && list.isOpen && (list.rows.length || list.word) ? LIST : null,
    "aria-activedescendant": isActive && list.isOpen && list.rows[list.active] ? `${LIST}-${list.active}` : null,
  };
  return html`<span class="chip" data-active=${isActive} data-invalid=${Boolean(isMarked && problem)}>
    <span class="chip-name" aria-hidden="true">${option.name}</span>
    ${file
      ? html`<input type="file" ...${box} onChange=${on.file} />`
      : html`<input type="text" ...${box} ...${combobox} value=${filled?.text ?? ""} size=${Math.max(4, (filled?.text ?? "").length + 1)} onInput=${on.input} />`}
  </span>`;
}

function Hint({ entry, option, problem }) {
  return html`<p class="slash-hint" id="slash-hint" role=${problem ? "alert" : null} data-problem=${Boolean(problem)}>
    ${problem
      ? html`<${Icon} name="warn" size=${16} /> <b>${option.name}</b> ${problem}`
      : option
        ? html`<b>${option.name}</b> ${option.description}`
        : html`<b>/${entry.name}</b> ${entry.description}`}
  </p>`;
}

/** Which options show: required ones, those with a value, those added. */
function useShown(entry, given) {
  const [added, setAdded] = useState(() => entry.options.filter((one) => one.required || given[one.name]).map((one) => one.name));
  return {
    shown: entry.options.filter((one) => added.includes(one.name)).sort((a, b) => added.indexOf(a.name) - added.indexOf(b.name)),
    hidden: entry.options.filter((one) => !added.includes(one.name)),
    add: (name) => setAdded([...added, name]),
    drop: (name) => setAdded(added.filter((one) => one !== name)),
  };
}

export function SlashBox({ entry, given, onLeave }) {
  const [values, setValues] = useState(given);
  const [activeName, setActiveName] = useState(null);
  const [isMarked, setMarked] = useState(false);
  const { shown, hidden, add, drop } = useShown(entry, given);
  const option = shown.find((one) => one.name === activeName) ?? null;
  const list = useChoices(entry, option, values);
  const form = useRef(null);
  const isOpen = model.connection.value.name === "open";

  const missing = (known = values) => shown.find((one) => fault(one, known[one.name]));
  useEffect(() => {
    const first = missing() ?? shown[0];
    if (first) focusOn(inputId(first.name));
    else focusOn("slash-send");
  }, []);

  const leave = () => {
    onLeave();
    setTimeout(() => focusOn("composer"));
  };
  const send = () => {
    const wrong = missing();
    setMarked(true);
    if (wrong) return focusOn(inputId(wrong.name));
    if (!isOpen) return undefined;
    const files = shown.map((one) => values[one.name]?.file).filter(Boolean);
    void runCommand(entry, values, files);
    return leave();
  };
  const put = (name, filled) => {
    const next = { ...values, [name]: filled };
    setValues(next);
    return next;
  };
  const pick = (row) => {
    const next = put(option.name, { text: row.label, value: row.value });
    list.settle();
    const wrong = missing(next);
    focusOn(inputId((wrong ?? option).name));
    return Boolean(wrong && wrong.name !== option.name);
  };
  const removeOr = (name) => {
    if (entry.options.find((one) => one.name === name).required) return leave();
    drop(name);
    put(name, undefined);
    return focusOn(shown.length > 1 ? inputId(shown.find((one) => one.name !== name).name) : "slash-send");
  };
  const keys = (event) => {
    if (event.isComposing) return;
    const text = values[option?.name]?.text ?? "";
    const row = list.candidate(values[option?.name]);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.rows.length) list.move(step);
    else if (event.key === "Enter") row ? pick(row) : send();
    else if (event.key === "Tab" && !event.shiftKey && row) {
      if (!pick(row)) return;
    } else if (event.key === "Escape") list.isOpen ? list.settle() : leave();
    else if (event.key === "Backspace" && option && text === "") removeOr(option.name);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const on = (one) => ({
    focus: () => (setActiveName(one.name), list.open()),
    keys,
    input: (event) => {
      const text = event.currentTarget.value;
      put(one.name, { text, value: (one === option ? list.exact(text) : undefined) ?? typed(one, text) });
      list.open();
    },
    file: (event) => {
      const file = event.currentTarget.files[0];
      const before = shown.slice(0, shown.indexOf(one)).filter((other) => values[other.name]?.file).length;
      put(one.name, file && { text: file.name, value: String(before), file });
    },
  });
  const unfocus = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setActiveName(null);
  };
  const problem = option && isMarked ? fault(option, values[option.name]) : null;

  return html`${option &&
    list.isOpen &&
    (list.rows.length > 0 || list.word) &&
    html`<div class="suggestions">
      <${Options} id=${LIST} label=${option.name} rows=${list.rows} active=${list.active} onPick=${pick} onHover=${list.hover}>
        ${list.word && html`<p class="listbox-empty" role="presentation">${list.word}</p>`}
      </${Options}>
    </div>`}
    <${Hint} entry=${entry} option=${option} problem=${problem} />
    <form
      ref=${form}
      class="composer slash"
      aria-label=${t("Command /{name}", { name: entry.name })}
      onSubmit=${(event) => (event.preventDefault(), send())}
      onFocusOut=${unfocus}
      onKeyDown=${(event) => event.key === "Escape" && leave()}
    >
      <${Avatar} user=${model.faceOf(entry.application)} size=${24} />
      <div class="chips">
        <b class="chip-command">/${entry.name}</b>
        ${shown.map(
          (one) =>
            html`<${Chip} key=${one.name} option=${one} filled=${values[one.name]} isActive=${one === option} isMarked=${isMarked} problem=${fault(one, values[one.name])} list=${list} on=${on(one)} />`,
        )}
        ${hidden.map(
          (one) =>
            html`<button type="button" class="chip-add" title=${one.description} onClick=${() => (add(one.name), setTimeout(() => focusOn(inputId(one.name))))}>
              + ${one.name}
            </button>`,
        )}
      </div>
      <${IconButton} icon="close" label=${t("Leave command")} onClick=${leave} />
      <button id="slash-send" class="icon-button send" aria-label=${t("Send command")} title=${isOpen ? t("Send command") : t("Not connected")} disabled=${!isOpen}>
        <${Icon} name="send" />
      </button>
    </form>`;
}
