/**
 * A modal that a bot opened: its fields, what they hold, what the bot is sent.
 */
import { html, useRef, useState } from "../vendor/vendor.js";
import { submitModal } from "./actions.js";
import { lengthOf } from "./api.js";
import { reasonText, t } from "./i18n.js";
import { Icon } from "./icons.js";
import { KIND } from "./kinds.js";
import { Select } from "./listbox.js";
import * as model from "./model.js";
import { RichText } from "./richtext.js";
import { AppBadge, Avatar, Dialog, Spinner } from "./ui.js";

const PARAGRAPH = 2;
const SELECTS = [KIND.string, KIND.user, KIND.role, KIND.mentionable, KIND.channel];

/** The fields of a modal in both of its shapes: {row, field, label, description}. */
function fieldsOf(components) {
  return components.flatMap((row) => {
    if (row.type === KIND.label) return [{ row, field: row.component, label: row.label, description: row.description }];
    if (row.type === KIND.row) return row.components.map((field) => ({ row, field, label: field.label }));
    return [{ row, field: null }];
  });
}

function startingValue(field) {
  if (field.type === KIND.text) return field.value ?? "";
  if (field.type === KIND.radio) return field.options.find((one) => one.default)?.value ?? null;
  if (field.type === KIND.checkbox) return Boolean(field.default);
  if (field.type === KIND.upload) return [];
  if (field.type === KIND.string || field.type === KIND.checkboxes) return (field.options ?? []).filter((one) => one.default).map((one) => one.value);
  return (field.default_values ?? []).map((one) => one.id);
}

const isRequired = (field) => field.required ?? true;

function listFault(field, value) {
  const least = field.min_values ?? 1;
  if (value.length === 0) return isRequired(field) && least > 0 ? t("This is required") : null;
  if (value.length < least) return t("At least {n}", { n: least });
  const most = field.max_values ?? (field.type === KIND.checkboxes ? field.options.length : 1);
  return value.length > most ? t("At most {n}", { n: most }) : null;
}

function faultOf(field, value) {
  if (field.type === KIND.text) {
    if (value.trim() === "") return isRequired(field) ? t("This is required") : null;
    const most = field.max_length ?? 4000;
    if (lengthOf(value) > most) return t("At most {n} characters", { n: most });
    return lengthOf(value) < (field.min_length ?? 0) ? t("At least {n} characters", { n: field.min_length }) : null;
  }
  if (field.type === KIND.radio) return isRequired(field) && value === null ? t("This is required") : null;
  return Array.isArray(value) ? listFault(field, value) : null;
}

function TextInput({ field, common, value, onChange }) {
  const limits = { placeholder: field.placeholder ?? "", value };
  const onInput = (event) => onChange(event.currentTarget.value);
  return field.style === PARAGRAPH
    ? html`<textarea class="field" rows="4" ...${common} ...${limits} onInput=${onInput}></textarea>`
    : html`<input class="field" type="text" autocomplete="off" ...${common} ...${limits} onInput=${onInput} />`;
}

function ChoiceRow({ type, id, name, option, isChecked, onChange }) {
  return html`<label class="choice" for=${id}>
    <input type=${type} id=${id} name=${name} checked=${isChecked} onChange=${(event) => onChange(event.currentTarget.checked)} />
    <span><b>${option.label}</b>${option.description && html`<small>${option.description}</small>`}</span>
  </label>`;
}

function Radio({ field, common, value, onChange }) {
  return html`<div role="radiogroup" ...${common}>
    ${field.options.map(
      (one, index) => html`<${ChoiceRow} type="radio" id=${`${common.id}-${index}`} name=${common.id} option=${one} isChecked=${value === one.value} onChange=${() => onChange(one.value)} />`,
    )}
  </div>`;
}

function Checkboxes({ field, common, value, onChange }) {
  const { "aria-required": _, ...group } = common;
  const toggle = (wanted, isOn) => onChange(isOn ? [...value, wanted] : value.filter((one) => one !== wanted));
  return html`<div role="group" ...${group}>
    ${field.options.map(
      (one, index) => html`<${ChoiceRow} type="checkbox" id=${`${common.id}-${index}`} option=${one} isChecked=${value.includes(one.value)} onChange=${(isOn) => toggle(one.value, isOn)} />`,
    )}
  </div>`;
}

function Checkbox({ common, label, value, onChange }) {
  return html`<input type="checkbox" class="lone-check" ...${common} aria-label=${label} checked=${value} onChange=${(event) => onChange(event.currentTarget.checked)} />`;
}

function Upload({ field, common, onChange }) {
  return html`<input type="file" class="field" ...${common} multiple=${(field.max_values ?? 1) > 1} onChange=${(event) => onChange([...event.currentTarget.files])} />`;
}

