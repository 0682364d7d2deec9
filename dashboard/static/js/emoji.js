/**
 * The small set of emoji that the reaction picker offers, and the picker.
 */
import { html, useRef, useState } from "../vendor/vendor.js";
import { toggleReaction } from "./actions.js";
import { key, t } from "./i18n.js";
import { Dialog, roam } from "./ui.js";

export const EMOJI = [
  ["\u{1F44D}", key("thumbs up")],
  ["\u{1F44E}", key("thumbs down")],
  ["\u2764\uFE0F", key("heart")],
  ["\u{1F602}", key("tears of joy")],
  ["\u{1F62E}", key("surprised")],
  ["\u{1F622}", key("sad")],
  ["\u{1F525}", key("fire")],
  ["\u{1F680}", key("rocket")],
  ["\u{1F440}", key("eyes")],
  ["\u{1F389}", key("party")],
  ["\u{1F914}", key("thinking")],
  ["\u{1F64F}", key("thanks")],
  ["\u2705", key("check mark")],
  ["\u274C", key("cross mark")],
  ["\u26A0\uFE0F", key("warning")],
  ["\u{1F4C8}", key("chart up")],
  ["\u{1F4C9}", key("chart down")],
  ["\u{1F4B0}", key("money")],
];

export const QUICK = EMOJI.slice(0, 3);

/** Pick a reaction for a message: a grid, and a box for any other emoji. */
export function ReactionDialog({ message, onClose }) {
  const [own, setOwn] = useState("");
  const grid = useRef(null);
  const pick = (name) => {
    onClose();
    void toggleReaction(message, { id: null, name });
  };
  const submit = (event) => {
    event.preventDefault();
    if (own.trim()) pick(own.trim());
  };
  return html`<${Dialog} title=${t("Add reaction")} class="small-dialog" onClose=${onClose}>
    <div ref=${grid} class="emoji-grid" role="group" aria-label=${t("Reactions")} onKeyDown=${(event) => roam(event, "button")}>
      ${EMOJI.map(
        ([emoji, name], index) =>
          html`<button type="button" data-first=${index === 0 || null} aria-label=${t(name)} title=${t(name)} onClick=${() => pick(emoji)}>${emoji}</button>`,
      )}
    </div>
    <form class="inline-form" onSubmit=${submit}>
      <label for="own-emoji">${t("Another emoji")}</label>
      <input id="own-emoji" class="field" maxlength="8" value=${own} onInput=${(event) => setOwn(event.currentTarget.value)} />
      <button class="button" data-kind="primary">${t("Add")}</button>
    </form>
  </${Dialog}>`;
}
