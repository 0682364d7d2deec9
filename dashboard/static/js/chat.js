/**
 * The chat page: puts the parts together, keeps the address in step, holds the live line. Start reading here.
 */
import { effect, html, render } from "../vendor/vendor.js";
import { loadRoom, openChannel } from "./actions.js";
import { call } from "./api.js";
import { Composer, offered } from "./composer.js";
import { takeEvent } from "./events.js";
import { ChannelHead, FaultBanner, LineBanner, TopBar } from "./header.js";
import { firstLanguage, speak, t } from "./i18n.js";
import { Icon } from "./icons.js";
import { MessageList, TypingLine } from "./messages.js";
import * as model from "./model.js";
import { Notices, Overlays } from "./overlays.js";
import { hintSeen } from "./prefs.js";
import { listenForKeys } from "./shortcuts.js";
import { ChannelList, MemberList } from "./sidebar.js";
import { Line } from "./socket.js";
import { IconButton } from "./ui.js";

const asked = () => new URL(location.href).searchParams;
const FIRST_USER = "mia";

let acting = null;

const line = new Line({
  address: () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/sandbox/api/socket?as=${encodeURIComponent(acting)}`,
  onState: (state) => (model.connection.value = state),
  onEvent: (type, d, isNewLine) => {
    takeEvent(type, d, isNewLine);
    if (type === "READY") settle();
  },
});

/** After READY: stay in the open channel when it still exists, else take the asked or the first one, and read it anew. */
function settle() {
  const wanted = [model.channelId.value, asked().get("channel")].map(findPlace).find(Boolean) ?? model.channels.value[0];
  if (!wanted) return;
  for (const id of model.rooms.value.keys()) if (id !== wanted.id) model.put(model.rooms, id, undefined);
  if (wanted.id === model.channelId.value) void loadRoom(wanted.id);
  else openChannel(wanted.id);
}

function findPlace(wanted) {
  return wanted ? (model.findChannel(wanted) ?? model.channels.value.find((one) => one.name === wanted)) : null;
}

function actAs(name) {
  const address = new URL(location.href);
  address.searchParams.set("as", name);
  history.pushState(null, "", address);
  become(name);
}

function become(name) {
  acting = name;
  model.forget();
  line.reopen();
}

function Hint() {
  if (hintSeen.value || model.channel.value?.type !== model.TEXT_CHANNEL) return null;
  const show = () => {
    hintSeen.value = true;
    offered.value = "/price";
  };
  return html`<aside class="hint" aria-label=${t("First steps")}>
    <span class="hint-mark"><${Icon} name="slash" /></span>
    <p><b>${t("New here?")}</b> ${t("Type / and pick /price to ask a bot for a price.")}</p>
    <button type="button" class="button" data-kind="primary" onClick=${show}>${t("Show me")}</button>
    <${IconButton} icon="close" label=${t("Put the hint away")} onClick=${() => (hintSeen.value = true)} />
  </aside>`;
}

function Page() {
  if (!model.me.value) {
    return html`<div class="boot" role="status">
      <p>${model.connection.value.name === "waiting" ? t("The sandbox does not answer yet.") : t("Opening the sandbox…")}</p>
      <${LineBanner} onRetry=${() => line.reopen()} />
      <${Notices} />
    </div>`;
  }
  return html`<div class="app" data-drawer=${model.drawer.value ?? "none"}>
    <a class="skip" href="#message-box" onClick=${() => setTimeout(() => document.getElementById("composer")?.focus())}>${t("Skip to the message box")}</a>
    <${TopBar} onActAs=${actAs} />
    <${LineBanner} onRetry=${() => line.reopen()} />
    <${FaultBanner} />
    <div class="columns">
      <${ChannelList} />
      <main class="chat">
        <${ChannelHead} />
        <${MessageList} />
        <${Hint} />
        <${Composer} />
        <${TypingLine} />
      </main>
      <${MemberList} />
      <div class="scrim" onClick=${() => (model.drawer.value = null)}></div>
    </div>
    <${Overlays} />
  </div>`;
}

effect(() => {
  const channel = model.channel.value;
  const calls = [...model.unread.value.values()].reduce((sum, one) => sum + one.mentions, 0);
  const where = channel ? `${channel.type === model.TEXT_CHANNEL ? "#" : "@"}${model.channelName(channel)} · ` : "";
  document.title = `${calls ? `(${calls}) ` : ""}${where}Omega sandbox`;
});

effect(() => {
  const state = model.room.value?.state;
  const isReady = state === "ready" || state === "failed";
  requestAnimationFrame(() => document.documentElement.toggleAttribute("data-ready", isReady));
});

/** Nobody gets an admin's rights by a slip of the address: the member whom newcomers act as takes the place of an unknown user. */
function insteadOf(wanted, users) {
  const name = (users.find((one) => one.username === FIRST_USER) ?? users.at(-1))?.username ?? FIRST_USER;
  if (wanted) model.notice(t("There is no user {name} here.", { name: wanted }), { kind: "error" });
  const address = new URL(location.href);
  address.searchParams.set("as", name);
  history.replaceState(null, "", address);
  return name;
}

async function firstUser() {
  const wanted = asked().get("as") ?? FIRST_USER;
  try {
    const { users } = await call("GET", "/users");
    const found = users.find((one) => one.id === wanted || one.username === wanted);
    return found?.username ?? insteadOf(wanted, users);
  } catch (failure) {
    const fix = failure.fix || t("Reload the page to try again.");
    model.notice(t("The list of users could not be loaded; acting as {name}.", { name: wanted }), { kind: "error", fix });
    return wanted;
  }
}

addEventListener("popstate", async () => become(await firstUser()));
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && model.channelId.value) model.put(model.unread, model.channelId.value, undefined);
});

await speak(firstLanguage());
render(html`<${Page} />`, document.getElementById("root"));
listenForKeys();
acting = await firstUser();
line.open();
