import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ControlHost, Route, RouteAnswer } from "../../control/index.ts";
import { jsonAnswer } from "../../control/index.ts";

/** Where the build puts the page; the same place seen from the sources and from the built program. */
const PAGE_FOLDER = fileURLToPath(new URL("../../../dist/dashboard/page/", import.meta.url));

/** Nothing but what comes from this host: no style or script in attributes, no frames, nobody else's pages around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** The dashboard's page, which is open since it holds the login box and nothing of the run, and its stop button's second way. */
export function dashboardRoutes(host: Pick<ControlHost, "panic" | "command">, folder = PAGE_FOLDER): Route[] {
  return [
    { method: "GET", path: "/", needs: "nothing", handle: () => page(folder) },
    { method: "GET", path: "/assets/dashboard.js", needs: "nothing", handle: () => script(folder) },
    {
      // Open, and null for strangers: a page that asks must not fill the browser's console with refusals.
      method: "GET",
      path: "/whoami",
      needs: "nothing",
      handle: ({ visitor }) => jsonAnswer(visitor === undefined ? null : { name: visitor.name, role: visitor.role }),
    },
    {
      method: "POST",
      path: "/panic",
      needs: "control",
      handle({ visitor }) {
        const who = visitor?.name === undefined || visitor.name === "" ? "http" : `${visitor.name} (http)`;
        host.command(who, "panic", {});
        host.panic(who);
        return jsonAnswer({ ok: true });
      },
    },
  ];
}

function page(folder: string): RouteAnswer {
  const body = read(folder, "index.html");
  if (body === undefined) {
    const headers = { "content-type": "text/plain; charset=utf-8" };
    return { status: 404, headers, body: "the dashboard's page is not built: npm run build\n" };
  }
  const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY };
  return { status: 200, headers, body };
}

function script(folder: string): RouteAnswer {
  const body = read(folder, "assets/dashboard.js");
  if (body === undefined) return { status: 404 };
  return { status: 200, headers: { "content-type": "text/javascript; charset=utf-8" }, body };
}

function read(folder: string, name: string): string | undefined {
  try {
    return readFileSync(`${folder}/${name}`, "utf8");
  } catch {
    return undefined;
  }
}
