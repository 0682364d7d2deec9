/**
 * The list of a channel's messages, the commands that still wait, and the line that says who types.
 */
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/vendor.js";
import { dropWaiting, loadOlder, loadRoom } from "./actions.js";
import { reasonText, t, tn } from "./i18n.js";
import { Icon } from "./icons.js";
import { Message, isEphemeral } from "./message.js";
import * as model from "./model.js";
import { isSameDay, styled } from "./time.js";
import { Avatar, AppBadge, Dots } from "./ui.js";

const GROUP_MS = 7 * 60 * 1000;
const NEAR_PX = 120;
/** Less than a line from the end. */
const AT_END_PX = 24;

function follows(message, before) {
  if (!before || before.author?.id !== message.author?.id || message.message_reference || message.interaction_metadata) return false;
  if (isEphemeral(message) !== isEphemeral(before)) return false;
  const gap = Date.parse(message.timestamp) - Date.parse(before.timestamp);
  return gap < GROUP_MS && isSameDay(Date.parse(message.timestamp), Date.parse(before.timestamp));
}

function Waiting({ command }) {
  const name = command.application.name;
  const isFailed = Boolean(command.failure);
  return html`<li class="message" data-ephemeral="true" data-waiting="true">
    <p class="reference"><${Icon} name="reply" size=${14} /><${Avatar} user=${model.me.value} size=${16} /> <b>${model.nameOf(model.me.value)}</b>${" "}<span>${t("used {command}", { command: command.label })}</span></p>
    <div class="message-grid">
      <${Avatar} user=${model.faceOf(command.application)} size=${40} />
      <div class="message-main">
        <p class="message-head"><b class="author">${name}</b><${AppBadge} /></p>
        ${isFailed
          ? html`<p class="failure" role="alert">
              <${Icon} name="warn" size=${16} /> ${t("The application did not respond")}${reasonText(command.failure) && html`<span class="muted">${reasonText(command.failure)}</span>`}
            </p>`
          : html`<p class="thinking" role="status"><${Dots} /> ${t("Sending command…")}</p>`}
        ${isFailed &&
        html`<p class="ephemeral-note">
          ${t("Only you can see this")} · <button type="button" class="link" onClick=${() => dropWaiting(command.nonce)}>${t("Dismiss message")}</button>
        </p>`}
      </div>
    </div>
  </li>`;
}

function Beginning({ channel }) {
  const isDirect = channel.type === model.DM_CHANNEL;
  const name = model.channelName(channel);
  const mark = isDirect
    ? html`<${Avatar} user=${model.otherOf(channel)} size=${64} />`
    : html`<span class="beginning-mark"><${Icon} name="hash" size=${32} /></span>`;
  return html`<div class="beginning">
    ${mark}
    <h2>${isDirect ? name : t("Welcome to #{name}", { name })}</h2>
    <p class="muted">
      ${isDirect ? t("This is where your conversation with {name} begins.", { name }) : (channel.topic ?? t("This is where the channel begins."))}
    </p>
  </div>`;
}

function Skeleton() {
  return html`<div class="skeletons" aria-hidden="true">${[70, 45, 85, 60].map((width) => html`<div class="skeleton"><i /><b style=${{ width: `${width}%` }} /></div>`)}</div>
    <p class="hidden" role="status">${t("Loading messages")}</p>`;
}

function DayLine({ ms }) {
  return html`<li class="day-line"><span>${styled(ms, "D")}</span></li>`;
}

/** The commands that were sent before a message and after the one before it; without a message, those after all. */
function between(waiting, before, message) {
  const from = before ? Date.parse(before.timestamp) : -Infinity;
  const until = message ? Date.parse(message.timestamp) : Infinity;
  return waiting.filter(({ at }) => at >= from && at < until).map((one) => html`<${Waiting} key=${one.nonce} command=${one} />`);
}

