// All talk with the service. The session is a cookie that no script can read; a change carries a header that only a
// page of this origin can send.
export class Problem extends Error {
  constructor(status, detail, fix) {
    super(detail);
    this.status = status;
    this.fix = fix;
  }
}

let lost = () => {};
export const onlost = (then) => { lost = then; };

export async function api(method, path, body, signal) {
  const headers = method === "GET" ? {} : { "luodi-csrf": "1" };
  if (body !== undefined) headers["content-type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "", "");
  }
  const text = await answer.text();
  let value = null;
  try { value = text ? JSON.parse(text) : null; } catch { /* told below */ }
  if (answer.ok) return value;
  if (answer.status === 401 && path !== "/session") lost();
  throw new Problem(answer.status, value?.detail || answer.statusText || String(answer.status), value?.fix || "");
}

export const get = (path, signal) => api("GET", path, undefined, signal);
export const post = (path, body) => api("POST", path, body);
export const of = (name) => `/v1/${encodeURIComponent(name)}`;
