import { UserError } from "../core/errors.ts";
import { parseShare } from "../core/units.ts";
import { parseUpstreams, type StubChoice } from "./upstream-choice.ts";

/** `--mix`: a share of the logical calls goes to the live upstream, the rest to a stub. */
export interface MixChoice {
  /** 0 to 1. */
  share: number;
  rest: StubChoice;
}

/** `real=5%`, or `real=5%,rest=stub:profile.yaml`. Throws a UserError. */
export function parseMix(text: string): MixChoice {
  const [, real, rest = "stub"] = /^real=([^,]+)(?:,rest=(.+))?$/.exec(text.trim()) ?? [];
  const share = real === undefined ? undefined : parseShare(real);
  if (share === undefined || share > 1) {
    throw new UserError(`--mix "${text}" is not a share of real calls`, {
      hint: "write --mix real=5%, or with a profile for the rest --mix real=5%,rest=stub:profile.yaml",
    });
  }
  return { share, rest: restOf(rest) };
}

/** `refuse`, `stub` or `stub:profile.yaml`; undefined: calls beyond the budget are refused. Throws a UserError. */
export function parseOverBudget(text: string): StubChoice | undefined {
  if (text === "refuse") return undefined;
  const choice = stubOf(text);
  if (choice !== undefined) return choice;
  throw new UserError(`--over-budget "${text}" is neither refuse nor a stub`, {
    hint: "write refuse, stub, or stub:profile.yaml",
  });
}

function restOf(text: string): StubChoice {
  const choice = stubOf(text);
  if (choice !== undefined) return choice;
  throw new UserError(`--mix: the rest "${text}" is no stub`, { hint: "write stub, or stub:profile.yaml" });
}

function stubOf(text: string): StubChoice | undefined {
  const [choice] = /^stub(?:$|:)/.test(text) ? parseUpstreams([text]) : [];
  return choice?.kind === "stub" ? choice : undefined;
}

/** One stub stands in for a live upstream, whatever it stands in for. Throws a UserError when two are named. */
export function oneStandIn(mix: MixChoice | undefined, overBudget: StubChoice | undefined): StubChoice | undefined {
  const named = [mix?.rest, overBudget].filter((choice) => choice !== undefined);
  const withProfile = named.filter(({ profile }) => profile !== undefined);
  const [first, second] = withProfile;
  if (first !== undefined && second !== undefined && first.address !== second.address) {
    throw new UserError(`--mix names ${first.address}, --over-budget ${second.address}`, {
      hint: "name the same for both",
    });
  }
  return first ?? named[0];
}
