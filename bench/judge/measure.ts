import { linesOf } from "../../src/history/lines.ts";
import { reportFromLog } from "../../src/run/report-run.ts";

/** One measurement in a process of its own: `parse` or `judge`, and the file. Prints one line of JSON. */

export interface Measured {
  ms: number;
  /** Processor time of all threads, the collector's too: steadier than the wall clock on a machine that others use as well. */
  cpuMs: number;
  peakRssMb: number;
  /** So that nobody can leave the work out: events read, or the report's verdict and attempts. */
  saw: string;
}

const WORK: Readonly<Record<string, (path: string) => string>> = {
  /** The floor: what anybody pays who looks at the file at all. */
  parse(path) {
    let count = 0;
    for (const { text } of linesOf(path)) if (text !== undefined && JSON.parse(text).seq > 0) count++;
    return `${count} events`;
  },
  judge(path) {
    const { report, problems } = reportFromLog(path);
    return `${report.verdict}, ${report.calls.attempts} attempts, ${problems.length} problems`;
  },
};

const [, , what = "", path = ""] = process.argv;
const work = WORK[what];
if (work === undefined) throw new Error("measure.ts parse|judge FILE");
const from = performance.now();
const cpuFrom = process.cpuUsage();
const saw = work(path);
const cpu = process.cpuUsage(cpuFrom);
const measured: Measured = {
  ms: performance.now() - from,
  cpuMs: (cpu.user + cpu.system) / 1_000,
  peakRssMb: process.resourceUsage().maxRSS / 1_024,
  saw,
};
process.stdout.write(JSON.stringify(measured));
