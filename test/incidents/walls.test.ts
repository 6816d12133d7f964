import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { playShipped, shippedIn, startProvider } from "../support/incidents.ts";

let runs = "";
let provider: Awaited<ReturnType<typeof startProvider>>;
beforeAll(async () => {
  runs = mkdtempSync(join(tmpdir(), "llm-chaos-walls-"));
  provider = await startProvider(join(runs, "provider"));
});
afterAll(async () => {
  await provider.close();
  rmSync(runs, { recursive: true, force: true });
});

// Two at a time: nothing here is judged by milliseconds that a busy machine could add.
it.concurrent.for(
  shippedIn("walls"),
)("the wall of %s tells a client that waits as told from one that knocks again at once", async (name, { expect }) => {
  const play = (reaction: string) =>
    playShipped(`walls/${name}.yaml`, {
      client: { app: "test/support/wall-app.ts", env: { PROVIDER: name, REACTION: reaction } },
      provider: provider.url,
      folder: join(runs, `${name}-${reaction}`),
      variables: { CALM: "500ms", WALL: "6s" },
    });
  // Side by side: most of a run is waiting.
  const [good, bad] = await Promise.all([play("careful"), play("knocks")]);

  expect(good.report.limits.some(({ hit }) => hit)).toBe(true);
  const open = good.report.expectations.filter(({ verdict }) => verdict !== "pass");
  expect(open, good.said.join("\n")).toEqual([]);
  expect(good.exitCode).toBe(0);

  const verdicts = Object.fromEntries(bad.report.expectations.map(({ name, verdict }) => [name, verdict]));
  expect(verdicts, bad.said.join("\n")).toMatchObject({ retry_amplification: "fail" });
  expect(bad.exitCode).toBe(1);
});
