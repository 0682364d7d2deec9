/**
 * From the socket's events to the model: one function an event type. An unknown type is left alone.
 */
import { batch } from "../vendor/vendor.js";
import { resetCommands } from "./commands.js";
import * as model from "./model.js";

const TYPING_MS = 10000;
/** A room that is watched for hours stays light: the oldest rows go, and come back by scrolling up. */
const MOST_SHOWN = 500;
const MOST_KEPT = 300;
/** Interactions that this tab started: another tab of the same user opens its own modals. */
const mine = new Set();
export const ownInteraction = (id) => mine.add(id);

const EVENTS = {
  READY(d, isNewLine) {
    if (isNewLine) forgetUnderWay();
    model.me.value = d.user;
    model.users.value = d.users;
    model.guilds.value = d.guilds;
    model.directs.value = d.private_channels;
    model.applications.value = d.applications;
    model.faults.value = d.faults ?? {};
    model.cdn.value = d.cdn ?? null;
    model.presence.value = startingPresence(d);
    resetCommands();
  },
  MESSAGE_CREATE(d) {
    takeMessage(d);
    quiet(d);
    countUnread(d);
  },
  MESSAGE_UPDATE: takeMessage,
  MESSAGE_DELETE: (d) => dropMessages(d.channel_id, [d.id]),
  MESSAGE_DELETE_BULK: (d) => dropMessages(d.channel_id, d.ids),
  TYPING_START(d) {
    if (d.user_id === model.me.value?.id) return;
    const until = new Map(model.typing.value.get(d.channel_id)).set(d.user_id, Date.now() + TYPING_MS);
    model.put(model.typing, d.channel_id, until);
    setTimeout(() => stopTyping(d.channel_id, d.user_id), TYPING_MS + 50);
  },
  MESSAGE_REACTION_ADD: (d) => react(d, 1),
  MESSAGE_REACTION_REMOVE: (d) => react(d, -1),
  CHANNEL_CREATE(d) {
    if (model.findChannel(d.id)) return;
    if (d.type === model.DM_CHANNEL) model.directs.value = [...model.directs.value, d];
    else changeChannels((all) => [...all, d]);
  },
  CHANNEL_UPDATE(d) {
    changeChannels((all) => all.map((one) => (one.id === d.id ? d : one)));
  },
  CHANNEL_DELETE(d) {
    changeChannels((all) => all.filter((one) => one.id !== d.id));
    if (model.channelId.value === d.id) model.channelId.value = model.channels.value[0]?.id ?? null;
  },
  PRESENCE(d) {
    model.put(model.presence, d.user_id, d.online);
  },
  COMMANDS: resetCommands,
  INTERACTION: takeInteraction,
  MODAL(d) {
    if (mine.has(d.interaction_id) || hasUnnamed()) model.modal.value = d;
  },
  FAULTS(d) {
    model.faults.value = d;
  },
};

function dropMessages(channelId, ids) {
  model.changeRoom(channelId, ({ list }) => ({ list: list.filter((one) => !ids.includes(one.id)) }));
}

/** `isNewLine`: the first event of a connection. */
export function takeEvent(type, d, isNewLine) {
  batch(() => EVENTS[type]?.(d, isNewLine));
}

/** What became of these was said while nobody listened. */
function forgetUnderWay() {
  model.presses.value = new Map();
  model.waiting.value = model.waiting.value.filter((one) => one.failure);
  counted.clear();
}

function changeChannels(change) {
  model.guilds.value = model.guilds.value.map((one) => ({ ...one, channels: change(one.channels) }));
}

function startingPresence(d) {
  const told = new Map();
  for (const one of d.guilds) {
    for (const member of one.members) if (typeof member.online === "boolean") told.set(member.user.id, member.online);
  }
  for (const one of d.applications) told.set(one.user_id, one.online);
  return told;
}

function stopTyping(channelId, userId) {
  const known = model.typing.value.get(channelId);
  if (!known?.has(userId) || known.get(userId) > Date.now()) return;
  const rest = new Map(known);
  rest.delete(userId);
  model.put(model.typing, channelId, rest);
}

