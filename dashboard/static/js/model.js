/**
 * What the page knows, as signals, and questions about it. Nothing here calls the server or draws.
 *
 * Objects are Discord's JSON as it came; they are replaced, never changed in place.
 */
import { batch, computed, signal } from "../vendor/vendor.js";
import { t } from "./i18n.js";
import { recallHere } from "./prefs.js";

export const FLAG = { ephemeral: 64, loading: 128, v2: 32768 };
export const TEXT_CHANNEL = 0;
export const DM_CHANNEL = 1;
const THREADS = [10, 11, 12];
export const isThread = (channel) => THREADS.includes(channel.type);

/** {name: "connecting" | "open" | "waiting", attempt?, retryAt?} */
export const connection = signal({ name: "connecting", attempt: 0 });
export const users = signal([]);
export const me = signal(null);
export const guilds = signal([]);
export const directs = signal([]);
export const applications = signal([]);
export const faults = signal({});
/** Where messages say that pictures and files lie; this server has them at /cdn, under whatever name it was opened. */
export const cdn = signal(null);
/** user id → true | false; a user we were never told about is not in it. */
export const presence = signal(new Map());

export const channelId = signal(null);
/** channel id → {list: oldest first, state: "loading" | "ready" | "failed", hasMore, error?} */
export const rooms = signal(new Map());
/** channel id → {count, mentions} not yet looked at in this tab. */
export const unread = signal(new Map());
/** channel id → Map of user id → ms when the dots go away. */
export const typing = signal(new Map());

/** Commands sent and not yet answered, oldest first: {nonce, channel_id, label, application, at (ms), interaction_id?, failure?} */
export const waiting = signal([]);
/** interaction id → what this person sent, to caption the answer: Discord's message does not repeat it. */
export const labels = new Map();
/** `message id/custom id` → "sent" | {failure} */
export const presses = signal(new Map());
/** The modal that a bot opened: {interaction_id, application_id, title, components, ...} */
export const modal = signal(null);
/** Ephemeral messages put away in this tab; the server keeps them, as Discord does not. */
export const dismissed = signal(new Set(JSON.parse(recallHere("dismissed") ?? "[]")));

export const replyTo = signal(null);
export const editing = signal(null);
/** Which overlay of our own is open: {name, ...} or null. */
export const overlay = signal(null);
/** "channels" | "members" | null; only narrow screens look at it. */
export const drawer = signal(null);
export const notices = signal([]);

export const guild = computed(() => guilds.value[0] ?? null);
/** Text channels in order, each followed by its threads. */
export const channels = computed(() => {
  const all = guild.value?.channels ?? [];
  const texts = all.filter((one) => one.type === TEXT_CHANNEL).sort((a, b) => a.position - b.position);
  return texts.flatMap((one) => [one, ...all.filter((other) => isThread(other) && other.parent_id === one.id)]);
});
export const channel = computed(() => findChannel(channelId.value));
export const room = computed(() => rooms.value.get(channelId.value) ?? null);
export const members = computed(() => guild.value?.members ?? []);

const userIndex = computed(() => {
  const index = new Map(users.value.map((user) => [user.id, user]));
  for (const direct of directs.value) for (const user of direct.recipients ?? []) index.set(user.id, user);
  for (const member of members.value) index.set(member.user.id, member.user);
  return index;
});

export const findUser = (id) => userIndex.value.get(id) ?? null;
/** The user that stands for an application, for its picture; one that is not here yet has its name. */
export const faceOf = ({ id, user_id, name }) => findUser(user_id ?? id) ?? { id: user_id ?? id, username: name };
export const findMember = (id) => members.value.find((member) => member.user.id === id) ?? null;
export const findRole = (id) => guild.value?.roles.find((role) => role.id === id) ?? null;
export const findApplication = (id) => applications.value.find((one) => one.id === id) ?? null;
export function findChannel(id) {
  return channels.value.find((one) => one.id === id) ?? directs.value.find((one) => one.id === id) ?? null;
}

export const nameOf = (user) => user?.nick ?? user?.global_name ?? user?.username ?? "";
export const isBot = (user) => Boolean(user?.bot);
export const otherOf = (direct) => (direct.recipients ?? []).find((user) => user.id !== me.value?.id) ?? null;
export const channelName = (one) => (one.type === DM_CHANNEL ? nameOf(otherOf(one)) || t("unknown user") : one.name);

export function isOnline(userId) {
  const told = presence.value.get(userId);
  if (told !== undefined) return told;
  return applications.value.find((one) => one.user_id === userId)?.online ?? null;
}

/** The colour of a member's highest coloured role, as CSS, or null. */
export function roleColour(userId) {
  const roles = (findMember(userId)?.roles ?? []).map(findRole).filter((role) => role?.color);
  roles.sort((a, b) => b.position - a.position);
  return roles.length ? `#${roles[0].color.toString(16).padStart(6, "0")}` : null;
}

/** Put a changed copy of one entry into a Map signal; undefined removes it. */
export function put(mapSignal, key, value) {
  const next = new Map(mapSignal.value);
  if (value === undefined) next.delete(key);
  else next.set(key, value);
  mapSignal.value = next;
}

export function changeRoom(id, change) {
  const known = rooms.value.get(id);
  if (known) put(rooms, id, { ...known, ...change(known) });
}

/** Insert or replace by id, keeping the order of ids (which is the order of time). */
export function withMessage(list, message) {
  const at = list.findIndex((one) => one.id === message.id);
  if (at >= 0) return list.with(at, message);
  const place = list.findLastIndex((one) => BigInt(one.id) < BigInt(message.id));
  return list.toSpliced(place + 1, 0, message);
}

export function findMessage(id, inChannel = channelId.value) {
  return rooms.value.get(inChannel)?.list.find((one) => one.id === id) ?? null;
}

export function mentionsMe(message) {
  const mine = me.value?.id;
  if (message.mention_everyone || message.mentions?.some((user) => user.id === mine)) return true;
  const roles = findMember(mine)?.roles ?? [];
  return (message.mention_roles ?? []).some((id) => roles.includes(id));
}

let noticeCount = 0;
/** Say something in the corner: kind "info" or "error". */
export function notice(text, { kind = "info", fix = "" } = {}) {
  const id = ++noticeCount;
  notices.value = [...notices.value, { id, text, kind, fix }].slice(-4);
  setTimeout(() => dropNotice(id), 8000);
}
export const dropNotice = (id) => (notices.value = notices.value.filter((one) => one.id !== id));

/** Forget what belonged to one user, before another takes over. */
export function forget() {
  batch(() => {
    for (const one of [rooms, unread, typing, presses]) one.value = new Map();
    waiting.value = [];
    modal.value = replyTo.value = editing.value = overlay.value = null;
  });
}
