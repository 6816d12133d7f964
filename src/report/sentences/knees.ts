import type { Knee, Report } from "../../core/report.ts";
import { NOT_MEASURED } from "./words.ts";

export interface KneeLine {
  what: string;
  measured: string;
}

/** At how many callers at once each kind of behaviour begins: measured by a ramp only. Retries and fallbacks are told when they were seen. */
export function kneeLines({ load }: Report): KneeLine[] {
  if (load.steps.length === 0) return [];
  const line = (what: string, knee: Knee | null) => ({ what, measured: `measured: ${kneeInWords(load, knee)}` });
  return [
    ...(load.retriesAt === null ? [] : [line("Retrying begins", load.retriesAt)]),
    ...(load.fallsBackAt === null ? [] : [line("Fallback begins", load.fallsBackAt)]),
    line("Queueing begins", load.queuesAt),
    line("Shedding begins", load.shedsAt),
    line("It breaks", load.breaksAt),
    ...(load.comesBack === null ? [] : [{ what: "Comes back", measured: comesBackInWords(load.comesBack) }]),
  ];
}

function comesBackInWords({ concurrency, after, held }: NonNullable<Report["load"]["comesBack"]>): string {
  const again = `${concurrency} at once after ${after}`;
  return held
    ? `measured: carries ${again} again`
    : `measured: metastable, does not carry ${again}, though it had before`;
}

/** Said instead of the lines, in a run without a ramp. */
export const NO_RAMP = `At which load each begins: ${NOT_MEASURED}, this scenario has no ramp (load: { ramp: … }).`;

/** `(8, 12], not yet at 8 at once, but at 12`: the last step that did not show it and the first one that did. */
export function kneeInWords({ steps }: Report["load"], knee: Knee | null): string {
  if (knee === null) {
    const trusted = steps.findLast(({ trustworthy }) => trustworthy);
    if (trusted === undefined) return `${NOT_MEASURED}, no step of the ramp is trustworthy`;
    const doubt = trusted === steps.at(-1) ? "" : `; above it ${NOT_MEASURED} (not trustworthy)`;
    return `not up to ${trusted.concurrency} at once${doubt}`;
  }
  if (knee.after === null) return `at ${knee.concurrency} at once already, the lowest step`;
  return `(${knee.after},\u00a0${knee.concurrency}], not yet at ${knee.after} at once, but at ${knee.concurrency}`;
}
