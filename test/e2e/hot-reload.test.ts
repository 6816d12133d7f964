import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { eventsOf, freshFolder, reportOf, runFolderIn, startProxyCli } from "../support/e2e.ts";
import { openStream, startNumberedUpstream } from "../support/numbered-upstream.ts";

const HEAD = "name: weather\nphases:\n  - name: only\n    lasts: 600s\n    faults:\n";
const SLOW = "      - { slow_tokens: { add: 1ms }, where: { model: kept } }\n";
const ONCE = "      - { server_error: {}, where: { model: once }, at_most: 1 }\n";
const HELD = "      - { stall: { after: { events: 5 }, lasts: 10m }, where: { model: held } }\n";
const LATER = "      - { rate_limit: { dimension: tpm, retry_after: 3s }, where: { model: later } }\n";
const EXPECT = "expect:\n  - success_rate: { at_least: 1%, at: proxy }\n";

it("takes a changed scenario while streams are open, and none of them loses or doubles a byte", async () => {
  const cwd = freshFolder();
  const upstream = await startNumberedUpstream({ events: 400 });
  const file = join(cwd, "weather.yaml");
  writeFileSync(file, HEAD + SLOW + ONCE + HELD + EXPECT);
  const proxy = await startProxyCli(["weather.yaml", "--start", "--upstream", upstream.url], { cwd });
  const statusOf = async (model: string) => {
    const { status, ended } = await openStream(proxy.url, model);
    await ended;
    return status;
  };
  expect(await statusOf("once")).toBe(500);
  const streams = await Promise.all(["plain", "kept", "held"].map((model) => openStream(proxy.url, model)));
  await Promise.all(streams.map(({ reached }) => reached(upstream.whole.length / 100)));
  const [plain, kept, held] = streams;

  // As many editors do: a new file in the place of the old one.
  writeFileSync(`${file}.new`, HEAD + LATER + SLOW + ONCE + EXPECT.replace("1%", "2%"));
  renameSync(`${file}.new`, file);
  await proxy.says(/only: removed calls with the model held|only: removed all calls with the model held/);
  await proxy.says(/not live, they stay as at the start: expect/);
  expect(plain?.text().length, "the streams are still open").toBeLessThan(upstream.whole.length);
  expect(kept?.text().length).toBeLessThan(upstream.whole.length);
  expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual(streams.map(() => upstream.whole));
  expect(held?.status).toBe(200);
  expect(await statusOf("later")).toBe(429);
  expect(await statusOf("once"), "a rule that stayed equal goes on counting").toBe(200);
  expect(await statusOf("held")).toBe(200);

  writeFileSync(
    file,
    (HEAD + LATER + SLOW).replace("retry_after: 3s", "retry_after: 3").replace("slow_tokens", "slow_tokns"),
  );
  await proxy.says(/the changed file cannot be used, the one before stays in force/);
  await proxy.says(/weather\.yaml:6:\d+: error: .*"3" is not a duration/);
  await proxy.says(/weather\.yaml:7:\d+: error: unknown fault "slow_tokns" \(did you mean slow_tokens\?\)/);
  expect(await statusOf("later")).toBe(429);

  writeFileSync(file, HEAD + LATER.replace("tpm", "rpm") + SLOW + ONCE + EXPECT);
  await proxy.says(/only: changed .*tokens per minute.* → .*requests per minute/);
  expect(await statusOf("later")).toBe(429);
  proxy.signal("SIGTERM");
  expect(await proxy.exited, proxy.stderr()).toBe(0);

  const folder = runFolderIn(cwd);
  const events = eventsOf(folder);
  const commands = events.flatMap((event) => (event.type === "command" ? [event] : []));
  expect(commands.map(({ who, method }) => `${who} ${method}`)).toEqual([
    "file scenario.reload",
    "file scenario.reload",
  ]);
  expect(commands[0]?.params).toMatchObject({ change: 1, not_live: ["expect"] });
  const refusedBy = events.flatMap((event) =>
    event.type === "fault_applied" && event.fault === "rate_limit" ? [event.rule] : [],
  );
  expect(refusedBy).toEqual(["only/1@1", "only/1@1", "only/1@2"]);
  expect(readFileSync(join(folder, "scenario.change-1.yaml"), "utf8")).toContain("rate_limit");
  expect((reportOf(folder) as { warnings?: string[] }).warnings?.join("\n")).toMatch(
    /the scenario's faults were changed at .*removed/,
  );
});

it("follows a file that the scenario extends, too", async () => {
  const cwd = freshFolder();
  const upstream = await startNumberedUpstream({ events: 2 });
  writeFileSync(join(cwd, "base.yaml"), HEAD + SLOW);
  writeFileSync(join(cwd, "mine.yaml"), "name: mine\nextends: ./base.yaml\n");
  const proxy = await startProxyCli(["mine.yaml", "--start", "--upstream", upstream.url], { cwd });
  writeFileSync(join(cwd, "base.yaml"), HEAD + LATER);
  await proxy.says(/only: added calls|only: added all calls/);
  expect((await openStream(proxy.url, "later")).status).toBe(429);
  writeFileSync(join(cwd, "base.yaml"), HEAD);
  await proxy.says(/base\.yaml:5:\d+: error/);
  rmSync(join(cwd, "mine.yaml"));
  await proxy.says(/the one before stays in force\nmine\.yaml does not exist/);
  expect((await openStream(proxy.url, "later")).status).toBe(429);
});

it("takes measured durations again when their file changes", async () => {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "waits.txt"), "0ms\n");
  writeFileSync(join(cwd, "weather.yaml"), `${HEAD}      - latency: { add: { empirical: waits.txt } }\n`);
  const upstream = await startNumberedUpstream({ events: 3 });
  const proxy = await startProxyCli(["weather.yaml", "--start", "--upstream", upstream.url], { cwd });
  writeFileSync(join(cwd, "waits.txt"), "1500ms\n");
  await proxy.says(/scenario: changed \(1\), no rule differs but measured durations do/);
  const startedAt = performance.now();
  await (await openStream(proxy.url, "any")).ended;
  expect(performance.now() - startedAt).toBeGreaterThan(1_400);
  proxy.signal("SIGTERM");
  expect(await proxy.exited, proxy.stderr()).toBe(0);
});