function takeMessage(message) {
  model.changeRoom(message.channel_id, ({ list, hasMore }) => {
    const next = model.withMessage(list, merged(message));
    const isLong = next.length > MOST_SHOWN;
    return { list: isLong ? next.slice(-MOST_KEPT) : next, hasMore: hasMore || isLong };
  });
  answered(message.interaction_metadata?.id);
}

/** Who has written types no more. */
function quiet({ channel_id, author }) {
  const dots = model.typing.value.get(channel_id);
  if (!dots?.has(author?.id)) return;
  const rest = new Map(dots);
  rest.delete(author.id);
  model.put(model.typing, channel_id, rest);
}

/** An update may carry only what changed. */
function merged(message) {
  return { ...model.findMessage(message.id, message.channel_id), ...message };
}

function isUnseen(message) {
  if (message.author?.id === model.me.value?.id) return false;
  return message.channel_id !== model.channelId.value || document.hidden;
}

/** Messages counted already: an event may come twice. */
const counted = new Set();

function countUnread(message) {
  if (!isUnseen(message) || counted.has(message.id)) return;
  counted.add(message.id);
  const { count, mentions } = model.unread.value.get(message.channel_id) ?? { count: 0, mentions: 0 };
  const isDirect = model.findChannel(message.channel_id)?.type === model.DM_CHANNEL;
  const calls = isDirect || model.mentionsMe(message) ? 1 : 0;
  model.put(model.unread, message.channel_id, { count: count + 1, mentions: mentions + calls });
}

const sameEmoji = (a, b) => (a.id ?? a.name) === (b.id ?? b.name);

function react(d, step) {
  const isMe = d.user_id === model.me.value?.id;
  model.changeRoom(d.channel_id, ({ list }) => ({
    list: list.map((message) => (message.id === d.message_id ? withReaction(message, d.emoji, step, isMe) : message)),
  }));
}

function withReaction(message, emoji, step, isMe) {
  const known = message.reactions ?? [];
  const had = known.find((one) => sameEmoji(one.emoji, emoji));
  if (isMe && had && had.me === step > 0) return message;
  if (!had) return step > 0 ? { ...message, reactions: [...known, { emoji, count: 1, me: isMe }] } : message;
  const next = { ...had, count: had.count + step, me: isMe ? step > 0 : had.me };
  return { ...message, reactions: known.map((one) => (one === had ? next : one)).filter((one) => one.count > 0) };
}

/** Something of this tab is on its way whose interaction id is not told yet. */
const hasUnnamed = () => [...model.waiting.value, ...model.presses.value.values()].some((one) => !one.interaction_id && !one.failure);

/** A reply came: its command no longer waits, its button no longer turns. */
function answered(interactionId) {
  if (!interactionId) return;
  model.waiting.value = model.waiting.value.filter((one) => one.interaction_id !== interactionId || one.failure);
}

function takeInteraction(d) {
  const command = model.waiting.value.find((one) => one.nonce === d.nonce || one.interaction_id === d.interaction_id);
  const press = [...model.presses.value].find(([, one]) => one.nonce === d.nonce || one.interaction_id === d.interaction_id);
  if (command) takeCommandState(command, d);
  if (press) takePressState(press[0], press[1], d);
  const form = model.modal.value;
  const isOfForm = form && ((form.nonce && form.nonce === d.nonce) || form.sent === d.interaction_id);
  if (isOfForm && d.state !== "sent") {
    model.modal.value = d.state === "failed" ? { ...form, nonce: null, sent: null, failure: d.reason || true } : null;
  }
}

function takeCommandState(command, d) {
  mine.add(d.interaction_id);
  model.labels.set(d.interaction_id, command.label);
  const rest = model.waiting.value.filter((one) => one !== command);
  if (d.state === "acknowledged") model.waiting.value = rest;
  else {
    const failure = d.state === "failed" ? d.reason || true : command.failure;
    model.waiting.value = [...rest, { ...command, interaction_id: d.interaction_id, failure }];
  }
}

function takePressState(key, press, d) {
  mine.add(d.interaction_id);
  if (d.state === "acknowledged") model.put(model.presses, key, undefined);
  else model.put(model.presses, key, { ...press, interaction_id: d.interaction_id, failure: d.state === "failed" ? d.reason || true : undefined });
}
