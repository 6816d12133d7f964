import { expect, it } from "vitest";
import { reportOf, runCli, runFolderIn } from "../support/e2e.ts";
import { exampleRun } from "../support/e2e-files.ts";

const NOBODY = `
name: nobody
phases:
  - { name: baseline, lasts: 500ms }
  - name: storm
    lasts: 1s
    faults:
      - rate_limit: { dimension: tpm, retry_after: 2s }
        where: { model: a-model-that-nobody-calls }
      - truncate: { after: { tokens: 100_000 } }
  - { name: recovery, lasts: 500ms }
load: { concurrency: 2 }
expect:
  - retry_after_honoured
  - degrades_by: { any_of: [shed, fallback], within: 2s }
  - truncation_noticed
`;

it("says which faults were not exercised, and leaves open what depends on them: exit code 3", async () => {
  const { cwd, args } = await exampleRun("good-app", NOBODY);
  const { code, stdout, stderr } = await runCli(args, { cwd });
  expect(code, stderr + stdout).toBe(3);
  const report = reportOf(runFolderIn(cwd));
  expect(report.expectations.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
    "retry_after_honoured inconclusive",
    "degrades_by inconclusive",
    "truncation_noticed inconclusive",
  ]);
  expect(report.faults).toMatchObject([
    { name: "rate_limit", chosen: 0, hits: 0 },
    { name: "truncate", hits: 0 },
  ]);
  expect(stdout).toMatch(/fault storm\/1 \(rate_limit\) was not exercised/);
  expect(stdout).toMatch(/fault storm\/2 \(truncate\) was not exercised/);
});
