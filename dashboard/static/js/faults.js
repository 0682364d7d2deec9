/**
 * The panel that makes the sandbox misbehave on purpose, and the words for what is on.
 */
import { html } from "../vendor/vendor.js";
import { setFaults } from "./actions.js";
import { key, t } from "./i18n.js";
import { faults } from "./model.js";
import { Dialog } from "./ui.js";

/** What a well-behaved Discord has; anything else is a fault that is on. */
const CALM = {
  rest_429: null,
  rest_5xx: null,
  drop_rest: 0,
  slow_ms: 0,
  duplicate_event: 0,
  mute_heartbeat_ack: false,
  hello_never: false,
  refuse_resume: false,
  interaction_deadline_s: 3,
};

const WORDS = {
  rest_429: (value) => [key("Rate limit: next {n} calls refused"), { n: value.count }],
  rest_5xx: (value) => [key("Server errors: next {n} calls fail"), { n: value.count }],
  drop_rest: (value) => [key("Dropped calls: next {n}"), { n: value }],
  slow_ms: (value) => [key("Slow answers: {n} ms"), { n: value }],
  duplicate_event: (value) => [key("Doubled events: next {n}"), { n: value }],
  mute_heartbeat_ack: () => [key("Heartbeats not acknowledged")],
  hello_never: () => [key("Gateway never says hello")],
  refuse_resume: () => [key("Sessions cannot be resumed")],
  interaction_deadline_s: (value) => [key("Interactions time out after {n} s"), { n: value }],
};

const isOn = (name, value) => {
  if (value === null || value === undefined || !(name in CALM)) return false;
  if (typeof value === "object") return value.count > 0;
  return value !== CALM[name];
};

/** [text, values] of each fault that is on, for the catalogue. */
export const faultsOn = (now) => Object.entries(now ?? {}).filter(([name, value]) => isOn(name, value)).map(([name, value]) => WORDS[name](value));

const SWITCHES = [
  ["slow_ms", key("Slow answers"), key("Every call of a bot waits 2 seconds."), { slow_ms: 2000 }],
  ["interaction_deadline_s", key("Missed deadline"), key("Bots get 5 ms instead of 3 s to answer a command."), { interaction_deadline_s: 0.005 }],
  ["rest_429", key("Rate limit"), key("The next 3 calls are answered 429."), { rest_429: { scope: "user", count: 3, retry_after: 1 } }],
  ["rest_5xx", key("Server errors"), key("The next 3 calls are answered 502."), { rest_5xx: { status: 502, count: 3 } }],
  ["drop_rest", key("Dropped calls"), key("The next 3 calls lose their connection."), { drop_rest: 3 }],
  ["duplicate_event", key("Doubled events"), key("The next 5 events are sent twice."), { duplicate_event: 5 }],
  ["refuse_resume", key("No resume"), key("A bot that reconnects must start a new session."), { refuse_resume: true }],
  ["mute_heartbeat_ack", key("Silent heartbeat"), key("Heartbeats of bots get no acknowledgement."), { mute_heartbeat_ack: true }],
];

const DEEDS = [
  [key("Drop the bots' connections"), { drop_gateway: true }],
  [key("Ask the bots to reconnect"), { reconnect: true }],
  [key("End the bots' sessions"), { invalid_session: { resumable: false } }],
];

function Switch({ name, title, text, change }) {
  const now = isOn(name, faults.value[name]);
  const flip = () => setFaults(now ? { [name]: CALM[name] } : change);
  return html`<li>
    <button type="button" role="switch" class="switch" aria-checked=${now} onClick=${flip}>
      <span class="switch-text"><b>${t(title)}</b><small>${t(text)}</small></span><i aria-hidden="true" />
    </button>
  </li>`;
}

export function FaultDialog({ onClose }) {
  const on = faultsOn(faults.value);
  const known = Object.entries(CALM).filter(([name]) => name in faults.value);
  const calm = () => setFaults(Object.fromEntries(known));
  return html`<${Dialog} title=${t("Faults")} onClose=${onClose}>
    <p class="muted">${t("Make the sandbox misbehave to see how the bots take it. It holds for everyone here.")}</p>
    <p class="fault-now" role="status"><b>${t("On now:")}</b> ${on.length ? on.map((one) => t(...one)).join(" · ") : t("nothing")}</p>
    <ul class="switch-list">
      ${SWITCHES.filter(([name]) => name in faults.value).map(([name, title, text, change]) => html`<${Switch} key=${name} name=${name} title=${title} text=${text} change=${change} />`)}
    </ul>
    <h3 class="side-heading">${t("Once")}</h3>
    <div class="component-row">
      ${DEEDS.map(([title, change]) => html`<button type="button" class="button" data-kind="secondary" onClick=${() => setFaults(change)}>${t(title)}</button>`)}
    </div>
    <footer class="dialog-foot">
      <button type="button" class="button" data-kind="secondary" disabled=${on.length === 0} onClick=${calm}>${t("Switch all off")}</button>
      <button type="button" class="button" data-kind="primary" onClick=${onClose}>${t("Done")}</button>
    </footer>
  </${Dialog}>`;
}
