import { afterAll, beforeAll } from "vitest";
import type { CallStyle, ClientUnderTest } from "../../scripts/clients/client.ts";
import { type Cell, runCell } from "../../scripts/clients/matrix.ts";
import { QUICK_PROFILE } from "../../scripts/clients/profile.ts";
import { TROUBLES } from "../../scripts/clients/troubles.ts";
import { type Verdict, verdictOf } from "../../scripts/clients/verdict.ts";
import { dialects } from "../../src/providers/index.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { createStub } from "../../src/upstreams/index.ts";

/** Far more than any call that ends needs on a busy machine, in milliseconds. */
const WATCH_MS = 15_000;
/** For calls that may never end: five times the limit that their client was given. */
const HANG_WATCH_MS = 2_500;
const MAY_HANG = new Set(["body-stall", "stall", "stall-pings", "late-close"]);

export type Measured = Exclude<Cell, { skipped: string }> & { verdict: Verdict };

/** Cells of one client; each of its calls is made once without trouble before, so that no time limit covers its loading. */
export function cellsOf(client: ClientUnderTest): (call: string, trouble: string) => Promise<Measured> {
  const clock = createSystemClock();
  const stub = createStub({ seed: 1, clock, dialects, profile: QUICK_PROFILE });
  const controls = new Map<string, Cell>();

  const run = (style: CallStyle, troubleId: string) => {
    const trouble = TROUBLES.find(({ id }) => id === troubleId);
    if (trouble === undefined) throw new Error(`there is no trouble ${troubleId}`);
    const watchMs = MAY_HANG.has(troubleId) ? HANG_WATCH_MS : WATCH_MS;
    return runCell({ client, style, trouble }, { clock, watchMs, upstream: stub.upstream });
  };

  beforeAll(async () => {
    for (const style of client.calls) controls.set(style.id, await run(style, style.stream ? "stream-none" : "none"));
  });
  afterAll(() => stub.close());

  return async (call, trouble) => {
    const style = client.calls.find(({ id }) => id === call);
    if (style === undefined) throw new Error(`${client.id} has no call ${call}`);
    const cell = await run(style, trouble);
    if (cell.skipped !== undefined) throw new Error(cell.skipped);
    return { ...cell, verdict: verdictOf(cell, controls.get(call)) };
  };
}
