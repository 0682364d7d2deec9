/**
 * The rows that an option of a slash command offers: its choices, people, channels, or what the bot suggests.
 */
import { useEffect, useMemo, useRef, useState } from "../vendor/vendor.js";
import { suggest } from "./actions.js";
import { OPTION } from "./commands.js";
import { t } from "./i18n.js";
import { KIND } from "./kinds.js";
import { entityRows } from "./listbox.js";

const PAUSE_MS = 150;

const ENTITY = {
  [OPTION.user]: KIND.user,
  [OPTION.channel]: KIND.channel,
  [OPTION.role]: KIND.role,
  [OPTION.mentionable]: KIND.mentionable,
};

function ownRows(option) {
  if (option.choices?.length) return option.choices.map((one) => ({ value: one.value, label: one.name }));
  if (option.type === OPTION.boolean) return [{ value: true, label: t("True") }, { value: false, label: t("False") }];
  return ENTITY[option.type] ? entityRows(ENTITY[option.type], option) : [];
}

function othersFilled(entry, option, values) {
  return entry.options
    .filter((one) => one.name !== option.name && values[one.name]?.value !== undefined)
    .map((one) => ({ name: one.name, type: one.type, value: values[one.name].value }));
}

/** Asks the bot after a pause in typing; an answer to an older question is dropped. */
function useSuggested(entry, option, values, isOpen) {
  const [state, setState] = useState({ rows: [], word: "" });
  const asked = useRef(0);
  const text = option ? (values[option.name]?.text ?? "") : "";
  const isAsking = Boolean(option?.autocomplete && isOpen);
  useEffect(() => {
    const mine = ++asked.current;
    if (!isAsking) {
      setState({ rows: [], word: "" });
      return undefined;
    }
    setState((known) => ({ rows: known.rows, word: known.rows.length ? "" : t("Looking…") }));
    const timer = setTimeout(async () => {
      const focused = { name: option.name, type: option.type, value: text, focused: true };
      const choices = await suggest(entry, [...othersFilled(entry, option, values), focused]);
      if (mine !== asked.current) return;
      const rows = (choices ?? []).map((one) => ({ value: one.value, label: one.name }));
      setState({ rows, word: choices ? (rows.length ? "" : t("Nothing matches")) : t("The bot did not suggest anything") });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [isAsking, option?.name, text]);
  return state;
}

export function useChoices(entry, option, values) {
  const [isOpen, setOpen] = useState(true);
  const [active, setActive] = useState(0);
  const [hasMoved, setMoved] = useState(false);
  const text = option ? (values[option.name]?.text ?? "") : "";
  const isPicked = option && values[option.name]?.value !== undefined && !option.autocomplete;
  const asked = useSuggested(entry, option, values, isOpen);
  const rows = useMemo(() => {
    if (!option) return [];
    if (option.autocomplete) return asked.rows;
    const wanted = isPicked ? "" : text.toLowerCase();
    return ownRows(option).filter((row) => row.label.toLowerCase().includes(wanted)).slice(0, 25);
  }, [option?.name, text, asked.rows]);
  useEffect(() => {
    setActive(0);
    setMoved(false);
  }, [option?.name, text]);

  return {
    rows,
    active,
    isOpen,
    word: option?.autocomplete ? asked.word : "",
    open: () => setOpen(true),
    settle: () => setOpen(false),
    hover: setActive,
    move: (step) => {
      setOpen(true);
      setMoved(true);
      setActive((active + step + rows.length) % rows.length);
    },
    /** The row that Enter or Tab takes now; none when the value is already it, or nobody asked for a list. */
    candidate: (filled) => {
      const row = isOpen ? rows[active] : null;
      if (!row || !option || (filled?.text === row.label && filled?.value === row.value)) return null;
      if (option.autocomplete && (text === row.label || text === String(row.value)) && !hasMoved) return null;
      return text !== "" || hasMoved || option.required ? row : null;
    },
    /** The value of a row whose label was typed out in full. */
    exact: (typedText) => rows.find((row) => row.label.toLowerCase() === typedText.trim().toLowerCase())?.value,
  };
}
