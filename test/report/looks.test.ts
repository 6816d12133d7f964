import { expect, it } from "vitest";
import { faults } from "../../src/faults/index.ts";
import { renderers } from "../../src/report/index.ts";
import { story } from "../support/events.ts";
import { reportOf } from "../support/report.ts";

/** Told by their refusals, with status and wait. */
const REFUSE = [
  "rate_limit",
  "quota_exceeded",
  "overloaded",
  "server_error",
  "bad_gateway",
  "timeout_status",
  "bad_key",
  "unknown_model",
  "context_too_long",
  "content_filter",
  "request_too_large",
];

it("has words for every fault that does not refuse", () => {
  const without = [...faults.values()].filter(({ looks }) => looks === undefined);
  expect(without.map(({ name }) => name)).toEqual(REFUSE);
});

it("tells a refusal once, and a spoilt answer in words that need no scenario", () => {
  const told = story({ driven: false }).phase("storm", { fault: "overloaded" });
  told.received("c1").replied("c1", 503, { fault: "overloaded", trouble: "overloaded" });
  told.phase("cut", { fault: "truncate" }).received("c2").replied("c2", 200, { fault: "truncate" });
  const page = renderers.get("runbook.md")?.(reportOf(told.ended()));
  expect(page).toContain("answers that end early, as if whole (truncate, 1 ×)");
  expect(page).not.toContain("overloaded (1 ×)");
});
