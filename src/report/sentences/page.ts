import type { Report } from "../../core/report.ts";
import { adviceFor } from "./advice.ts";
import { type KneeLine, kneeLines, NO_RAMP } from "./knees.ts";
import { type PathLine, pathLines, pathNote } from "./path.ts";
import { type ProfileLine, profileLines, unseenTraits } from "./profile.ts";
import { type FaultLine, faultLines, headerFacts, proofLines } from "./proof.ts";
import { type Pair, whenItHappens } from "./real.ts";
import { type ExpectationLine, expectationLines, stoppedInWords, verdictSentence } from "./verdict.ts";
import { bitesFirst, headroom, type LimitLine, limitLines, limitsChanged, wallInShort } from "./wall.ts";
import { OUTCOMES, VERDICTS } from "./words.ts";

/** Everything the runbook says, in words and in order. Each format only decides how it looks. */
export interface Page {
  title: string;
  summary: string;
  facts: readonly Pair[];
  verdict: {
    state: Report["verdict"];
    sign: string;
    word: string;
    /** Why the run stopped early. */
    stopped: string | undefined;
    sentence: string;
    hypothesis: string;
  };
  bites: { lead: string; limits: readonly LimitLine[]; headroom: string; changed: string };
  /** Measured behaviour beside the wall by arithmetic; a note instead of lines where nothing was measured. */
  knees: { lines: readonly KneeLine[]; wall: Pair; note: string };
  path: { note: string; lines: readonly PathLine[] };
  /** How the app reacts; a note on what the run gave no occasion for. */
  profile: { lines: readonly ProfileLine[]; note: string };
  expectations: readonly ExpectationLine[];
  /** What to change before it happens, each with the ids of the rules that ask for it. */
  todo: readonly { text: string; rules: readonly string[] }[];
  real: readonly Pair[];
  proof: readonly Pair[];
  faults: readonly FaultLine[];
  reproduce: string;
  /** What this run cannot tell. */
  unproven: readonly string[];
  /** How calls were judged. */
  judged: readonly Pair[];
}

export function layOutPage(report: Report): Page {
  const lines = kneeLines(report);
  const expectations = expectationLines(report);
  const { word, sign } = VERDICTS[report.verdict];
  return {
    title: report.scenario,
    summary: report.summary,
    facts: headerFacts(report),
    verdict: {
      state: report.verdict,
      sign,
      word,
      stopped: stoppedInWords(report.stopped),
      sentence: verdictSentence(report),
      hypothesis: report.hypothesis,
    },
    bites: {
      lead: bitesFirst(report),
      limits: limitLines(report),
      headroom: headroom(report),
      changed: limitsChanged(report),
    },
    knees: {
      lines,
      wall: { label: "Sustained wall", text: wallInShort(report) },
      note: lines.length === 0 ? NO_RAMP : "",
    },
    path: { note: pathNote(report), lines: pathLines(report) },
    profile: { lines: profileLines(report), note: unseenTraits(report) },
    expectations,
    todo: adviceFor(report).map(({ text, rules }) => ({
      text,
      rules: expectations.filter(({ name }) => rules.includes(name)).map(({ id }) => id),
    })),
    real: whenItHappens(report),
    proof: proofLines(report),
    faults: faultLines(report),
    reproduce: report.reproduce,
    unproven: unproven(report),
    judged: judgedBy(report),
  };
}

/** A matcher may be as long as its author likes, and the page has one sheet; report.json has all of it. */
const LONGEST_RULE = 220;

/** The rules with this run's numbers; without front-door calls, what the words mean. */
function judgedBy({ rules }: Report): Pair[] {
  if (rules.length === 0) return OUTCOMES.map(({ outcome, means }) => ({ label: outcome, text: means }));
  return rules.map(({ what, rule }) => ({
    label: what,
    text: rule.length > LONGEST_RULE ? `${rule.slice(0, LONGEST_RULE)}…` : rule,
  }));
}

const MOST_UNPROVEN = 7;

function unproven({ notConcluded, warnings }: Report): string[] {
  const all = [...notConcluded, ...warnings.map((warning) => `Warning: ${warning}`)];
  if (all.length <= MOST_UNPROVEN) return all;
  return [...all.slice(0, MOST_UNPROVEN - 1), `And ${all.length - MOST_UNPROVEN + 1} more, in report.json.`];
}
