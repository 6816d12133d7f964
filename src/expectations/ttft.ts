import { z } from "zod";
import type { Evidence, Expectation, Judgement } from "../core/expectation.ts";
import type { History } from "../core/history.ts";
import { percentile } from "../core/percentile.ts";
import { duration } from "../core/schema.ts";
import { formatDuration } from "../core/units.ts";
import { type Wait, waitsAtFrontDoor, waitsAtProxy } from "./shared/first-bytes.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { ownLateness } from "./shared/self-delay.ts";
import { counted } from "./shared/words.ts";

const bound = (which: string) =>
  duration()
    .optional()
    .meta({ description: `${which} wait no longer for the first content` });

const params = z
  .strictObject({
    p50: bound("Half of the calls"),
    p95: bound("95 of 100 calls"),
    p99: bound("99 of 100 calls"),
    at: z
      .enum(["proxy", "front_door"])
      .optional()
      .meta({ description: "Where to measure. Default front_door when it is driven, else proxy" }),
  })
  .refine((given) => boundsOf(given).length > 0, "give at least one of p50, p95 and p99: { p95: 2s }");
type Params = z.output<typeof params>;

const WHAT = {
  proxy: "first content at the proxy",
  front_door: "first byte at the front door",
  any: "first byte or content",
} as const;

const SHARES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;

function boundsOf(given: { p50?: number | undefined; p95?: number | undefined; p99?: number | undefined }) {
  return (["p50", "p95", "p99"] as const).flatMap((name) => {
    const most = given[name];
    return most === undefined ? [] : [{ name, share: SHARES[name], most }];
  });
}

/**
 * At the proxy: from the request head to the first chunk with content. At the front door: from when the call was due to the
 * first byte of a 2xx answer. Refused and failed calls have none and are not counted; a call that was left or cut before
 * its first content counts as having waited at least that long, so that hangs do not flatter the percentile. Waits that our
 * own late loop may have lengthened over the bound are void.
 */
export const ttft = {
  name: "ttft",
  summary: "Time to first token stays within a bound, at the proxy or (as first byte) at the front door.",
  needsFrontDoor: false,
  params,
  explain: (given) =>
    `${WHAT[given.at ?? "any"]}: ${boundsOf(given)
      .map(({ name, most }) => `${name} ≤ ${formatDuration(most)}`)
      .join(", ")}`,
  check(given, history, whole) {
    const place = given.at ?? (whole.frontDoorCalls.length > 0 ? "front_door" : "proxy");
    const all = place === "proxy" ? waitsAtProxy(history) : waitsAtFrontDoor(history);
    if (all.length === 0)
      return unseen(place === "proxy" ? "no answer's first content was seen" : "no first byte of an answer was seen");
    return judge({ ...given, at: place }, all, whole);
  },
} satisfies Expectation<Params>;

function judge(given: Params, all: readonly Wait[], whole: History): Judgement {
  const lateness = ownLateness(whole);
  const bounds = boundsOf(given);
  const valid = all.filter(({ ms, atMs }) => bounds.every(({ most }) => ms <= most || ms - lateness(atMs) > most));
  if (valid.length === 0)
    return inconclusive(`all ${counted(all.length, "wait")} were measured while our own loop was late`);
  const found = bounds.map((one) => ({ ...one, ...atRank(valid, one) }));
  const open = valid.filter((wait) => wait.isOpen).length;
  const words = found.map(({ name, atLeast }) => `${name} ${formatDuration(atLeast)}`);
  const parts = [counted(valid.length, "call"), ...(open === 0 ? [] : [`${open} without any content`])];
  if (valid.length < all.length) parts.push(`${all.length - valid.length} void: our own loop was late`);
  const summary = `${WHAT[given.at ?? "any"]}: ${words.join(", ")} (${parts.join(", ")})`;
  const broken = found.filter(({ atLeast, most }) => atLeast > most);
  const [first] = broken;
  if (first !== undefined) {
    const over = valid.filter(({ ms }) => ms > first.most).sort((a, b) => b.ms - a.ms);
    return fail(
      summary,
      over.map((wait) => asEvidence(wait, first)),
    );
  }
  return found.every(({ isKnown }) => isKnown)
    ? pass(summary)
    : inconclusive(`${summary}: how long the rest would have taken is unknown`);
}

/** Nearest rank. Of a call that had not ended only the least is known: with enough of them, so it is of the percentile. */
function atRank(waits: readonly Wait[], { share, most }: { share: number; most: number }) {
  const known = waits.filter(({ ms, isOpen }) => !isOpen && ms <= most).length;
  const atLeast = percentile(
    waits.map(({ ms }) => ms),
    share,
  );
  return { atLeast: atLeast ?? 0, isKnown: known >= Math.ceil(share * waits.length) };
}

function asEvidence(
  { name, ms, isOpen, events }: Wait,
  { name: which, most }: { name: string; most: number },
): Evidence {
  const got = isOpen ? `nothing for ${formatDuration(ms)}` : formatDuration(ms);
  return { note: `${name} waited for its first content`, events, got, wanted: `${which} ≤ ${formatDuration(most)}` };
}
