import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createProvisionalJudge } from "../../src/run/dashboard/judge.ts";
import type { JudgeAnswer } from "../../src/run/dashboard/judge-protocol.ts";
import { createFakeClock } from "../support/clock.ts";
import { story } from "../support/events.ts";

function setUp() {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-judge-"));
  const eventsPath = join(folder, "events.jsonl");
  const answers: JudgeAnswer[] = [];
  const clock = createFakeClock();
  const judge = createProvisionalJudge({ eventsPath, clock, onAnswer: (answer) => void answers.push(answer) });
  onTestFinished(async () => {
    await judge.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { eventsPath, judge, clock, answers };
}

const lines = (events: readonly object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join("");

it("judges what the log holds, and on the next request what has come since; never sooner than two seconds later", async () => {
  const { eventsPath, judge, clock, answers } = setUp();
  const tale = story({ expect: [{ name: "max_in_flight", params: { at_most: 1 } }] })
    .phase("a")
    .received("c1", { afterMs: 10 })
    .replied("c1", 200, { afterMs: 100 });
  const before = tale.events.length;
  writeFileSync(eventsPath, lines(tale.events));
  judge.ask();
  await expect.poll(() => answers.length, { timeout: 15_000 }).toBe(1);
  expect(answers[0]).toMatchObject({ judged: [{ name: "max_in_flight", verdict: "pass" }] });

  tale.received("c2").received("c3").after(500);
  tale.replied("c2", 200).replied("c3", 200);
  const news = lines(tale.events.slice(before));
  // A line that is not whole yet is left for the next time.
  appendFileSync(eventsPath, news.slice(0, -5));
  judge.ask();
  await clock.advance(60_000);
  appendFileSync(eventsPath, news.slice(-5));
  judge.ask();
  await expect.poll(() => answers.length, { timeout: 15_000 }).toBe(2);
  expect(answers[1]).toMatchObject({ judged: [{ verdict: "fail", call: expect.stringMatching(/^c[23]$/) }] });
}, 40_000);

it("says so when the log cannot be read, and asks no more", async () => {
  const { judge, clock, answers } = setUp();
  judge.ask();
  await expect.poll(() => answers.length, { timeout: 15_000 }).toBe(1);
  expect(answers[0]).toMatchObject({ trouble: expect.stringContaining("cannot be judged on the way") });
  await clock.advance(60_000);
  judge.ask();
  expect(answers).toHaveLength(1);
}, 20_000);
