import type { History } from "../core/history.ts";
import type { Report } from "../core/report.ts";
import { formatDuration } from "../core/units.ts";

/** How the calls of this run were judged: each outcome and flag, worst first, with the matchers and thresholds that held. */
export function reportRules(history: History): Report["rules"] {
  const { app, queueRule } = history;
  if (history.frontDoorCalls.length === 0 || app === undefined) return [];
  const says = (name: keyof typeof app.declares): string | undefined => {
    const words = app.matchers?.[name];
    if (words !== undefined) return `${name}_when: ${words}`;
    return app.declares[name] ? `${name}_when` : undefined;
  };
  const done = says("done");
  const bad = ["no 2xx", "broken off", says("error"), says("incomplete"), done && `without ${done}`];
  const queue =
    queueRule === undefined
      ? "not measured, for want of a quiet time to compare with"
      : `waited over ${formatDuration(queueRule.longestMs)} for its turn (the larger of 250 ms and 3 × the quiet ${formatDuration(queueRule.baselineP95Ms)}) with about ${queueRule.plateau} in flight`;
  return [
    { what: "hung", rule: `no end within ${formatDuration(app.deadlineMs)}` },
    {
      what: "cut",
      rule: `passed on as whole, and its text ends where a truncated upstream answer ends that nothing made good${says("incomplete") === undefined ? " (no incomplete_when is declared)" : ""}`,
    },
    { what: "failed", rule: bad.filter(Boolean).join(", or ") },
    {
      what: "shed",
      rule:
        says("shed") === undefined
          ? "not to be told: no shed_when is declared"
          : `${says("shed")}, without the provider's text, and the provider not asked again after a refusal`,
    },
    { what: "served", rule: "all others" },
    { what: "queued", rule: queue },
    {
      what: "fell back",
      rule: [says("fallback"), "a whole answer for the same prompt from another model"].filter(Boolean).join(", or "),
    },
  ];
}
