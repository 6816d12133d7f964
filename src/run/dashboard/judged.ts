import type { ReportedExpectation } from "../../core/report.ts";
import type { Judged } from "../../dashboard/fold/judged.ts";

/** What an event that proves something is about: a call, or one of the front door. */
export interface Proof {
  call: string;
  atMs: number;
}

/** The judge's words with the first call that proves them. `proofAt` finds by an event's number what it is about. */
export function judgedRows(
  expectations: readonly ReportedExpectation[],
  proofAt: (seq: number) => Proof | undefined,
): Judged[] {
  return expectations.map(({ name, explained, phase, verdict, summary, evidence }) => {
    const proofs = evidence.flatMap(({ events }) => events).map(proofAt);
    const first = proofs.find((proof) => proof !== undefined);
    return { name, explained, phase, verdict, summary, call: first?.call, atMs: first?.atMs };
  });
}
