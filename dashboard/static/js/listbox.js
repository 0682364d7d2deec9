/**
 * One list of choices under a text box or a button, and the select that messages and modals share.
 *
 * The rows are {value, label, note?, icon?, avatar?}; what they mean is the caller's matter.
 */
import { html, useEffect, useMemo, useRef, useState } from "../vendor/vendor.js";
import { KIND } from "./kinds.js";
import { key, t, tn } from "./i18n.js";
import { Icon } from "./icons.js";
import * as model from "./model.js";
import { Avatar, useOutside } from "./ui.js";

/** Rows as options; the text box keeps the focus and names the active one by id. */
export function Options({ id, label, rows, active, selected = [], onPick, onHover, isMulti = false, children }) {
  const box = useRef(null);
  useEffect(() => {
    box.current?.querySelector("[data-active=true]")?.scrollIntoView({ block: "nearest" });
  }, [active, rows]);
  return html`<div ref=${box} class="listbox" role="listbox" id=${id} aria-label=${label} aria-multiselectable=${isMulti || null}>
    ${rows.map(
      (row, index) => html`${row.heading && html`<div class="listbox-heading" role="presentation">${row.heading}</div>`}
        <div
          key=${row.key ?? row.value}
          id=${`${id}-${index}`}
          role="option"
          class="option"
          aria-selected=${isMulti || selected.length ? selected.includes(row.value) : index === active}
          data-active=${index === active}
          onMouseDown=${(event) => event.preventDefault()}
          onMouseMove=${() => index !== active && onHover?.(index)}
          onClick=${() => onPick(row)}
        >
          ${row.avatar && html`<${Avatar} user=${row.avatar} size=${24} />`}
          ${row.mark && html`<span class="option-mark">${row.mark}</span>`}
          <span class="option-text"><b>${row.label}</b>${row.note && html`<small>${row.note}</small>`}</span>
          ${selected.includes(row.value) && html`<${Icon} name="check" size=${16} />`}
        </div>`,
    )}
    ${children}
  </div>`;
}

const userRow = (user) => ({ value: user.id, label: model.nameOf(user), note: user.username, avatar: user });
const roleRow = (role) => ({ value: role.id, label: `@${role.name}` });
const channelRow = (one) => ({ value: one.id, label: `#${one.name}` });

export function entityRows(kind, { channel_types } = {}) {
  const people = model.members.value.map((member) => userRow(member.user));
  const roles = (model.guild.value?.roles ?? []).filter((role) => role.id !== model.guild.value.id).map(roleRow);
  const rooms = model.channels.value.filter((one) => !channel_types?.length || channel_types.includes(one.type)).map(channelRow);
  return { [KIND.user]: people, [KIND.role]: roles, [KIND.mentionable]: [...people, ...roles], [KIND.channel]: rooms }[kind] ?? [];
}

function rowsOf(component) {
  if (component.type !== KIND.string) return entityRows(component.type, component);
  return (component.options ?? []).map((one) => ({
    value: one.value,
    label: one.label,
    note: one.description,
    mark: one.emoji ? (one.emoji.id ? `:${one.emoji.name}:` : one.emoji.name) : null,
  }));
}

function startingValues(component) {
  if (component.type === KIND.string) return (component.options ?? []).filter((one) => one.default).map((one) => one.value);
  return (component.default_values ?? []).map((one) => one.id);
}

const PLACEHOLDER = { [KIND.user]: key("Pick a user"), [KIND.role]: key("Pick a role"), [KIND.channel]: key("Pick a channel") };

function keyMove(event, { rows, active, setActive, pick, close, tab }) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && rows.length) setActive((active + step + rows.length) % rows.length);
  else if (event.key === "Enter" && rows[active]) pick(rows[active]);
  else if (event.key === "Tab") return tab();
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/**
 * A select of a message or a modal. `onChange(values)` is called at each choice when one may be picked, else on closing.
 */
