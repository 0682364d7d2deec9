/**
 * What the message box offers for a piece of text: commands after "/", people and roles after "@", channels after "#";
 * and the way back from names to Discord's mention marks.
 */
import { matching, typed } from "./commands.js";
import { t } from "./i18n.js";
import * as model from "./model.js";

const MOST = 40;

function usage(entry) {
  return entry.options.map((one) => (one.required ? one.name : `${one.name}?`)).join(" ");
}

/** Rows for "/…", headed by their application wherever it changes, or null when the text is no command line. */
export function slashList(text, entries) {
  if (!/^\/[^\n]*$/.test(text)) return null;
  const wanted = text.slice(1);
  let last = null;
  const rows = matching(entries, wanted)
    .slice(0, MOST)
    .map((entry) => {
      const heading = entry.application.id === last ? null : entry.application.name;
      last = entry.application.id;
      return { key: entry.key, value: entry.key, entry, heading, avatar: model.faceOf(entry.application), label: `/${entry.name} ${usage(entry)}`.trim(), note: entry.description };
    });
  return { label: t("Commands"), sign: "/", rows, empty: t("No command is called {name}. Enter sends it as text.", { name: `/${wanted}` }) };
}

/** Rows for the "@name" or "#channel" that ends at the caret, or null. */
export function mentionList(before) {
  const found = /(?:^|\s)([@#])([\p{L}\p{N}_.-]*)$/u.exec(before);
  if (!found || model.channel.value?.type === undefined) return null;
  const [, sign, part] = found;
  const rows = (sign === "@" ? people() : rooms()).filter((row) => row.label.toLowerCase().includes(part.toLowerCase())).slice(0, 12);
  if (!rows.length) return null;
  return { label: sign === "@" ? t("People and roles") : t("Channels"), sign, rows, empty: "" };
}

function people() {
  const users = model.members.value.map(({ user }) => ({
    value: user.id, label: model.nameOf(user), note: user.username, avatar: user, insert: `@${model.nameOf(user)}`,
  }));
  return [...users, ...roles().map((role) => ({ value: role.id, label: role.name, note: t("Role"), mark: "@", insert: `@${role.name}` }))];
}

const roles = () => (model.guild.value?.roles ?? []).filter((role) => role.id !== model.guild.value.id);
const rooms = () => model.channels.value.map((one) => ({ value: one.id, label: one.name, mark: "#", insert: `#${one.name}`, note: one.topic }));

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** "@Mia" and "#general" as `<@id>` and `<#id>`; longer names first, so that "@Ana" leaves "@Anabel" alone. */
export function toWire(text) {
  const marks = [
    ...model.members.value.flatMap(({ user }) => [user.global_name, user.username].filter(Boolean).map((name) => [`@${name}`, `<@${user.id}>`])),
    ...roles().map((role) => [`@${role.name}`, `<@&${role.id}>`]),
    ...model.channels.value.map((one) => [`#${one.name}`, `<#${one.id}>`]),
  ].sort((a, b) => b[0].length - a[0].length);
  let wire = text;
  for (const [name, mark] of marks) {
    wire = wire.replace(new RegExp(`(?<![\\p{L}\\p{N}_<])${escaped(name)}(?![\\p{L}\\p{N}_])`, "giu"), mark);
  }
  return wire;
}

/** The way back, for editing what was sent. */
export function fromWire(text) {
  return text
    .replace(/<@!?(\d+)>/g, (mark, id) => (model.findUser(id) ? `@${model.nameOf(model.findUser(id))}` : mark))
    .replace(/<@&(\d+)>/g, (mark, id) => (model.findRole(id) ? `@${model.findRole(id).name}` : mark))
    .replace(/<#(\d+)>/g, (mark, id) => (model.findChannel(id)?.name ? `#${model.findChannel(id).name}` : mark));
}

/** A command line typed or pasted whole: {entry, values} or null. `needsSpace` waits for the space after the name. */
export function readCommand(text, entries, { needsSpace }) {
  if (!text.startsWith("/")) return null;
  const line = text.slice(1);
  const entry = entries
    .filter((one) => (needsSpace ? line.startsWith(`${one.name} `) : line === one.name || line.startsWith(`${one.name} `)))
    .sort((a, b) => b.name.length - a.name.length)[0];
  return entry ? { entry, values: readValues(entry, line.slice(entry.name.length).trim()) } : null;
}

function readValues(entry, rest) {
  const names = entry.options.map((one) => escaped(one.name)).join("|");
  if (!names || !rest) return {};
  const parts = rest.split(new RegExp(`(?:^|\\s)(${names}):`, "u"));
  const values = {};
  if (parts[0].trim()) place(values, entry.options[0], parts[0].trim());
  for (let at = 1; at < parts.length; at += 2) place(values, entry.options.find((one) => one.name === parts[at]), parts[at + 1].trim());
  return values;
}

function place(values, option, text) {
  values[option.name] = { text, value: typed(option, text) };
}

