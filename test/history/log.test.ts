import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import type { ChaosEvent, EventBody } from "../../src/core/event.ts";
import { createEventLog, readEvents } from "../../src/history/index.ts";
import { createFakeClock } from "../support/clock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "llm-chaos-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mark = (label: string): EventBody => ({ type: "mark", label, who: "test" });
const tick = () => new Promise((resolve) => setImmediate(resolve));
const labels = (events: readonly ChaosEvent[]) => events.map((event) => (event.type === "mark" ? event.label : ""));

function newLog(path?: string, keep?: number) {
  const clock = createFakeClock();
  const extra = { ...(path === undefined ? {} : { path }), ...(keep === undefined ? {} : { keep }) };
  return { clock, log: createEventLog({ clock, phase: () => "storm", ...extra }) };
}

describe("sequence", () => {
  test("an event gets its envelope from the log", async () => {
    const { clock, log } = newLog();
    await clock.advance(1_234);
    expect(log.append(mark("a"))).toMatchObject({ v: 1, seq: 1, t_ms: 1_234, phase: "storm", type: "mark" });
    expect(log.append(mark("b")).seq).toBe(2);
    expect(log.lastSeq).toBe(2);
    expect(labels(log.since(1))).toEqual(["b"]);
  });

  test("listeners hear everything in one order, also what a listener appends", () => {
    const { log } = newLog();
    const heard: string[][] = [[], []];
    log.subscribe((event) => {
      heard[0]?.push(...labels([event]));
      if (event.seq === 1) log.append(mark("answer"));
    });
    log.subscribe((event) => heard[1]?.push(...labels([event])));
    log.append(mark("question"));
    expect(heard).toEqual([
      ["question", "answer"],
      ["question", "answer"],
    ]);
  });

  test("a listener that throws hurts nobody, and one that left hears nothing", () => {
    const { log } = newLog();
    const heard: number[] = [];
    log.subscribe(() => {
      throw new Error("listener bug");
    });
    const leave = log.subscribe((event) => heard.push(event.seq));
    log.append(mark("a"));
    leave();
    log.append(mark("b"));
    expect(heard).toEqual([1]);
  });
});

describe("file", () => {
  test("holds every event after close, readable by its owner only", async () => {
    const path = join(folder, "run", "events.jsonl");
    const { log } = newLog(path);
    for (let i = 0; i < 100; i++) log.append(mark(`m${i}`));
    await log.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { events, problems, tornLine } = readEvents(path);
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect({ problems, tornLine }).toEqual({ problems: [], tornLine: false });
  });

  test("is written at the end of the tick, without close", async () => {
    const path = join(folder, "events.jsonl");
    const { log } = newLog(path);
    log.append(mark("a"));
    await tick();
    expect(labels(readEvents(path).events)).toEqual(["a"]);
    await log.close();
  });

  test("never overwrites, and never follows a link", () => {
    const path = join(folder, "events.jsonl");
    writeFileSync(path, "mine");
    expect(() => newLog(path)).toThrow(UserError);
    const link = join(folder, "link.jsonl");
    symlinkSync(join(folder, "elsewhere"), link);
    expect(() => newLog(link)).toThrow(UserError);
    expect(existsSync(join(folder, "elsewhere"))).toBe(false);
    expect(readFileSync(path, "utf8")).toBe("mine");
  });

  test("since reads back from the file, near or far, also what this tick has not written yet", async () => {
    const { log } = newLog(join(folder, "events.jsonl"), 10);
    for (let i = 1; i <= 3_500; i++) {
      log.append(mark(`m${i}`));
      if (i % 700 === 0) await tick();
    }
    expect(log.since(0).map(({ seq }) => seq)).toEqual(Array.from({ length: 3_500 }, (_, i) => i + 1));
    expect(labels(log.since(2_099)).slice(0, 2)).toEqual(["m2100", "m2101"]);
    log.append(mark("last"));
    expect(labels(log.since(3_499))).toEqual(["m3500", "last"]);
    expect(log.since(3_501)).toEqual([]);
    await log.close();
    expect(labels(log.since(3_500))).toEqual(["last"]);
  });

  test("memory alone is bounded", () => {
    const { log } = newLog(undefined, 10);
    for (let i = 1; i <= 100; i++) log.append(mark(`m${i}`));
    expect(log.since(0).length).toBeLessThan(16);
    expect(log.since(0).at(-1)?.seq).toBe(100);
  });

  test("a full disk is told once; the data path goes on in memory, the file stays readable", () => {
    const path = join(folder, "events.jsonl");
    // A file-size limit of 8 blocks is what a full disk looks like: a short write, then an error.
    const output = execFileSync("sh", [
      "-c",
      'ulimit -f 8; exec "$0" --input-type=module -e "$1"',
      process.execPath,
      `
      ${preamble(path)}
      let told = 0;
      log.onFailure(() => { told += 1; });
      for (let i = 0; i < 200; i++) {
        log.append({ type: "mark", label: "x".repeat(100), who: "test" });
        await new Promise((resolve) => setImmediate(resolve));
      }
      let late = 0;
      log.onFailure(() => { late += 1; });
      await log.close();
      console.log(JSON.stringify({ told, late, code: log.failed.code, held: log.since(0).length }));
    `,
    ]);
    expect(JSON.parse(String(output))).toEqual({ told: 1, late: 1, code: "EFBIG", held: 200 });
    const { events, problems, tornLine } = readEvents(path);
    expect({ problems, tornLine }).toEqual({ problems: [], tornLine: true });
    expect(events.length).toBeGreaterThan(10);
  });

  test("kill -9 loses nothing of earlier ticks", () => {
    const path = join(folder, "events.jsonl");
    const program = `
      ${preamble(path)}
      log.append({ type: "mark", label: "kept", who: "test" });
      setImmediate(() => setImmediate(() => {
        log.append({ type: "mark", label: "lost", who: "test" });
        process.kill(process.pid, "SIGKILL");
      }));`;
    expect(() => execFileSync(process.execPath, ["--input-type=module", "-e", program], { stdio: "pipe" })).toThrow();
    expect(labels(readEvents(path).events)).toEqual(["kept"]);
  });
});

/** The beginning of a program that has a log of its own. */
function preamble(path: string): string {
  return `
    import { createEventLog } from ${JSON.stringify(new URL("../../src/history/index.ts", import.meta.url).href)};
    const clock = { nowMs: () => 0, wallMs: () => 0, after: () => () => {} };
    const log = createEventLog({ path: ${JSON.stringify(path)}, clock, phase: () => "live" });`;
}
