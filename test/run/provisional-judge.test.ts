import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { createProvisionalJudge } from "../../src/run/dashboard/judge.ts";
import type { JudgeAnswer } from "../../src/run/dashboard/judge-protocol.ts";
import { createFakeClock } from "../support/clock.ts";
import { story } from "../support/events.ts";
import { JUDGE_PATIENCE_MS } from "../support/patience.ts";

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

const answersToBe = (answers: readonly JudgeAnswer[], count: number) =>
  expect.poll(() => answers.length, { timeout: JUDGE_PATIENCE_MS }).toBe(count);

const HAS_PROC = existsSync("/proc/self/status");
const ofProcess = (pid: number | string, file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");

/** The judge that was started for this log, as the system knows it. */
function pidOfJudge(eventsPath: string): number {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (ofProcess(pid, "cmdline").includes(eventsPath)) return Number(pid);
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error(`no process has ${eventsPath} among its arguments`);
}

it(
  "judges what the log holds, and on the next request what has come since; never sooner than two seconds later",
  async () => {
    const { eventsPath, judge, clock, answers } = setUp();
    const tale = story({ expect: [{ name: "max_in_flight", params: { at_most: 1 } }] })
      .phase("a")
      .received("c1", { afterMs: 10 })
      .replied("c1", 200, { afterMs: 100 });
    const before = tale.events.length;
    writeFileSync(eventsPath, lines(tale.events));
    judge.ask();
    await answersToBe(answers, 1);
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
    await answersToBe(answers, 2);
    expect(answers[1]).toMatchObject({ judged: [{ verdict: "fail", call: expect.stringMatching(/^c[23]$/) }] });
  },
  2 * JUDGE_PATIENCE_MS,
);

it(
  "says so when the log cannot be read, and asks no more",
  async () => {
    const { judge, clock, answers } = setUp();
    judge.ask();
    await answersToBe(answers, 1);
    expect(answers[0]).toMatchObject({ trouble: expect.stringContaining("cannot be judged on the way") });
    await clock.advance(60_000);
    judge.ask();
    expect(answers).toHaveLength(1);
  },
  2 * JUDGE_PATIENCE_MS,
);

it.skipIf(!HAS_PROC)(
  `is a process of the lowest priority that knows nothing of our environment, and is missed when it is killed${HAS_PROC ? "" : " (skipped: no /proc here)"}`,
  async () => {
    vi.stubEnv("OPENAI_API_KEY", "sk-of-the-app");
    onTestFinished(() => void vi.unstubAllEnvs());
    const { eventsPath, judge, clock, answers } = setUp();
    writeFileSync(eventsPath, lines(story({ expect: [] }).events));
    judge.ask();
    await answersToBe(answers, 1);
    const pid = pidOfJudge(eventsPath);
    expect(getPriority(pid)).toBe(constants.priority.PRIORITY_LOW);
    expect(ofProcess(pid, "environ")).not.toContain("sk-of-the-app");

    process.kill(pid, "SIGKILL");
    await answersToBe(answers, 2);
    expect(answers[1]).toEqual({
      trouble: "cannot be judged on the way: its process ended (SIGKILL); the report will",
    });
    await clock.advance(60_000);
    judge.ask();
    expect(() => pidOfJudge(eventsPath)).toThrow("no process has");
  },
  2 * JUDGE_PATIENCE_MS,
);
