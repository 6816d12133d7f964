import { parentPort, workerData } from "node:worker_threads";
import { renderers } from "../report/index.ts";
import { reportFromLog } from "./report-run.ts";

/** Makes every format of a report from a log: see current-report.ts. */
const { report } = reportFromLog((workerData as { eventsPath: string }).eventsPath);
parentPort?.postMessage(new Map([...renderers].map(([name, render]) => [name, render(report)])));
