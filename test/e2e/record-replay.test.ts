import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cassetteText } from "../support/cassette.ts";
import { eventsOf, reportOf, runCli, startProxyCli } from "../support/e2e.ts";
import { exampleRun, QUICK_STUB } from "../support/e2e-files.ts";

/** Open loop, so that live and replay are asked the same questions, however fast they answer. */
const SCENARIO = `
name: taped
summary: Tokens per minute run out at a provider that sometimes ends its streams too early.
hypothesis: The app falls back, and sells half an answer as a whole one.
seed: 7
phases:
  - { name: baseline, lasts: 1s }
  - name: storm
    lasts: 2s
    faults:
      - rate_limit: { dimension: tpm, retry_after: 1s }
        where: { model: gpt-4o }
  - { name: recovery, lasts: 1s }
load: { rate: 8/s }
expect:
  - retry_after_honoured: { tolerance: 50ms, at_least: 99% }
  - retry_amplification: { at_most: 1.5, in: storm }
  - truncation_noticed: {}
  - no_hang: { within: 10s }
`;

/** What a provider of flesh and blood does now and then. */
const BREAKS = "{ truncate: { after: { tokens: 5 } }, chance: 40% }";

it("gives the same verdicts on replay as on the live provider that was recorded", { timeout: 90_000 }, async () => {
  const { cwd, args } = await exampleRun("naive-app", SCENARIO);
  writeFileSync(join(cwd, "provider.yaml"), QUICK_STUB);
  const provider = await startProxyCli(["--upstream", "stub:provider.yaml", "--fault", BREAKS, "--out", "provider"], {
    cwd,
  });
  const play = async (out: string, upstream: readonly string[], env: Record<string, string> = {}) => {
    const given = args.map((word) => (word === "stub:stub.yaml" ? (upstream[0] ?? "") : word));
    const played = await runCli([...given.slice(0, 2), "--out", out, ...upstream.slice(1), ...given.slice(2)], {
      cwd,
      env,
    });
    expect(existsSync(join(cwd, out, "report.json")), played.stderr).toBe(true);
    const report = reportOf(join(cwd, out));
    return { played, report, verdicts: report.expectations.map(({ name, verdict }) => `${name}: ${verdict}`) };
  };

  const live = await play("live", [provider.url, "--record", "tape.jsonl"], { OPENAI_API_KEY: "sk-test-key-0001" });
  provider.signal("SIGTERM");
  await provider.exited;
  expect(existsSync(join(cwd, "tape.jsonl")), live.played.stderr).toBe(true);

  // A run may get to one question more than the recorded one did; that one gets the answer to another.
  const replayed = await play("replayed", ["replay:tape.jsonl", "--replay-match", "loose"]);
  expect(replayed.verdicts, replayed.played.stderr).toEqual(live.verdicts);
  expect(live.verdicts, "both a pass and a fail, so that they could differ").toEqual(
    expect.arrayContaining(["truncation_noticed: fail", "no_hang: pass"]),
  );
  expect(replayed.played.code).toBe(live.played.code);

  const events = eventsOf(join(cwd, "replayed"));
  const matched = events.filter((event) => event.type === "replay_matched");
  expect(matched.length).toBeGreaterThan(10);
  expect(matched.filter(({ by }) => by === "loose").length).toBeLessThan(matched.length / 4);
  expect(events.filter(({ type }) => type === "replay_missed")).toEqual([]);
  expect(events[0]).toMatchObject({ type: "run_started", upstream: { kind: "replay", address: "replay:tape.jsonl" } });
});

it("starts nothing without a cassette that it can read", async () => {
  const { cwd } = await exampleRun("naive-app", SCENARIO);
  writeFileSync(join(cwd, "notes.jsonl"), '{"llm_chaos_cassette":7}\n');
  const start = (file: string, ...more: string[]) =>
    runCli(["proxy", "--listen", "127.0.0.1:0", "--control", "off", "--upstream", `replay:${file}`, ...more], { cwd });
  expect(await start("nowhere.jsonl")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("there is no cassette at nowhere.jsonl"),
  });
  expect(await start("scenario.yaml")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("scenario.yaml is no cassette"),
  });
  expect(await start("notes.jsonl")).toMatchObject({ code: 2, stderr: expect.stringContaining("update llm-chaos") });
  expect(await start("x", "--replay-speed", "slow")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("or max"),
  });
  writeFileSync(join(cwd, "empty.jsonl"), cassetteText([]));
  expect(await start("empty.jsonl", "--record", "copy.jsonl")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("there is nothing to record: every upstream is a replay"),
  });
  const again = await runCli(["proxy", "--listen", "127.0.0.1:0", "--control", "off", "--record", "notes.jsonl"], {
    cwd,
  });
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("a cassette is never overwritten") });
  expect(readdirSync(join(cwd, ".llm-chaos/runs"))).toEqual([]);
});
