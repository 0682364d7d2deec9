/**
 * What a person does, as calls to the server and changes of the model. Drawing calls these; they draw nothing.
 */
import { batch } from "../vendor/vendor.js";
import { call, Refused } from "./api.js";
import { optionJson, spoken } from "./commands.js";
import { ownInteraction } from "./events.js";
import { discordLocale, t } from "./i18n.js";
import * as model from "./model.js";
import { hintSeen, keepHere } from "./prefs.js";

const PAGE = 50;
const MOST_DISMISSED = 200;
const TYPING_EVERY_MS = 8000;

export const newNonce = () => `${Date.now()}${Math.floor(Math.random() * 1e6)}`.slice(0, 25);
const as = () => model.me.value.id;

/** A sentence for a failure of any kind. */
export function reasonOf(failure) {
  if (failure instanceof Refused) return failure.message;
  if (failure instanceof TypeError) return t("The sandbox does not answer.");
  throw failure;
}

function report(failure) {
  model.notice(reasonOf(failure), { kind: "error", fix: failure.fix });
}

/** Run a call and say it in the corner when it fails. Gives what the call gave, or null. */
async function tell(promise) {
  try {
    return await promise;
  } catch (failure) {
    report(failure);
    return null;
  }
}

export function openChannel(id) {
  batch(() => {
    model.channelId.value = id;
    model.drawer.value = model.replyTo.value = model.editing.value = null;
    model.put(model.unread, id, undefined);
  });
  const address = new URL(location.href);
  address.searchParams.set("channel", id);
  history.replaceState(null, "", address);
  if (!model.rooms.value.has(id)) void loadRoom(id);
}

export async function loadRoom(id) {
  const known = model.rooms.value.get(id);
  model.put(model.rooms, id, { list: known?.list ?? [], state: "loading", hasMore: false });
  try {
    const list = await call("GET", `/channels/${id}/messages`, { as: as(), query: { limit: PAGE } });
    const early = model.rooms.value.get(id)?.list.filter((one) => !list.some((other) => other.id === one.id)) ?? [];
    const newest = list.length ? BigInt(list[0].id) : 0n;
    const missed = early.filter((one) => BigInt(one.id) > newest);
    model.put(model.rooms, id, { list: [...list.toReversed(), ...missed], state: "ready", hasMore: list.length === PAGE });
  } catch (failure) {
    model.put(model.rooms, id, { list: [], state: "failed", hasMore: false, error: reasonOf(failure) });
  }
}

export async function loadOlder(id) {
  const known = model.rooms.value.get(id);
  if (known?.state !== "ready" || !known.hasMore) return;
  model.changeRoom(id, () => ({ state: "loading" }));
  const query = { limit: PAGE, before: known.list[0].id };
  const older = await tell(call("GET", `/channels/${id}/messages`, { as: as(), query }));
  model.changeRoom(id, ({ list }) => ({
    list: older ? [...older.toReversed(), ...list] : list,
    state: "ready",
    hasMore: older?.length === PAGE,
  }));
}

/** Gives true when the server took it. */
export async function sendMessage(content, files = []) {
  const id = model.channelId.value;
  const body = { content, nonce: newNonce() };
  if (model.replyTo.value) body.reply_to = model.replyTo.value.id;
  const sent = await tell(call("POST", `/channels/${id}/messages`, { as: as(), body, files }));
  if (!sent) return false;
  takeSent(sent);
  model.replyTo.value = null;
  return true;
}

/** The answer of a POST and its event name the same message: whichever comes first draws it. */
function takeSent(message) {
  model.changeRoom(message.channel_id, ({ list }) => ({ list: model.withMessage(list, message) }));
}

export async function editMessage(message, content) {
  const path = `/channels/${message.channel_id}/messages/${message.id}`;
  const changed = await tell(call("PATCH", path, { as: as(), body: { content } }));
  if (changed) model.editing.value = null;
}

export function deleteMessage(message) {
  return tell(call("DELETE", `/channels/${message.channel_id}/messages/${message.id}`, { as: as() }));
}

export function toggleReaction(message, emoji) {
  const had = message.reactions?.some((one) => one.me && (one.emoji.id ?? one.emoji.name) === (emoji.id ?? emoji.name));
  const name = encodeURIComponent(emoji.id ? `${emoji.name}:${emoji.id}` : emoji.name);
  const path = `/channels/${message.channel_id}/messages/${message.id}/reactions/${name}`;
  return tell(call(had ? "DELETE" : "PUT", path, { as: as() }));
}