function Input(wiring) {
  const { field } = wiring;
  if (field.type === KIND.text) return html`<${TextInput} ...${wiring} />`;
  if (field.type === KIND.radio) return html`<${Radio} ...${wiring} />`;
  if (field.type === KIND.checkboxes) return html`<${Checkboxes} ...${wiring} />`;
  if (field.type === KIND.checkbox) return html`<${Checkbox} ...${wiring} />`;
  if (field.type === KIND.upload) return html`<${Upload} ...${wiring} />`;
  if (!SELECTS.includes(field.type)) return html`<p class="unknown">${t("Component of type {n}: this page cannot draw it yet.", { n: field.type })}</p>`;
  const { common, label, onChange } = wiring;
  return html`<${Select} id=${common.id} component=${field} label=${label} isInvalid=${common["aria-invalid"]} onChange=${onChange} />`;
}

function Field({ part, value, problem, onChange }) {
  const { row, field, label, description } = part;
  if (!field) {
    if (row.type === KIND.display) return html`<${RichText} text=${row.content} />`;
    return html`<p class="unknown">${t("Component of type {n}: this page cannot draw it yet.", { n: row.type })}</p>`;
  }
  const id = `field-${field.custom_id}`;
  const isGroup = field.type === KIND.radio || field.type === KIND.checkboxes;
  const common = {
    id,
    "aria-required": isRequired(field) || null,
    "aria-invalid": Boolean(problem) || null,
    "aria-describedby": `${id}-note`,
    ...(isGroup ? { "aria-labelledby": `${id}-label` } : {}),
  };
  const words = html`${label}${isRequired(field) && field.type !== KIND.checkbox && html`<span class="required" title=${t("Required")}>${" *"}</span>`}`;
  return html`<div class="modal-field">
    ${isGroup ? html`<p class="field-label" id=${`${id}-label`}>${words}</p>` : html`<label class="field-label" for=${id} id=${`${id}-label`}>${words}</label>`}
    ${description && html`<p class="small muted">${description}</p>`}
    <${Input} field=${field} common=${common} label=${label} value=${value} onChange=${onChange} />
    <p class="field-note" id=${`${id}-note`} role=${problem ? "alert" : null}>${problem}</p>
  </div>`;
}

/** One submitted field; files are gathered beside, named by their place. */
function submitted(field, value, files) {
  const head = { type: field.type, id: field.id, custom_id: field.custom_id };
  if ([KIND.text, KIND.radio, KIND.checkbox].includes(field.type)) return { ...head, value };
  if (field.type !== KIND.upload) return { ...head, values: value };
  const values = value.map((file) => String(files.push(file) - 1));
  return { ...head, values };
}

function submission(components, values, files) {
  return components.map((row) => {
    const head = { type: row.type, id: row.id };
    if (row.type === KIND.label) return { ...head, component: submitted(row.component, values[row.component.custom_id], files) };
    if (row.type === KIND.row) return { ...head, components: row.components.map((one) => submitted(one, values[one.custom_id], files)) };
    return head;
  });
}

function Failure({ form }) {
  if (!form.failure) return null;
  return html`<p class="failure" role="alert">
    <${Icon} name="warn" size=${16} /> ${t("Something went wrong. Try again.")}${reasonText(form.failure) && html` <span class="muted">${reasonText(form.failure)}</span>`}
  </p>`;
}

export function ModalDialog({ form }) {
  const parts = fieldsOf(form.components);
  const fields = parts.map((part) => part.field).filter(Boolean);
  const [values, setValues] = useState(() => Object.fromEntries(fields.map((field) => [field.custom_id, startingValue(field)])));
  const [isMarked, setMarked] = useState(false);
  const body = useRef(null);
  const close = () => (model.modal.value = null);
  const isBusy = Boolean(form.nonce);
  const application = model.findApplication(form.application_id);
  const submit = (event) => {
    event.preventDefault();
    const wrong = fields.find((field) => faultOf(field, values[field.custom_id]));
    setMarked(true);
    if (wrong) return body.current.querySelector(`#${CSS.escape(`field-${wrong.custom_id}`)}`)?.focus();
    const files = [];
    return void submitModal(submission(form.components, values, files), files);
  };
  return html`<${Dialog} title=${form.title} class="modal" isGuarded=${true} onClose=${close}>
    <form ref=${body} noValidate onSubmit=${submit}>
      ${application &&
      html`<p class="modal-from">
        <${Avatar} user=${{ id: application.user_id, username: application.name }} size=${24} /> ${application.name} <${AppBadge} />
        <span class="muted">${t("asks you to fill this in")}</span>
      </p>`}
      ${parts.map((part) => {
        const key = part.field?.custom_id;
        const problem = isMarked && part.field ? faultOf(part.field, values[key]) : null;
        return html`<${Field} part=${part} value=${values[key]} problem=${problem} onChange=${(value) => setValues((known) => ({ ...known, [key]: value }))} />`;
      })}
      <${Failure} form=${form} />
      <footer class="dialog-foot">
        <button type="button" class="button" data-kind="secondary" onClick=${close}>${t("Cancel")}</button>
        <button class="button" data-kind="primary" aria-disabled=${isBusy || null}>${isBusy && html`<${Spinner} />`}${t("Submit")}</button>
      </footer>
    </form>
  </${Dialog}>`;
}