function Rows({ list, waiting }) {
  const [stop, setStop] = useState(null);
  const tabStop = list.some((one) => one.id === stop) ? stop : list.at(-1)?.id;
  const rows = list.map((message, index) => {
    const before = list[index - 1];
    const ms = Date.parse(message.timestamp);
    const isNewDay = !before || !isSameDay(ms, Date.parse(before.timestamp));
    return html`${between(waiting, before, message)}${isNewDay && html`<${DayLine} key=${`day-${message.id}`} ms=${ms} />`}
      <${Message} key=${message.id} message=${message} isGrouped=${!isNewDay && follows(message, before)} isTabStop=${message.id === tabStop} onFocus=${setStop} />`;
  });
  return html`${rows}${between(waiting, list.at(-1), null)}`;
}

function Failed({ id, error }) {
  return html`<div class="empty" role="alert">
    <${Icon} name="warn" size=${28} />
    <p>${t("The messages could not be loaded.")} <span class="muted">${error}</span></p>
    <button type="button" class="button" data-kind="primary" onClick=${() => loadRoom(id)}>${t("Try again")}</button>
  </div>`;
}

/** Counts what arrives while one reads further up, so that nothing jumps under the reader; who is at the end stays there. */
function useReading(scroller, list, drawn) {
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (scroller.current && isAtEnd.current) scroller.current.scrollTop = 0;
  }, [drawn]);
  const [isAway, setAway] = useState(false);
  const [seen, setSeen] = useState(list.length);
  useEffect(() => {
    if (!isAway) setSeen(list.length);
  }, [list.length, isAway]);
  const onScroll = () => {
    const box = scroller.current;
    setAway(box.scrollTop < -NEAR_PX);
    isAtEnd.current = box.scrollTop >= -AT_END_PX;
    const above = box.scrollHeight - box.clientHeight + box.scrollTop;
    if (above < 300) void loadOlder(model.channelId.value);
  };
  const back = () => (scroller.current.scrollTop = 0);
  return { isAway, fresh: Math.max(0, list.length - seen), onScroll, back };
}

export function MessageList() {
  const channel = model.channel.value;
  const room = model.room.value;
  const scroller = useRef(null);
  const list = (room?.list ?? []).filter((message) => !model.dismissed.value.has(message.id));
  const { isAway, fresh, onScroll, back } = useReading(scroller, list, room?.list);
  const waiting = model.waiting.value.filter((one) => one.channel_id === channel?.id);
  const lastNonce = waiting.at(-1)?.nonce;
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [channel?.id, lastNonce]);
  if (!channel || !room) return html`<div class="scroller"><div class="scroll-inner"><${Skeleton} /></div></div>`;
  const isEmpty = room.state === "loading" && list.length === 0;
  return html`<div class="scroller" ref=${scroller} data-away=${isAway} onScroll=${onScroll}>
      <div class="scroll-inner" role="log" aria-label=${t("Messages in {name}", { name: model.channelName(channel) })} aria-busy=${room.state === "loading"}>
        ${room.state === "failed" && html`<${Failed} id=${channel.id} error=${room.error} />`}
        ${room.state === "ready" && !room.hasMore && html`<${Beginning} channel=${channel} />`}
        ${isEmpty ? html`<${Skeleton} />` : html`<ol class="messages"><${Rows} list=${list} waiting=${waiting} /></ol>`}
      </div>
    </div>
    ${isAway &&
    html`<button type="button" class="jump" onClick=${back}>
      <span>${fresh > 0 ? tn("{n} new message", "{n} new messages", fresh) : t("You are reading older messages")}</span> <b>${t("Jump to present")}</b> <${Icon} name="down" size=${16} />
    </button>`}`;
}

/** Reserved height, so that the list does not jump when somebody types. */
export function TypingLine() {
  const until = model.typing.value.get(model.channelId.value) ?? new Map();
  const names = [...until.keys()].map((id) => model.nameOf(model.findUser(id))).filter(Boolean);
  const text =
    names.length === 0
      ? ""
      : names.length === 1
        ? t("{name} is typing…", { name: names[0] })
        : names.length < 4
          ? t("{names} are typing…", { names: names.join(", ") })
          : t("Several people are typing…");
  return html`<p class="typing" role="status">${text && html`<${Dots} /> ${text}`}</p>`;
}
