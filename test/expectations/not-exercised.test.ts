import { expect, it } from "vitest";
import { expectations } from "../../src/expectations/index.ts";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

// A fault that no call met proves nothing about the app: what depends on it is inconclusive, however well the calls went.

const DEPENDENT = {
  degrades_by: { any_of: ["shed", "fallback"], within: "5s" },
  truncation_noticed: {},
  retry_after_honoured: {},
  recovers: { to: "95%", within: "5s" },
};

function quietRun(
  name: string,
  params: object,
  { chosen = false, ifUnseen = "inconclusive" as "inconclusive" | "fail" } = {},
) {
  const told = story({ expect: [{ name, params, ifUnseen }] });
  const calls = (phase: string, n: number) => {
    for (let i = 0; i < n; i++) {
      const id = `${phase}-${i}`;
      told.front(id).received(`c-${id}`, { trace: `trace-${id}`, afterMs: 10 });
      if (chosen && phase === "storm") {
        const of = { call: `c-${id}`, rule: "storm/1", fault: "rate_limit" };
        told.event({ type: "fault_chosen", ...of, decision: `storm/1/#${i + 1}` });
        told.event({ type: "fault_lost", ...of, why: "storm/0 ended the call first" });
      }
      told.replied(`c-${id}`, 200, { afterMs: 20 }).frontEnded(id, 200);
    }
  };
  told.phase("baseline");
  calls("baseline", 10);
  told.phase("storm", { fault: "rate_limit" });
  calls("storm", 10);
  told.phase("recovery");
  calls("recovery", 10);
  return told.after(10_000).ended();
}

it.each(Object.entries(DEPENDENT))("%s, when no call met the fault", (name, params) => {
  expect(expectations.has(name)).toBe(true);
  expect(judged(quietRun(name, params)).verdict).toBe("inconclusive");
  expect(judged(quietRun(name, params, { chosen: true })).verdict, "chosen, and lost each time").toBe("inconclusive");
  expect(judged(quietRun(name, params, { ifUnseen: "fail" })).verdict, "if_unseen decides").toBe("fail");
});
