import type { ChildProcess, ForkOptions } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import type { ViewMessage } from "../../src/dashboard/patch.ts";
import { createDashboard, openPicture } from "../../src/run/dashboard/index.ts";
import { startSession } from "../../src/run/session.ts";
import { JUDGE_PATIENCE_MS } from "../support/patience.ts";
import { chat, sessionOptions } from "../support/session.ts";

const SCENARIO = `
name: watched twice
phases: [{ name: only, lasts: 60s }]
expect: [{ max_in_flight: { at_most: 5 } }]
`;

/** The processes that were started; they are what they always are. */
const forked = vi.hoisted((): ChildProcess[] => []);
vi.mock("node:child_process", async (load) => {
  const real = await load<typeof import("node:child_process")>();
  const fork = (module: string, args: string[], options: ForkOptions) => {
    const child = real.fork(module, args, options);
    forked.push(child);
    return child;
  };
  return { ...real, fork };
});
beforeEach(() => void forked.splice(0));

/** A session without a control channel, which would open a picture of its own. */
async function openUnwatched() {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-picture-"));
  const session = await startSession(await sessionOptions({ scenario: SCENARIO }, folder));
  onTestFinished(async () => {
    await session.close({ why: "interrupted", detail: undefined }, 0);
    rmSync(folder, { recursive: true, force: true });
  });
  return session;
}

it(
  "is one for the terminal and the dashboard, with one judge, as long as either looks",
  async () => {
    const session = await openUnwatched();
    const terminal = openPicture(session);
    const dashboard = createDashboard(session);
    onTestFinished(async () => {
      await Promise.all([terminal.close(), dashboard.close()]);
    });
    const got: ViewMessage[] = [];
    const send = (bytes: Uint8Array) => void got.push(JSON.parse(new TextDecoder().decode(bytes)).params);
    dashboard.watch({ send, unreadBytes: () => 0 });
    await chat(session.proxy.url);

    const holds = { rows: [{ name: "max_in_flight", state: "holds" }] };
    await expect.poll(() => terminal.view().expectations, { timeout: JUDGE_PATIENCE_MS }).toMatchObject(holds);
    await expect
      .poll(() => got.map((message) => ("patch" in message ? message.patch.sections.expectations : undefined)))
      .toContainEqual(expect.objectContaining({ rows: [expect.objectContaining({ state: "holds" })] }));
    expect(forked).toHaveLength(1);

    await dashboard.close();
    await dashboard.close();
    await chat(session.proxy.url);
    expect(terminal.view().head.attempts).toBe(2);
    expect(terminal.view().expectations).toMatchObject({ provisional: true, ...holds });

    await terminal.close();
    await chat(session.proxy.url);
    expect(terminal.view().head.attempts).toBe(2);
  },
  2 * JUDGE_PATIENCE_MS,
);

it(
  "takes no provisional verdict once the report has judged",
  async () => {
    const session = await openUnwatched();
    const picture = openPicture(session);
    onTestFinished(() => picture.close());
    // Asks the judge, whose answer comes later than the report's.
    picture.view();
    const final = { name: "max_in_flight", explained: "", phase: null, call: undefined, atMs: undefined } as const;
    picture.judged([{ ...final, verdict: "fail", summary: "7 at once" }], 1_000);
    expect(forked).toHaveLength(1);
    await once(forked[0] as ChildProcess, "message");
    expect(picture.view().expectations).toMatchObject({ provisional: false, rows: [{ state: "broken" }] });
  },
  2 * JUDGE_PATIENCE_MS,
);
