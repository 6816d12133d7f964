import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { type RunningApp, shellCommand, startApp } from "../../src/app/index.ts";
import type { Clock } from "../../src/core/clock.ts";
import { UserError } from "../../src/core/errors.ts";
import { createScrubber } from "../../src/core/secrets.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { isAlive } from "../support/app.ts";

interface Started {
  app: RunningApp;
  lines: string[];
  /** Resolves with the first line that starts so, without its start. */
  said(start: string): Promise<string>;
}

function start(
  command: string[],
  options: { env?: Record<string, string>; clock?: Clock; secrets?: string[] } = {},
): Started {
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  const scrubber = createScrubber();
  for (const secret of options.secrets ?? []) scrubber.register(secret);
  const app = startApp({
    command,
    env: { PATH: process.env["PATH"], ...options.env },
    clock: options.clock ?? createSystemClock(),
    scrubber,
    onOutput(line, stream) {
      lines.push(`${stream}: ${line}`);
      for (const check of waiting) check();
    },
  });
  onTestFinished(() => app.stop());
  const said = (start: string) =>
    new Promise<string>((resolve) => {
      const check = () => {
        const line = lines.find((one) => one.startsWith(`stdout: ${start}`));
        if (line !== undefined) resolve(line.slice(`stdout: ${start}`.length));
      };
      waiting.push(check);
      check();
    });
  return { app, lines, said };
}

/** Ten seconds pass in a fifth of one. */
function fastClock(): Clock {
  const clock = createSystemClock();
  return { ...clock, nowMs: () => clock.nowMs() * 50, after: (ms, callback) => clock.after(ms / 50, callback) };
}

const STUBBORN = `trap "" TERM; echo pid $$; while :; do sleep 0.05; done`;

describe("the app's process", () => {
  it("passes its output on by lines, without secrets, and gets only the environment it was given", async () => {
    const script = `printf 'half '; sleep 0.05; printf 'line\\r\\nkey '; echo "$APP_KEY"; echo "home=$HOME." >&2; printf 'no end'; exit 3`;
    const { app, lines } = start(shellCommand(script), {
      env: { APP_KEY: "sk-canary-0001" },
      secrets: ["sk-canary-0001"],
    });
    expect(await app.exited).toEqual({ code: 3, signal: null });
    await app.stop();
    await expect
      .poll(() => [...lines].sort())
      .toEqual(["stderr: home=.", "stdout: half line", "stdout: key [secret]", "stdout: no end"]);
  });

  it("ends with everything it has started", async () => {
    const { app, said } = start(shellCommand(`sleep 60 & echo pid $!; sh -c 'sleep 60 & echo grand $!; wait' & wait`));
    const pids = [app.pid, Number(await said("pid ")), Number(await said("grand "))];
    expect(pids.map(isAlive)).toEqual([true, true, true]);
    await app.stop();
    expect(pids.map(isAlive)).toEqual([false, false, false]);
    expect(await app.exited).toEqual({ code: null, signal: "SIGTERM" });
  });

  it("may use its 10 s to end in order", async () => {
    const { app, said, lines } = start(
      shellCommand(`trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done`),
    );
    await said("up");
    await app.stop();
    expect(await app.exited).toEqual({ code: 0, signal: null });
    expect(lines).toContain("stdout: bye");
  });

  it("is killed after 10 s when it does not end", async () => {
    const { app, said } = start(shellCommand(STUBBORN), { clock: fastClock() });
    await said("pid ");
    await app.stop();
    expect(await app.exited).toEqual({ code: null, signal: "SIGKILL" });
  });

  it("leaves no child behind that outlived the command and ignores TERM", async () => {
    const { app, said } = start(shellCommand(`sh -c '${STUBBORN}' & sleep 0.2`), { clock: fastClock() });
    const child = Number(await said("pid "));
    expect((await app.exited).code).toBe(0);
    expect(isAlive(child)).toBe(true);
    await app.stop();
    expect(isAlive(child)).toBe(false);
  });

  it("does not outlive us when we leave without stopping it", async () => {
    const program = `
      import { startApp } from ${JSON.stringify(new URL("../../src/app/index.ts", import.meta.url).href)};
      import { createSystemClock } from ${JSON.stringify(new URL("../../src/run/system-clock.ts", import.meta.url).href)};
      startApp({
        command: ["/bin/sh", "-c", "sleep 60 & echo $!; wait"],
        env: process.env,
        clock: createSystemClock(),
        scrubber: { register() {}, scrub: (text) => text },
        onOutput(pid) { process.stdout.write(pid, () => process.exit()); },
      });`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
    expect(Number(stdout)).toBeGreaterThan(0);
    await expect.poll(() => isAlive(Number(stdout))).toBe(false);
  });

  it("can be stopped twice, and after its end", async () => {
    const { app } = start(["true"]);
    await app.exited;
    await Promise.all([app.stop(), app.stop()]);
  });

  it("names a command that does not exist", () => {
    expect(() => start(["no-such-command-here", "--port", "1"])).toThrow(UserError);
    expect(() => start(["no-such-command-here"])).toThrow(/"no-such-command-here" cannot be started/);
    expect(() => start([])).toThrow(/the app command is empty/);
  });
});
