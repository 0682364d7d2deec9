/**
 * The member API over HTTP: one function that calls, errors as one type. No state of the page lives here.
 */

/** What the server refused: its sentence, its code and what to do about it. */
export class Refused extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.fix = error.fix ?? "";
  }
}

/** How long a text is as the API counts: a character outside the basic plane, such as an emoji, is one. */
export const lengthOf = (text) => [...text].length;

function refusal(status, body) {
  const error = body?.error ?? {};
  return new Refused(status, { code: error.code ?? `HTTP-${status}`, message: error.message ?? `HTTP ${status}`, fix: error.fix });
}

function packed(body, files) {
  if (!files?.length) return { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) };
  const form = new FormData();
  form.append("payload_json", JSON.stringify(body ?? {}));
  files.forEach((file, index) => form.append(`files[${index}]`, file, file.name));
  return { body: form };
}

/**
 * @param {"GET"|"POST"|"PUT"|"PATCH"|"DELETE"} method
 * @param {string} path below /sandbox/api
 * @param {{as?: string, query?: Record<string, string|number>, body?: object, files?: File[]}} [what]
 * @throws {Refused} when the server says no; TypeError when it does not answer at all
 */
export async function call(method, path, { as, query, body, files } = {}) {
  const search = new URLSearchParams(query);
  if (as) search.set("as", as);
  const address = `/sandbox/api${path}${search.size ? `?${search}` : ""}`;
  const answer = await fetch(address, method === "GET" ? {} : { method, ...packed(body, files) });
  if (answer.status === 204) return null;
  const text = await answer.text();
  const said = text ? JSON.parse(text) : null;
  if (!answer.ok) throw refusal(answer.status, said);
  return said;
}
