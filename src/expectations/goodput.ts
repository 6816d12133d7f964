import { z } from "zod";
import type { Evidence, Expectation, Judgement } from "../core/expectation.ts";
import type { History } from "../core/history.ts";
import { rate } from "../core/schema.ts";
import { formatShare, parseShare } from "../core/units.ts";
import { type Counted, countGood, type Span, spansOf } from "./goodput/count.ts";
import { aroundTheFaults } from "./shared/fault-phases.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { stoppedEarly } from "./shared/stopped.ts";
import { counted, decimal } from "./shared/words.ts";

type Wanted = { perSecond: number } | { ofBaseline: number };

const wanted = () =>
  z
    .string()
    .meta({ description: "A rate (2/s, 90/m), or a share of the goodput before the faults (80%)", examples: ["80%"] })
    .transform((text, context) => {
      const part = text.trim().endsWith("%") ? parseShare(text) : undefined;
      if (part !== undefined) return { ofBaseline: part } as Wanted;
      const parsed = rate().safeParse(text);
      if (parsed.success) return { perSecond: parsed.data } as Wanted;
      context.addIssue({ code: "custom", message: `"${text}" is neither a rate nor a share; write 2/s or 80%` });
      return z.NEVER;
    });

const params = z.strictObject({
  at_least: wanted(),
  at: z
    .enum(["proxy", "front_door"])
    .optional()
    .meta({ description: "Where to count. Default front_door when it is driven, else proxy" }),
});
type Params = z.output<typeof params>;

/** Fewer good replies make no baseline. */
const LEAST_BASELINE = 5;

/**
 * Whole replies within the deadline per second of the phases looked at: served calls at the front door, delivered attempts
 * at the proxy. A reply counts for the phase in which its call began. Against a share of the baseline (the phases before
 * the first one with faults) the baseline itself is not looked at.
 */
export const goodput = {
  name: "goodput",
  summary: "Enough whole replies in time per second, at the front door or at the proxy.",
  needsFrontDoor: false,
  params,
  explain: ({ at_least, at }) =>
    `goodput${at === "proxy" ? " at the proxy" : ""} ≥ ${"perSecond" in at_least ? `${decimal(at_least.perSecond)} per second` : `${formatShare(at_least.ofBaseline)} of the baseline`}`,
  check({ at_least, at }, selected, whole) {
    const place = at ?? (whole.frontDoorCalls.length > 0 ? "front_door" : "proxy");
    const before = "perSecond" in at_least ? [] : aroundTheFaults(whole).before;
    const spans = spansOf({ selected, whole }, place).filter(
      ({ name }) => !before.some((phase) => phase.name === name),
    );
    const seen = countGood(selected, { spans, place });
    if (seen.all === 0) return unseen(`no ${place === "proxy" ? "attempt" : "front-door call"} was seen`);
    if ("perSecond" in at_least) return compare(seen, { least: at_least.perSecond, whole, note: "" });
    const base = countGood(whole, { spans: before, place });
    if (base.good < LEAST_BASELINE)
      return inconclusive(`only ${counted(base.good, "whole reply", "whole replies")} before the faults: no baseline`);
    const note = `, ${formatShare(seen.perSecond / base.perSecond)} of the ${decimal(base.perSecond)} before`;
    return compare(seen, { least: at_least.ofBaseline * base.perSecond, whole, note });
  },
} satisfies Expectation<Params>;

function compare(seen: Counted, { least, whole, note }: { least: number; whole: History; note: string }): Judgement {
  const { good, doubtful, seconds, perSecond, spans } = seen;
  const doubt = doubtful === 0 ? "" : `, ${doubtful} of them perhaps truncated`;
  const summary = `${decimal(perSecond)} whole replies per second (${counted(good, "reply", "replies")}${doubt} in ${decimal(seconds)} s)${note}`;
  const evidence = [evidenceOf(spans, { got: perSecond, wanted: least })];
  // Rounded down, since a stretch of time cannot be blamed for the fraction of a call.
  const needed = Math.floor(least * seconds);
  if (good < needed) {
    const stopped = stoppedEarly(whole);
    return stopped === undefined ? fail(summary, evidence) : inconclusive(`${summary}, and ${stopped}`, evidence);
  }
  return good - doubtful >= needed ? pass(summary, evidence) : inconclusive(summary, evidence);
}

function evidenceOf(spans: readonly Span[], { got, wanted }: { got: number; wanted: number }): Evidence {
  return {
    note: "the phases that were counted",
    events: spans.map(({ seq }) => seq),
    got: `${decimal(got)} per second`,
    wanted: `≥ ${decimal(wanted)} per second`,
  };
}
