import { expect, it } from "vitest";
import { foldHistory } from "../../src/history/index.ts";
import { buildReport } from "../../src/report/index.ts";
import { story } from "../support/events.ts";

const ABOUT = /^The upstream was|had no recording/;

/** What a report says of an upstream of this kind, when the app made one call. */
function said(kind: "live" | "stub" | "replay", missed = false): string[] {
  const told = story().received("c1");
  if (missed) told.event({ type: "replay_missed", call: "c1", difference: "$.x" });
  const events = told.events.map((event) =>
    event.type === "run_started" ? { ...event, upstream: { kind, address: "somewhere" } } : event,
  );
  return buildReport(foldHistory(events), []).notConcluded.filter((line) => ABOUT.test(line));
}

it("says which upstream it was, where that leaves something open", () => {
  expect(said("live")).toEqual([]);
  expect(said("stub")).toEqual([expect.stringContaining("the built-in stub")]);
  expect(said("replay")).toEqual([expect.stringMatching(/a recording: .*limits of the provider's tier.*first token/)]);
  expect(said("replay", true)[1]).toBe("1 call had no recording and met an error of llm-chaos's own.");
});

it("says what was done by hand, since the command that repeats the run leaves it out", () => {
  const told = story().received("c1");
  const by = (method: string) => told.event({ type: "command", who: "ana", method, params: {} });
  const lines = () => buildReport(foldHistory(told.events), []).notConcluded.filter((line) => line.includes("by hand"));
  for (const method of ["scenario.start", "mark", "panic"]) by(method);
  expect(lines()).toEqual([]);
  for (const method of ["limits.set", "fault.inject", "limits.set"]) by(method);
  expect(lines()).toEqual([
    "The run was changed by hand while it went on (fault.inject 1 ×, limits.set 2 ×): the command that repeats it leaves that out.",
  ]);
});