let lastTyping = { channel: null, at: 0 };
export function sayTyping() {
  const id = model.channelId.value;
  if (lastTyping.channel === id && Date.now() - lastTyping.at < TYPING_EVERY_MS) return;
  lastTyping = { channel: id, at: Date.now() };
  call("POST", `/channels/${id}/typing`, { as: as() }).catch(reasonOf);
}

export async function openDirect(user) {
  const known = model.directs.value.find((one) => one.recipients?.some((other) => other.id === user.id));
  const direct = known ?? (await tell(call("POST", "/dms", { as: as(), body: { recipient_id: user.id } })));
  if (!direct) return;
  if (!model.findChannel(direct.id)) model.directs.value = [...model.directs.value, direct];
  openChannel(direct.id);
}

export function dismiss(id) {
  model.dismissed.value = new Set(model.dismissed.value).add(id);
  keepHere("dismissed", JSON.stringify([...model.dismissed.value].slice(-MOST_DISMISSED)));
}

/** Commands: the row that waits is drawn until a reply, a modal or a failure takes its place. */
export async function runCommand(entry, values, files = []) {
  const filled = entry.options
    .filter((one) => values[one.name])
    .map((one) => ({ name: one.name, type: one.type, value: values[one.name].value }));
  const options = optionJson(entry, filled);
  hintSeen.value = true;
  await start({ entry, label: spoken(entry, values), options, files });
}

export function runMenu({ application, command }, targetId) {
  return start({ entry: { application, command }, label: command.name, target: targetId });
}

async function start({ entry, label, options = [], target, files }) {
  const nonce = newNonce();
  const channel_id = model.channelId.value;
  model.waiting.value = [...model.waiting.value, { nonce, channel_id, label, application: entry.application, at: Date.now() }];
  const body = { type: 2, channel_id, application_id: entry.application.id, command_id: entry.command.id, name: entry.command.name, options, nonce, locale: discordLocale() };
  if (target) body.target_id = target;
  try {
    const said = await call("POST", "/interactions", { as: as(), body, files });
    ownInteraction(said.interaction_id);
  } catch (failure) {
    const text = reasonOf(failure);
    model.waiting.value = model.waiting.value.map((one) => (one.nonce === nonce ? { ...one, failure: text } : one));
  }
}

export const dropWaiting = (nonce) => (model.waiting.value = model.waiting.value.filter((one) => one.nonce !== nonce));

/** Ask for choices; null when the bot did not answer. */
export async function suggest(entry, filled) {
  const body = {
    type: 4,
    channel_id: model.channelId.value,
    application_id: entry.application.id,
    command_id: entry.command.id,
    name: entry.command.name,
    options: optionJson(entry, filled),
    locale: discordLocale(),
  };
  try {
    return (await call("POST", "/interactions", { as: as(), body })).choices ?? null;
  } catch (failure) {
    reasonOf(failure);
    return null;
  }
}

export const pressKey = (message, customId) => `${message.id}/${customId}`;

export async function press(message, component, values) {
  const key = pressKey(message, component.custom_id);
  const nonce = newNonce();
  model.put(model.presses, key, { nonce });
  const body = {
    type: 3,
    channel_id: message.channel_id,
    message_id: message.id,
    custom_id: component.custom_id,
    component_type: component.type,
    nonce,
    locale: discordLocale(),
  };
  if (values) body.values = values;
  try {
    ownInteraction((await call("POST", "/interactions", { as: as(), body })).interaction_id);
  } catch (failure) {
    model.put(model.presses, key, { failure: reasonOf(failure) });
  }
}

export async function submitModal(components, files = []) {
  const nonce = newNonce();
  const form = { ...model.modal.value, nonce, failure: null };
  model.modal.value = form;
  const body = { type: 5, interaction_id: form.interaction_id, components, nonce, locale: discordLocale() };
  const change = (next) => model.modal.value?.nonce === nonce && (model.modal.value = next);
  try {
    const said = await call("POST", "/interactions", { as: as(), body, files });
    ownInteraction(said.interaction_id);
    if (said.state === "acknowledged") change(null);
    else if (said.state === "failed") change({ ...form, nonce: null, failure: said.reason || true });
    else change({ ...form, sent: said.interaction_id });
  } catch (failure) {
    change({ ...form, nonce: null, failure: reasonOf(failure) });
  }
}

export async function setFaults(change) {
  const now = await tell(call("PUT", "/faults", { body: change }));
  if (now) model.faults.value = now.faults ?? now;
}
