/**
 * Application commands of a channel as the person may use them: fetched once, flattened to what one can pick, and turned
 * into the option JSON that an interaction carries.
 */
import { computed, signal } from "../vendor/vendor.js";
import { call, lengthOf } from "./api.js";
import { discordLocale, key, t } from "./i18n.js";
import { me, notice } from "./model.js";

export const KIND = { slash: 1, user: 2, message: 3 };
export const OPTION = {
  subcommand: 1, group: 2, string: 3, integer: 4, boolean: 5, user: 6, channel: 7, role: 8, mentionable: 9, number: 10, attachment: 11,
};

const RETRY_MS = 1000;

/** channel id → rows as the server lists them. */
const known = signal(new Map());
/** Channels whose rows could not be fetched; what they offer is unknown, which is not the same as nothing. */
const failed = signal(new Set());
const asked = new Set();
/** The same rows in the person's language. */
const shown = computed(() => new Map([...known.value].map(([id, rows]) => [id, rows.map(inLanguage)])));

/** Descriptions, choices and the names of context menus as Discord would show them; what a slash command is called stays. */
function inLanguage({ application, command }) {
  const tag = discordLocale();
  const told = (node) => ({
    ...node,
    description: node.description_localizations?.[tag] ?? node.description,
    ...(node.choices && { choices: node.choices.map((one) => ({ ...one, name: one.name_localizations?.[tag] ?? one.name })) }),
    ...(node.options && { options: node.options.map(told) }),
  });
  const isMenu = (command.type ?? KIND.slash) !== KIND.slash;
  const name = (isMenu && command.name_localizations?.[tag]) || command.name;
  return { application, command: { ...told(command), name } };
}

export function resetCommands() {
  asked.clear();
  failed.value = new Set();
  known.value = new Map();
}

export const couldNotLoad = (channelId) => failed.value.has(channelId);

/** Rows {application, command} for a channel; asks the server the first time, and again some time after it failed. null while unknown. */
export function rowsOf(channelId) {
  const rows = shown.value.get(channelId);
  if (!rows) void fetchRows(channelId);
  return rows ?? null;
}

export async function fetchRows(channelId) {
  if (!channelId || !me.value || asked.has(channelId)) return;
  asked.add(channelId);
  try {
    const said = await call("GET", `/channels/${channelId}/commands`, { as: me.value.id });
    known.value = new Map(known.value).set(channelId, Array.isArray(said) ? said : said.commands);
    failed.value = new Set([...failed.value].filter((one) => one !== channelId));
  } catch (failure) {
    setTimeout(() => asked.delete(channelId), RETRY_MS);
    tellOnce(channelId, failure);
  }
}

function tellOnce(channelId, failure) {
  if (couldNotLoad(channelId)) return;
  failed.value = new Set(failed.value).add(channelId);
  const fix = failure.fix || t("Type / again in a few seconds; if it stays so, look at omega status.");
  notice(t("The commands of this channel could not be loaded."), { kind: "error", fix });
}

/** Slash commands with their subcommands laid flat: {key, application, command, path, name, description, options}. */
export function entriesOf(rows) {
  return rows.filter(({ command }) => (command.type ?? KIND.slash) === KIND.slash).flatMap(leaves);
}

export const menuRows = (rows, kind) => rows.filter(({ command }) => command.type === kind);

function leaves({ application, command }) {
  const walk = (node, path) => {
    const inner = (node.options ?? []).filter((one) => one.type === OPTION.subcommand || one.type === OPTION.group);
    if (inner.length) return inner.flatMap((one) => walk(one, [...path, one]));
    const name = [command.name, ...path.map((one) => one.name)].join(" ");
    const said = node.description || command.description;
    return [{ key: `${application.id}/${name}`, application, command, path, name, description: said, options: node.options ?? [] }];
  };
  return walk(command, []);
}

/** The command of that name, then names that begin with the text, then those that contain it; the short before the long. */
export function matching(entries, text) {
  const wanted = text.trim().toLowerCase();
  const rank = ({ name }) => (name === wanted ? 0 : name.startsWith(wanted) ? 1 : name.includes(wanted) ? 2 : 3);
  const words = ({ name }) => name.split(" ").length;
  const found = entries.filter((entry) => rank(entry) < 3);
  return found.sort((a, b) => rank(a) - rank(b) || words(a) - words(b) || a.name.localeCompare(b.name) || a.application.name.localeCompare(b.application.name));
}

/** Nest the filled options below their subcommands as Discord does. */
export function optionJson(entry, filled) {
  return entry.path.reduceRight((inner, step) => [{ type: step.type, name: step.name, options: inner }], filled);
}

/** What the person sees as sent: "/price market:BTC/USDT:USDT". */
export function spoken(entry, values) {
  const parts = entry.options.filter((one) => values[one.name]).map((one) => `${one.name}:${values[one.name].text}`);
  return [`/${entry.name}`, ...parts].join(" ");
}

/** The value in the option's own type, or undefined when the text cannot be one. */
export function typed(option, text) {
  const wanted = text.trim();
  if (option.choices?.length) {
    const lower = wanted.toLowerCase();
    return option.choices.find((one) => one.name.toLowerCase() === lower || String(one.value) === wanted)?.value;
  }
  if (option.type === OPTION.string) return text;
  if (option.type === OPTION.integer) return /^-?\d+$/.test(wanted) ? Number(wanted) : undefined;
  if (option.type === OPTION.number) return wanted !== "" && Number.isFinite(Number(wanted)) ? Number(wanted) : undefined;
  return undefined;
}

/** Why a value breaks the option's own limits, as [text, values] for the catalogue, or null. */
export function outOfBounds(option, value) {
  if (typeof value === "number") {
    if (option.min_value !== undefined && value < option.min_value) return [key("At least {n}"), { n: option.min_value }];
    if (option.max_value !== undefined && value > option.max_value) return [key("At most {n}"), { n: option.max_value }];
  }
  if (typeof value === "string" && option.type === OPTION.string) {
    const length = lengthOf(value);
    if (length < (option.min_length ?? 0)) return [key("At least {n} characters"), { n: option.min_length }];
    if (length > (option.max_length ?? 6000)) return [key("At most {n} characters"), { n: option.max_length }];
  }
  return null;
}
