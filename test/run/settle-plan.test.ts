// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of the scenario language
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { EventBody } from "../../src/core/event.ts";
import type { EventLog } from "../../src/history/index.ts";
import type { SessionOptions } from "../../src/run/options.ts";
import { settlePlan } from "../../src/run/settle-plan.ts";
import { createLedger, type DecisionPlan } from "../../src/scenario/index.ts";

function settle(options: { plan?: DecisionPlan; planOut?: string; keys?: readonly string[] }) {
  const ledger = createLedger(options.plan);
  const params = { retry_after: { kind: "fixed", ms: 7_654 } };
  for (const key of options.keys ?? ["storm/1/#1"])
    ledger.note({ rule: "storm/1", fault: "rate_limit", params }, { rule: "storm/1", key, taken: true });
  const told: string[] = [];
  const events: EventBody[] = [];
  const rule = {
    id: "storm/1",
    fault: "rate_limit",
    params: { retry_after: "${WAIT}" },
    where: {},
    chance: 1,
    atMost: undefined,
  };
  const scenario = { name: "x", seed: 7, phases: [{ name: "storm", lastsMs: 1, faults: [rule] }] };
  const trouble = settlePlan(ledger, {
    options: { ...options, scenario, notify: (line: string) => told.push(line) } as unknown as SessionOptions,
    log: { append: (event: EventBody) => events.push(event) } as unknown as EventLog,
  });
  return { trouble, told, events };
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-settle-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it("writes no value from the environment: a rule with placeholders keeps what the file says", () => {
  const folder = freshFolder();
  const planOut = join(folder, "plan.json");
  expect(settle({ planOut })).toEqual({ trouble: undefined, told: [`plan    ${planOut}`], events: [] });
  const text = readFileSync(planOut, "utf8");
  expect(JSON.parse(text).rules).toEqual([
    { rule: "storm/1", fault: "rate_limit", params: { retry_after: "${WAIT}" } },
  ]);
  expect(text).not.toContain("7654");
  expect(readdirSync(folder)).toEqual(["plan.json"]);
});

it("says which file could not be written, and leaves no half of one", () => {
  const folder = freshFolder();
  mkdirSync(join(folder, "plan.json"));
  const { trouble, told } = settle({ planOut: join(folder, "plan.json") });
  expect(trouble).toMatch(/--plan-out .*plan\.json cannot be written/);
  expect(told).toEqual([trouble]);
  expect(existsSync(join(folder, "plan.json.part"))).toBe(false);
});

it("names the first keys that did not occur, and counts what was new", () => {
  const decisions = Array.from({ length: 8 }, (_, n) => ({ rule: "storm/1", key: `storm/1/#${n + 1}`, taken: true }));
  const plan: DecisionPlan = { version: 1, scenario: "x", seed: 7, rules: [], decisions };
  const { events, told } = settle({ plan, keys: ["storm/1/#1", "storm/1/#99"] });
  expect(events).toEqual([
    {
      type: "warning",
      code: "plan_missing",
      text: "7 decisions of the plan did not occur: no call came for storm/1/#2, storm/1/#3, storm/1/#4, storm/1/#5, storm/1/#6 and 2 more",
    },
    { type: "warning", code: "plan_unplanned", text: "1 decision was not in the plan and made by the seed" },
  ]);
  expect(told).toHaveLength(2);
  expect(settle({ plan, keys: decisions.map(({ key }) => key) }).events).toEqual([]);
});