export function Select({ id, component, label, isDisabled = false, isBusy = false, onChange, isInvalid = false }) {
  const most = component.max_values ?? 1;
  const [values, setValues] = useState(() => startingValues(component));
  const [isOpen, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const ref = useRef(null);
  const before = useRef(values);
  const all = rowsOf(component);
  const rows = useMemo(() => all.filter((row) => row.label.toLowerCase().includes(query.toLowerCase())), [query, isOpen, all.length]);
  const words = label ?? component.placeholder ?? t(PLACEHOLDER[component.type] ?? key("Make a choice"));

  const open = () => {
    if (isDisabled || isBusy) return;
    before.current = values;
    setQuery("");
    setActive(Math.max(0, all.findIndex((row) => values.includes(row.value))));
    setOpen(true);
  };
  const close = (chosen = values) => {
    setOpen(false);
    const isChanged = chosen.join("\n") !== before.current.join("\n");
    if (isChanged && chosen.length >= (component.min_values ?? 1)) onChange(chosen);
    before.current = chosen;
  };
  useOutside(ref, isOpen, () => close());

  const pick = (row) => {
    const has = values.includes(row.value);
    if (most > 1) {
      const next = has ? values.filter((one) => one !== row.value) : [...values, row.value].slice(-most);
      setValues(next);
      return;
    }
    setValues([row.value]);
    close([row.value]);
    ref.current.querySelector(".select-button")?.focus();
  };
  const keys = (event) =>
    keyMove(event, { rows, active, setActive, pick, tab: () => close(), close: () => (close(), ref.current.querySelector(".select-button")?.focus()) });
  const shown = values.map((value) => all.find((row) => row.value === value)?.label ?? value).join(", ");
  const hasSearch = all.length > 8 || component.type !== KIND.string;
  const listId = `${id}-list`;
  const combobox = {
    role: "combobox",
    "aria-label": words,
    "aria-expanded": isOpen,
    "aria-controls": isOpen ? listId : null,
    "aria-activedescendant": isOpen && rows[active] ? `${listId}-${active}` : null,
  };

  return html`<div ref=${ref} class="select" data-open=${isOpen}>
    <button
      type="button"
      id=${id}
      class="select-button"
      disabled=${isDisabled}
      aria-invalid=${isInvalid || null}
      ...${isOpen && hasSearch ? { "aria-label": words } : combobox}
      aria-haspopup="listbox"
      onClick=${() => (isOpen ? close() : open())}
      onKeyDown=${(event) => {
        if (isOpen) keys(event);
        else if (event.key === "ArrowDown" || event.key === "ArrowUp") event.preventDefault(), open();
      }}
    >
      <span class=${shown ? "select-value" : "select-value muted"}>${shown || (component.placeholder ?? words)}</span>
      ${isBusy ? html`<span class="spinner" aria-hidden="true" />` : html`<${Icon} name="chevron" size=${16} />`}
    </button>
    ${isOpen &&
    html`<div class="select-list">
      ${hasSearch &&
      html`<input
        class="field"
        type="text"
        ref=${(input) => input && input !== document.activeElement && input.focus()}
        ...${combobox}
        placeholder=${t("Search")}
        value=${query}
        onInput=${(event) => (setQuery(event.currentTarget.value), setActive(0))}
        onKeyDown=${keys}
      />`}
      <${Options} id=${listId} label=${words} rows=${rows} active=${active} selected=${values} isMulti=${most > 1} onPick=${pick} onHover=${setActive}>
        ${rows.length === 0 && html`<p class="listbox-empty" role="presentation">${t("Nothing matches")}</p>`}
      </${Options}>
      ${most > 1 &&
      html`<div class="select-foot">
        <small>${tn("Up to {n} choice", "Up to {n} choices", most)}</small>
        <button type="button" class="button" data-kind="primary" onClick=${() => close()}>${t("Done")}</button>
      </div>`}
    </div>`}
  </div>`;
}
