import type { ChaosEvent } from "../../core/event.ts";
import type { ReportedExpectation } from "../../core/report.ts";
import type { Judged } from "../../dashboard/fold/judged.ts";

/** The judge's words with the first call that proves them. `eventAt` finds an event by its number. */
export function judgedRows(
  expectations: readonly ReportedExpectation[],
  eventAt: (seq: number) => ChaosEvent | undefined,
): Judged[] {
  return expectations.map(({ name, explained, phase, verdict, summary, evidence }) => {
    const proof = evidence.flatMap(({ events }) => events).map(eventAt);
    const first = proof.find((event) => event !== undefined && ("call" in event || "front" in event));
    const call = first === undefined ? undefined : "call" in first ? first.call : "front" in first ? first.front : "";
    return { name, explained, phase, verdict, summary, call, atMs: first?.t_ms };
  });
}
