import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { FrontDoorCall } from "../core/history.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { firstTrouble } from "./shared/trouble.ts";
import { counted } from "./shared/words.ts";

const params = z.strictObject({});
type Params = z.output<typeof params>;

/**
 * The driver looks at each answer while it comes and logs what it saw, never the text. Without any trouble there was no
 * error text to pass on, so only what was shown can be told.
 */
export const noLeak = {
  name: "no_leak",
  summary: "No key, canary or provider's error text stands in what the app shows its user.",
  needsFrontDoor: true,
  params,
  explain: () => "no answer shows a key, a canary or the provider's error text",
  check(_given, selected) {
    const calls = selected.frontDoorCalls.filter(({ ended }) => ended !== undefined);
    if (calls.length === 0) return unseen("no front-door answer was seen");
    const leaking = calls.filter((call) => whatItShows(call).length > 0);
    const all = counted(calls.length, "answer");
    if (leaking.length > 0)
      return fail(`${leaking.length} of ${all} show what users must not see`, leaking.map(asEvidence));
    const unread = calls.filter(({ ended }) => ended?.secret_shown === undefined);
    if (unread.length > 0)
      return inconclusive(
        `${unread.length} of ${all} were not looked through for keys: too long, or from a log of an older version`,
        unread.map(asEvidence),
      );
    if (firstTrouble(selected.attempts) === undefined)
      return unseen(`nothing in ${all}, but no call met an error that could have been passed on`);
    return pass(`nothing of that in ${all}`);
  },
} satisfies Expectation<Params>;

function whatItShows({ ended }: FrontDoorCall): string[] {
  return [
    ...(ended?.secret_shown === true ? ["a key or a canary"] : []),
    ...(ended?.provider_text === true ? ["the provider's error text"] : []),
  ];
}

function asEvidence(call: FrontDoorCall): Evidence {
  const { id, started, ended } = call;
  const shown = whatItShows(call).join(" and ");
  return {
    note: shown === "" ? `${id} was not looked through` : `${id} shows ${shown}`,
    events: ended === undefined ? [started.seq] : [started.seq, ended.seq],
    got: `${ended?.status ?? 0}, ${shown === "" ? "not known" : shown}`,
    wanted: "the app's own words",
  };
}
