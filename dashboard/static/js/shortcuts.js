/**
 * Keys that work anywhere on the page. All of them need a modifier, so none can fire while one types; a plain letter
 * typed at nothing goes into the message box.
 */
import { openChannel } from "./actions.js";
import * as model from "./model.js";

function stepChannel(step) {
  const all = [...model.channels.value, ...model.directs.value];
  const at = all.findIndex((one) => one.id === model.channelId.value);
  if (all.length) openChannel(all[(at + step + all.length) % all.length].id);
}

function toggle(name) {
  model.overlay.value = model.overlay.value?.name === name ? null : { name };
}

export function listenForKeys() {
  document.addEventListener("keydown", (event) => {
    const isCommand = event.ctrlKey || event.metaKey;
    if (model.modal.value || !model.me.value) return;
    if (isCommand && event.key.toLowerCase() === "k") toggle("switcher");
    else if (isCommand && event.key === "/") toggle("shortcuts");
    else if (event.altKey && !isCommand && event.key === "ArrowUp") stepChannel(-1);
    else if (event.altKey && !isCommand && event.key === "ArrowDown") stepChannel(1);
    else if (event.key === "Escape" && model.drawer.value) model.drawer.value = null;
    else {
      if (!isCommand && !event.altKey && event.key.length === 1 && event.target === document.body) document.getElementById("composer")?.focus();
      return;
    }
    event.preventDefault();
  });
}
