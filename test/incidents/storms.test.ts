import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { playShipped, shippedIn, shortened, startProvider } from "../support/incidents.ts";

/** The expectation by which each of the general scenarios fails the naive sample app. */
const STORMS: Readonly<Record<string, string>> = {
  "daily-quota": "retry_after_honoured",
  demo: "truncation_noticed",
  "rpm-storm": "retry_amplification",
  "slow-first-token": "no_hang",
  "tpm-ramp": "retry_after_honoured",
  "tpm-storm": "retry_after_honoured",
  "truncated-stream": "truncation_noticed",
};

/** As short of patience as the scenario is short. */
const IMPATIENT = { STALL_MS: "1200", DEADLINE_MS: "2500" };

let runs = "";
let provider: Awaited<ReturnType<typeof startProvider>>;
beforeAll(async () => {
  runs = mkdtempSync(join(tmpdir(), "llm-chaos-storms-"));
  provider = await startProvider(join(runs, "provider"));
});
afterAll(async () => {
  await provider.close();
  rmSync(runs, { recursive: true, force: true });
});

it("leaves none out", () => expect(Object.keys(STORMS)).toEqual(shippedIn("").sort()));

for (const [name, failing] of Object.entries(STORMS)) {
  // A ramp ends early, and says so, on a machine that is too busy to be trusted.
  const retry = name === "tpm-ramp" ? 2 : 0;
  it(`${name} tells the good sample app from the naive one`, { retry }, async () => {
    const play = (app: string) =>
      playShipped(`${name}.yaml`, {
        client: { app: `examples/${app}.mjs`, env: name === "slow-first-token" ? IMPATIENT : {} },
        provider: provider.url,
        folder: mkdtempSync(join(runs, `${name}-${app}-`)),
        change: shortened,
      });
    const playing = play("good-app");
    // Side by side, since most of a run is waiting; but a ramp beside another would find our own machine's wall.
    if (name === "tpm-ramp") await playing;
    const [good, bad] = await Promise.all([playing, play("naive-app")]);

    const open = good.report.expectations.filter(({ verdict }) => verdict !== "pass");
    expect(open, good.said.join("\n")).toEqual([]);
    const verdicts = Object.fromEntries(bad.report.expectations.map(({ name, verdict }) => [name, verdict]));
    expect(verdicts, bad.said.join("\n")).toMatchObject({ [failing]: "fail" });
    expect(bad.exitCode).toBe(1);
  });
}
