import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { playShipped, startProvider } from "../support/incidents.ts";
import { INCIDENTS, incidentClient } from "./cases.ts";

let runs = "";
let provider: Awaited<ReturnType<typeof startProvider>>;
beforeAll(async () => {
  runs = mkdtempSync(join(tmpdir(), "llm-chaos-incidents-"));
  provider = await startProvider(join(runs, "provider"));
});
afterAll(async () => {
  await provider.close();
  rmSync(runs, { recursive: true, force: true });
});

it.each(Object.entries(INCIDENTS))("%s tells a careful app from one with a single sin", async (name, one) => {
  const play = (reaction: string) =>
    playShipped(`incidents/${name}.yaml`, {
      client: incidentClient(reaction, one),
      provider: provider.url,
      folder: join(runs, `${name}-${reaction}`),
      variables: one.variables ?? {},
    });
  // Side by side: most of a run is waiting.
  const [good, bad] = await Promise.all([play("careful"), play(one.sin)]);

  const open = good.report.expectations.filter(({ verdict }) => verdict !== "pass");
  expect(open, good.said.join("\n")).toEqual([]);
  expect(good.exitCode).toBe(0);
  expect(good.report.faults.filter(({ hits }) => hits === 0)).toEqual([]);

  const verdicts = Object.fromEntries(bad.report.expectations.map(({ name, verdict }) => [name, verdict]));
  expect(verdicts, bad.said.join("\n")).toMatchObject({ [one.fails]: "fail" });
  expect(bad.exitCode).toBe(1);
});
