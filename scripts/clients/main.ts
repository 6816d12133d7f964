import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { problemsIn } from "./check.ts";
import { renderData } from "./data.ts";
import { measure } from "./matrix.ts";
import { nodeClients } from "./node/index.ts";
import { renderPage } from "./page.ts";
import { pythonClients } from "./python/index.ts";

/** `npm run clients`: measures the clients and writes docs/clients.md and docs/clients.json. With `--only`, prints them instead. */

/** Longer than three attempts of any client with waits of its own, short enough for hundreds of cells. */
const WATCH_MS = 8_000;
const AT_ONCE = 32;

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { only: text, out: text, python: text } });
const wanted = values.only?.split(",");
const python = values.python === undefined ? undefined : await pythonClients(values.python);
const known = [...nodeClients, ...(python?.clients ?? [])];
const clients = known.filter(({ id }) => wanted?.some((word) => id.startsWith(word)) ?? true);
if (clients.length === 0) {
  process.stderr.write(`no client fits --only ${values.only}; there are: ${known.map(({ id }) => id).join(", ")}\n`);
  process.exit(2);
}

// A client that lets a promise of its own go unhandled must not end the measurement of the others.
process.on("unhandledRejection", () => {});

const clock = createSystemClock();
const measured = await measure({ clients, clock, watchMs: WATCH_MS, atOnce: AT_ONCE, onCell: progress });
const matrix = {
  date: new Date(clock.wallMs()).toISOString().slice(0, 10),
  runtime: [`Node ${process.version}`, ...(python === undefined ? [] : [python.runtime])].join(" and "),
  ...measured,
};
const page = renderPage(matrix, { watchMs: WATCH_MS });
const folder = values.out ?? (wanted === undefined ? join(import.meta.dirname, "../../docs") : undefined);
if (folder === undefined) process.stdout.write(page);
else {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "clients.md"), page);
  writeFileSync(join(folder, "clients.json"), renderData(matrix));
}
const problems = problemsIn(matrix);
for (const problem of problems) process.stderr.write(`${problem}\n`);
python?.close();
// Clients that still sleep would keep the process alive for minutes.
process.exit(problems.length > 0 ? 1 : 0);

function progress(done: number, all: number): void {
  if (done % 50 === 0 || done === all)
    process.stderr.write(`${done} of ${all} cells, ${Math.round(clock.nowMs() / 1_000)} s\n`);
}
