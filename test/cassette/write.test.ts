import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const SCRIPT = `
import { createCassetteWriter } from ${JSON.stringify(new URL("../../src/cassette/index.ts", import.meta.url).href)};
const told = [];
const writer = createCassetteWriter({
  path: process.argv[1],
  header: { llm_chaos_cassette: 1 },
  onFailure: (error) => told.push(error.code),
});
for (let n = 0; n < 40; n++) { writer.write(JSON.stringify({ n, text: "x".repeat(1000) })); await new Promise(setImmediate); }
await writer.close();
console.log(JSON.stringify({ told, takes: writer.write("more") }));
`;

it("keeps whole lines when the disk takes no more, and says so once", () => {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-write-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "tape.jsonl");
  // A limit on the size of files is what a test can have of a full disk: 16 blocks of 512 bytes or 1 KiB.
  const limited = 'ulimit -f 16; exec "$@"';
  const node = [process.execPath, "--input-type=module", "-e", SCRIPT, file];
  const { stdout, stderr } = spawnSync("sh", ["-c", limited, "sh", ...node], { encoding: "utf8" });
  expect(stdout, stderr).not.toBe("");
  expect(JSON.parse(stdout)).toEqual({ told: ["EFBIG"], takes: false });
  const text = readFileSync(file, "utf8");
  expect(text.endsWith("\n")).toBe(true);
  const lines = text.trimEnd().split("\n");
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.slice(1).map((line) => JSON.parse(line).n)).toEqual(lines.slice(1).map((_, n) => n));
});
