import type { Direction, Finding } from "../../core/comparison.ts";
import type { Verdict } from "../../core/expectation.ts";
import type { Report, ReportedExpectation } from "../../core/report.ts";

/** Every expectation of either side, joined by what is expected, not by its place in the file. */
export function compareExpectations(before: readonly Report[], after: readonly Report[]): Finding[] {
  const [old, now] = [gather(before), gather(after)];
  const keys = new Set([...old.keys(), ...now.keys()]);
  return [...keys].map((key) => {
    const [was, is] = [old.get(key) ?? [], now.get(key) ?? []];
    const [shown] = [...is, ...was];
    const where = shown?.phase ? ` in ${shown.phase}` : "";
    return {
      what: `${shown?.explained ?? key}${where}`,
      before: inWords(was),
      after: inWords(is),
      ...judge(verdictOf(was), verdictOf(is)),
    };
  });
}

function gather(reports: readonly Report[]): Map<string, ReportedExpectation[]> {
  const found = new Map<string, ReportedExpectation[]>();
  for (const { expectations } of reports) {
    const seen = new Map<string, number>();
    for (const expectation of expectations) {
      const same = `${expectation.name} ${JSON.stringify(expectation.params)} ${expectation.phase}`;
      const nth = (seen.get(same) ?? 0) + 1;
      seen.set(same, nth);
      const key = `${same} ${nth}`;
      found.set(key, [...(found.get(key) ?? []), expectation]);
    }
  }
  return found;
}

/** What most repeats say; without a majority nothing is said. */
function verdictOf(repeats: readonly ReportedExpectation[]): Verdict | undefined {
  const count = (verdict: Verdict) => repeats.filter((one) => one.verdict === verdict).length;
  if (repeats.length === 0) return undefined;
  return (["fail", "pass"] as const).find((verdict) => count(verdict) * 2 > repeats.length) ?? "inconclusive";
}

function judge(was: Verdict | undefined, is: Verdict | undefined): { direction: Direction; because: string } {
  if (was === undefined) return { direction: is === "fail" ? "worse" : "cannot tell", because: "not expected before" };
  if (is === undefined) return { direction: "cannot tell", because: "no longer expected" };
  if (was === is) return { direction: "no clear change", because: "" };
  if (is === "inconclusive") return { direction: "cannot tell", because: "no longer judged" };
  const before = was === "inconclusive" ? "not judged before" : "";
  return { direction: is === "fail" ? "worse" : "better", because: before };
}

const HELD = { pass: "held", fail: "broken", inconclusive: "not judged" } as const;

/** `broken: 3 of 41 waits respected`; of repeats `held 2 of 3`. */
function inWords(repeats: readonly ReportedExpectation[]): string {
  const [only] = repeats;
  if (only === undefined) return "not expected";
  if (repeats.length === 1) return `${HELD[only.verdict]}: ${only.summary}`;
  return `held ${repeats.filter(({ verdict }) => verdict === "pass").length} of ${repeats.length}`;
}
