import type { Report, ReportedExpectation } from "../../core/report.ts";
import { counted, eventsInWords, listed, NOT_MEASURED, VERDICTS } from "./words.ts";

const STOP_WORDS: Readonly<Record<string, string>> = {
  panic: "somebody pressed stop",
  budget: "the budget was used up",
  abort_when: "abort_when held",
  interrupted: "interrupted by hand",
  broken: "something broke",
};

/** Why the run stopped early, in words; undefined when it came to its end. */
export function stoppedInWords(stopped: string | null): string | undefined {
  if (stopped === null) return undefined;
  const [why = "", ...detail] = stopped.split(": ");
  const words = STOP_WORDS[why];
  if (words === undefined) return stopped;
  return detail.length === 0 ? words : `${words}: ${detail.join(": ")}`;
}

/** One sentence under the verdict: what held and what did not. */
export function verdictSentence(report: Report): string {
  const { expectations } = report;
  const total = counted(expectations.length, "expectation");
  const broken = expectations.filter(({ verdict }) => verdict === "fail");
  const open = expectations.filter(({ verdict }) => verdict === "inconclusive");
  if (broken.length > 0)
    return `${broken.length} of ${total} broken: ${listed(namesOf(broken))}${whereItBegins(report)}.`;
  if (expectations.length === 0) return "Nothing was expected, so nothing was shown.";
  if (open.length > 0)
    return `Nothing broke, but ${open.length} of ${total} could not be judged: ${listed(namesOf(open))}.`;
  if (report.stopped !== null) return `${total} held as far as the run came.`;
  if (report.verdict === "inconclusive") return `${total} held, but no fault of the scenario was exercised.`;
  const held = expectations.length === 1 ? "The one expectation held" : `All ${total} held`;
  return `${held}${whereItBegins(report)}.`;
}

/** Of a ramp: what the app does at which load, in half a sentence. */
function whereItBegins({ load }: Report): string {
  const begins: [string, Report["load"]["shedsAt"]][] = [
    ["falls back", load.fallsBackAt],
    ["queues", load.queuesAt],
    ["sheds", load.shedsAt],
    ["breaks", load.breaksAt],
  ];
  const seen = begins.flatMap(([what, knee]) => (knee === null ? [] : [`${what} from ${knee.concurrency}`]));
  const last = begins.findLast(([, knee]) => knee !== null)?.[1]?.concurrency;
  return seen.length === 0 ? "" : `; it ${listed(seen)} ${last === 1 ? "caller" : "callers"} at once`;
}

function namesOf(expectations: readonly ReportedExpectation[]): string[] {
  return [...new Set(expectations.map(({ name }) => name))];
}

export interface ExpectationLine {
  /** Where the page links to it. */
  id: string;
  name: string;
  verdict: ReportedExpectation["verdict"];
  sign: string;
  word: string;
  /** The rule, with its phases. */
  rule: string;
  observed: string;
  /** What proves it; none for a rule that simply held. */
  proof: readonly { text: string; events: string }[];
  /** Events of everything that proves it, for the rules that held. */
  events: string;
}

const ORDER = ["fail", "inconclusive", "pass"];
const MOST_PROOF = 2;

/** Broken rules first, each with what was observed and the events that show it. */
export function expectationLines(report: Report): ExpectationLine[] {
  return report.expectations
    .toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict))
    .map((expectation, index) => {
      const { sign, held } = VERDICTS[expectation.verdict];
      return {
        id: `rule-${index + 1}`,
        name: expectation.name,
        verdict: expectation.verdict,
        sign,
        word: expectation.notMeasured === true ? NOT_MEASURED : held,
        rule: expectation.phase === null ? expectation.explained : `${expectation.explained}, in ${expectation.phase}`,
        observed: expectation.summary,
        proof: expectation.verdict === "pass" ? [] : proofOf(expectation),
        events: eventsInWords([...new Set(expectation.evidence.flatMap(({ events }) => events))].sort((a, b) => a - b)),
      };
    });
}

function proofOf({ evidence }: ReportedExpectation): { text: string; events: string }[] {
  return evidence.slice(0, MOST_PROOF).map(({ note, events, got, wanted }) => {
    const compared = [got === undefined ? "" : got, wanted === undefined ? "" : `wanted ${wanted}`].filter(Boolean);
    return { text: compared.length === 0 ? note : `${note}: ${compared.join(", ")}`, events: eventsInWords(events) };
  });
}
