import { UserError } from "../core/errors.ts";
import { type Door, type Refusal, roleOf } from "./auth.ts";
import { jsonAnswer, type Route, type RouteAnswer, type RouteRequest } from "./route.ts";
import { cleanName } from "./visitor.ts";

/** What a page does with the doors: log in with a token and a name, ask who it is, log out. */
export function loginRoutes(door: Door): Route[] {
  return [
    { method: "POST", path: "/login", needs: "nothing", form: true, handle: (request) => login(request, door) },
    {
      method: "POST",
      path: "/logout",
      needs: "nothing",
      form: true,
      handle({ visitor, headers }) {
        if (visitor?.sessionId !== undefined) door.sessions.close(visitor.sessionId);
        const answer = isForm(headers) ? toPage("/") : jsonAnswer({ ok: true });
        return { ...answer, headers: { ...answer.headers, "set-cookie": door.cookie.clear() } };
      },
    },
    {
      method: "GET",
      path: "/session",
      needs: "spectator",
      handle: ({ visitor }) => jsonAnswer({ name: visitor?.name, role: visitor?.role }),
    },
  ];
}

/**
 * Only from a page of our own: it must show its Origin, which was compared with Host before. A form is sent on to `/`,
 * or back to `/?login=<status>` when it was refused; JSON gets the session, or the reason.
 */
async function login(request: RouteRequest, door: Door): Promise<RouteAnswer> {
  const form = isForm(request.headers);
  const outcome = await checkLogin(request, door, form);
  if ("status" in outcome) {
    if (form) return toPage(`/?login=${outcome.status}`);
    return { ...jsonAnswer({ error: outcome.why }, outcome.status), headers: { ...JSON_TYPE, ...outcome.headers } };
  }
  const { role, name } = outcome;
  const before = request.visitor?.sessionId;
  if (before !== undefined) door.sessions.close(before);
  const answer = form ? toPage("/") : jsonAnswer({ name, role });
  const id = door.sessions.open({ role, name });
  return { ...answer, headers: { ...answer.headers, "set-cookie": door.cookie.set(id) } };
}

const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };
const BAD_NAME = "a name has letters, digits, spaces and . _ ' @ + - only, and at most 40 of them";

async function checkLogin(request: RouteRequest, door: Door, form: boolean) {
  if (request.headers.origin === undefined)
    return refusal(403, "only a page of this host logs in; programs send the token");
  const fields = fieldsOf(await request.body(), form);
  const role = roleOf(fields.token, request.message, door);
  if (typeof role !== "string") return role.status === 401 ? refusal(401, "this is not the token") : role;
  const name = cleanName(fields.name);
  // A token that slipped into the field of the name would be written into the log.
  if (name === undefined || door.tokens.some(({ token }) => name.includes(token))) return refusal(400, BAD_NAME);
  return { role, name };
}

function fieldsOf(body: string, form: boolean): { token: string; name: string } {
  const sent = form ? Object.fromEntries(new URLSearchParams(body)) : parseJson(body);
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return { token: text(sent["token"]).trim(), name: text(sent["name"]) };
}

function parseJson(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Told below. The text itself holds a token and is not quoted.
  }
  throw new UserError('a login is { "token": "…", "name": "…" }');
}

function refusal(status: Refusal["status"], why: string): Refusal {
  return { status, why };
}

function isForm(headers: RouteRequest["headers"]): boolean {
  return /^application\/x-www-form-urlencoded/i.test(headers["content-type"] ?? "");
}

function toPage(location: string): RouteAnswer {
  return { status: 303, headers: { location } };
}
