/**
 * The two side lists: channels with conversations, and members.
 */
import { html } from "../vendor/vendor.js";
import { openChannel } from "./actions.js";
import { t, tn } from "./i18n.js";
import { Icon } from "./icons.js";
import * as model from "./model.js";
import { AppBadge, Avatar } from "./ui.js";

function ChannelLink({ channel }) {
  const isDirect = channel.type === model.DM_CHANNEL;
  const fresh = model.unread.value.get(channel.id);
  const isOpen = channel.id === model.channelId.value;
  const name = model.channelName(channel);
  return html`<li>
    <a
      class="channel-link"
      href=${`?as=${model.me.value.username}&channel=${channel.id}`}
      aria-current=${isOpen ? "page" : null}
      data-unread=${Boolean(fresh)}
      data-thread=${model.isThread(channel)}
      onClick=${(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        openChannel(channel.id);
      }}
    >
      ${isDirect ? html`<${Avatar} user=${model.otherOf(channel)} size=${24} showsPresence=${true} />` : html`<${Icon} name="hash" size=${18} />`}
      <span class="channel-name">${name}</span>
      ${fresh?.mentions > 0 &&
      html`<span class="count"><span aria-hidden="true">${fresh.mentions}</span><span class="hidden">${tn("{n} mention", "{n} mentions", fresh.mentions)}</span></span>`}
      ${fresh && !fresh.mentions && html`<span class="hidden">${t("unread")}</span>`}
    </a>
  </li>`;
}

export function ChannelList() {
  const guild = model.guild.value;
  return html`<nav class="sidebar" id="channels" aria-label=${t("Channels")}>
    <p class="guild-name"><span class="guild-mark" aria-hidden="true">${(guild?.name ?? "?").split(" ").map((word) => word[0]).join("").slice(0, 2)}</span> <b>${guild?.name}</b></p>
    <div class="side-scroll">
      <h2 class="side-heading">${t("Channels")}</h2>
      <ul>
        ${model.channels.value.map((one) => html`<${ChannelLink} key=${one.id} channel=${one} />`)}
      </ul>
      <h2 class="side-heading">${t("Direct messages")}</h2>
      ${model.directs.value.length
        ? html`<ul>
            ${model.directs.value.map((one) => html`<${ChannelLink} key=${one.id} channel=${one} />`)}
          </ul>`
        : html`<p class="side-note">${t("Press a name, then Message, to start one.")}</p>`}
    </div>
    <${OwnCard} />
  </nav>`;
}

function OwnCard() {
  const me = model.me.value;
  return html`<div class="own-card">
    <${Avatar} user=${me} size=${32} />
    <p><b>${model.nameOf(me)}</b><small>${rolesOf(me.id).map((role) => role.name).join(", ")}</small></p>
  </div>`;
}

export function rolesOf(userId) {
  const ids = model.findMember(userId)?.roles ?? [];
  return ids
    .map(model.findRole)
    .filter((role) => role && role.name !== "@everyone")
    .sort((a, b) => b.position - a.position);
}

function MemberRow({ member }) {
  const { user } = member;
  const open = (event) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    model.overlay.value = { name: "user", user, at: { x: left - 8, y: top } };
  };
  const state = model.isOnline(user.id);
  return html`<li>
    <button type="button" class="member" data-online=${state} aria-haspopup="menu" onClick=${open} onContextMenu=${(event) => (event.preventDefault(), open(event))}>
      <${Avatar} user=${user} size=${32} showsPresence=${true} />
      <span class="member-name">${member.nick ?? model.nameOf(user)}</span>
      ${model.isBot(user) && html`<${AppBadge} />`}
      ${state !== null && html`<span class="hidden">${state ? t("online") : t("offline")}</span>`}
    </button>
  </li>`;
}

/** Bots first, online before offline, then people by name. */
function groups() {
  const bots = model.members.value.filter((one) => model.isBot(one.user));
  const people = model.members.value.filter((one) => !model.isBot(one.user));
  const isUp = (member) => model.isOnline(member.user.id) !== false;
  return [
    { key: "up", title: t("Bots online"), rows: bots.filter(isUp) },
    { key: "down", title: t("Bots offline"), rows: bots.filter((one) => !isUp(one)) },
    { key: "people", title: t("People"), rows: people },
  ].filter(({ rows }) => rows.length);
}

export function MemberList() {
  const byName = (a, b) => model.nameOf(a.user).localeCompare(model.nameOf(b.user));
  return html`<aside class="members" id="members" aria-label=${t("Members")}>
    <div class="side-scroll">
      ${groups().map(
        ({ key, title, rows }) => html`<section key=${key} aria-label=${title}>
          <h2 class="side-heading">${title} · ${rows.length}</h2>
          <ul>
            ${rows.toSorted(byName).map((member) => html`<${MemberRow} key=${member.user.id} member=${member} />`)}
          </ul>
        </section>`,
      )}
    </div>
  </aside>`;
}
