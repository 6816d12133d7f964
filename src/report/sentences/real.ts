import type { Report } from "../../core/report.ts";
import { formatCount, formatDuration } from "../../core/units.ts";
import { faults as knownFaults } from "../../faults/index.ts";
import { loadAdvice } from "./advice.ts";
import { signsOf } from "./signs.ts";
import { subjectOf } from "./wall.ts";
import { capital, counted, dimensionInWords, listed, NOT_MEASURED, OUTCOMES } from "./words.ts";

export interface Pair {
  label: string;
  text: string;
}

/** Words of the scenario's `runbook:` that have a place of their own; all others are printed under their own name. */
const KNOWN = new Set(["owner", "escalate", "check", "act"]);
const MOST_REFUSALS = 3;

/** For the night it happens: how it looks, what to check, what to do, whose it is. */
export function whenItHappens(report: Report): Pair[] {
  const { runbook } = report;
  const own = Object.entries(runbook).filter(([name]) => !KNOWN.has(name));
  return [
    { label: "How it looks", text: `${howItLooks(report)} ${whatUsersSee(report)}` },
    ...inTheLog(report),
    { label: "Watch", text: capital(listed(whatToWatch(report))) },
    { label: "Check", text: runbook["check"] ?? whatToCheck(report) },
    {
      label: "Do",
      text: runbook["act"] ?? capital([...loadAdvice(report), "TODO: act (runbook.act in the scenario)"].join("; ")),
    },
    { label: "Owner", text: [runbook["owner"] ?? "TODO: owner", escalation(runbook)].join("; ") },
    ...own.map(([label, text]) => ({ label, text })),
  ];
}

function escalation(runbook: Report["runbook"]): string {
  return `escalate to ${runbook["escalate"] ?? "TODO: escalate"}`;
}

/** What the app got from the provider's side, as an operator finds it in the app's log. */
function howItLooks({ refusals, faults }: Report): string {
  const refused = refusals.slice(0, MOST_REFUSALS).map(({ status, dimension, trouble, announcedMs, origin, count }) => {
    const wait =
      announcedMs === null
        ? "no wait announced"
        : announcedMs.min === announcedMs.max
          ? `wait ${formatDuration(announcedMs.min)}`
          : `wait ${formatDuration(announcedMs.min)} to ${formatDuration(announcedMs.max)}`;
    const subject = dimension === null ? "" : `${dimensionInWords(dimension)}, `;
    return `HTTP ${status} ${trouble} (${subject}${wait}; ${origin}, ${formatCount(count)} ×)`;
  });
  const spoilt = faults.flatMap(({ name, hits }) => {
    const look = knownFaults.get(name)?.looks;
    return look === undefined || hits === 0 ? [] : [`${look} (${name}, ${formatCount(hits)} ×)`];
  });
  const seen = [...refused, ...spoilt];
  return seen.length === 0
    ? `The provider's side: ${NOT_MEASURED}, nothing went wrong.`
    : `The app gets ${listed(seen)}.`;
}

function whatUsersSee({ calls }: Report): string {
  if (calls.frontDoor === 0) return `What users see: ${NOT_MEASURED}.`;
  const seen = OUTCOMES.map(({ outcome }) => ({ outcome, count: calls.outcomes[outcome] }));
  const parts = seen.filter(({ count }) => count > 0).map(({ outcome, count }) => `${formatCount(count)} ${outcome}`);
  return `Users see ${listed(parts)} of ${counted(calls.frontDoor, "call")}.`;
}

function whatToCheck({ refusals, load }: Report): string {
  const named = refusals.find(({ dimension }) => dimension !== null);
  const first =
    named === undefined
      ? "In the app's log: the status and error text of calls to the provider"
      : `Does the refusal name ${subjectOf(named.dimension, named.trouble)}, and how long does it say to wait`;
  const wall = load.computedWall === null ? "" : "; are more calls at once than the wall above";
  return `${first}${wall}? TODO: check (runbook.check in the scenario)`;
}

/** What to search the app's log for. */
function inTheLog(report: Report): Pair[] {
  const { codes, headers } = signsOf(report);
  const statuses = [...new Set(report.refusals.map(({ status }) => status))].sort((a, b) => a - b);
  const words = [...statuses.map(String), ...codes];
  if (words.length === 0) return [];
  const of = headers.length === 0 ? "" : `; headers of the refusal: ${headers.join(", ")}`;
  return [{ label: "In the log", text: `${words.join(", ")}${of}` }];
}

/** The few numbers that show it coming, each with what this run had. */
function whatToWatch({ refusals, profile, series, ttftMs, calls }: Report): string[] {
  const statuses = [...new Set(refusals.map(({ status }) => status))].sort((a, b) => a - b);
  const most = Math.max(0, ...series.map(({ inFlight }) => inFlight));
  const bound = profile.traits.find(({ name }) => name === "in_flight")?.numbers["mostInFlight"];
  const inFlight = bound === undefined ? `up to ${most} here` : `the app's bound is ${bound}`;
  return [
    ...(statuses.length === 0 ? [] : [`answers with ${listed(statuses.map(String))} per minute`]),
    `calls in flight to the provider (${inFlight})`,
    ...(ttftMs === null ? [] : [`first token p95 (${formatDuration(ttftMs.p95)} here, of whole answers)`]),
    ...(calls.outcomes.shed > 0 ? ["refusals to users"] : []),
  ];
}
