import { Worker } from "node:worker_threads";
import type { Route, RouteAnswer } from "../control/index.ts";
import { siblingModule } from "../core/sibling.ts";
import type { Session } from "./session.ts";

const TYPES: Readonly<Record<string, string>> = {
  "report.json": "application/json; charset=utf-8",
  "runbook.md": "text/markdown; charset=utf-8",
  "runbook.html": "text/html; charset=utf-8",
  "junit.xml": "application/xml; charset=utf-8",
};

/** The runbook is self-contained: it needs nothing from anywhere, and may run nothing of anybody's. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

/**
 * `/runs/current/runbook.html` and its like: the report of the log so far, made when it is asked for and kept until the log
 * has grown. In a thread of its own, since a long log takes seconds and the app's calls go through this one.
 */
export function reportRoutes(session: Session): Route[] {
  let made: { seq: number; files: Promise<ReadonlyMap<string, string>> } | undefined;
  const files = () => {
    const { lastSeq } = session.log;
    if (made?.seq !== lastSeq) {
      // Asking for what is new also writes out what is queued.
      session.log.since(lastSeq);
      made = { seq: lastSeq, files: renderInThread(session.folder.eventsPath) };
    }
    return made.files;
  };
  return [
    {
      method: "GET",
      path: "/runs/current/*",
      needs: "spectator",
      async handle({ rest }): Promise<RouteAnswer> {
        const type = TYPES[rest];
        const body = type === undefined ? undefined : (await files()).get(rest);
        if (body === undefined) return { status: 404, body: "no such report" };
        const headers = {
          "content-type": type ?? "",
          "content-security-policy": POLICY,
          "x-frame-options": "SAMEORIGIN",
        };
        return { status: 200, headers, body };
      },
    },
  ];
}

/** What a parsed line leaves dies at once, so more room for it only makes the process larger: by 100 MB for a million events, and no faster. */
const YOUNG_MB = 32;

function renderInThread(eventsPath: string): Promise<ReadonlyMap<string, string>> {
  const worker = new Worker(siblingModule(import.meta.url, "report-worker"), {
    workerData: { eventsPath },
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the report's thread ended with ${code}`)));
  });
}
