import type { Knee, Report } from "../../core/report.ts";
import { capital, NOT_MEASURED } from "./words.ts";

export interface KneeLine {
  what: string;
  measured: string;
}

/** At how many callers at once the app begins to queue, to shed, to break: measured by a ramp only. */
export function kneeLines({ load }: Report): KneeLine[] {
  if (load.steps.length === 0) return [];
  return [
    { what: "Shedding begins", measured: `measured: ${kneeInWords(load, load.shedsAt)}` },
    { what: "Queueing begins", measured: `measured: ${kneeInWords(load, load.queuesAt)}` },
    { what: "It breaks", measured: `measured: ${kneeInWords(load, load.breaksAt)}` },
  ];
}

/** Said instead of the lines, in a run without a ramp. */
export const NO_RAMP = `${capital(NOT_MEASURED)}: this scenario has no ramp (load: { ramp: … }).`;

/** `(8, 12], 8 at once were still good, 12 were not`: the last good step and the first one that showed it. */
export function kneeInWords({ steps }: Report["load"], knee: Knee | null): string {
  if (knee === null) {
    const trusted = steps.slice(0, firstDoubtful(steps)).at(-1);
    if (trusted === undefined) return `${NOT_MEASURED}, no step of the ramp is trustworthy`;
    const doubt = trusted === steps.at(-1) ? "" : `; above it ${NOT_MEASURED} (not trustworthy)`;
    return `not up to ${trusted.concurrency} at once${doubt}`;
  }
  if (knee.after === null) return `at ${knee.concurrency} at once already, the lowest step`;
  return `(${knee.after},\u00a0${knee.concurrency}], ${knee.after} at once were still good, ${knee.concurrency} were not`;
}

function firstDoubtful(steps: Report["load"]["steps"]): number {
  const index = steps.findIndex(({ trustworthy }) => !trustworthy);
  return index < 0 ? steps.length : index;
}
