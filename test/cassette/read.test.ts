import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type ReadOptions, readCassette } from "../../src/cassette/index.ts";
import type { Problem } from "../../src/core/errors.ts";
import { cassetteText, exchange, header } from "../support/cassette.ts";

function fileWith(text: string, name = "tape.jsonl"): string {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-cassette-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function idsIn(path: string, options: ReadOptions = {}) {
  const problems: Problem[] = [];
  const ids: string[] = [];
  for await (const { id } of readCassette(path, { ...options, onProblem: (problem) => problems.push(problem) }))
    ids.push(id);
  return { ids, problems: problems.map(({ line, message, severity }) => `${line} ${severity}: ${message}`) };
}

it("reads the exchanges in order, and the further parts of the recording behind them", async () => {
  const path = fileWith(cassetteText([exchange("r1"), exchange("r2")]));
  writeFileSync(path.replace("tape", "tape.2"), cassetteText([exchange("r3")], { part: 2 }));
  writeFileSync(path.replace("tape", "tape.3"), cassetteText([exchange("r1")], { part: 3, recording: "an older one" }));
  const headers: number[] = [];
  expect(await idsIn(path, { onHeader: ({ part }) => headers.push(part) })).toEqual({
    ids: ["r1", "r2", "r3"],
    problems: [],
  });
  expect(headers).toEqual([1, 2]);
});

it("drops a torn last line, and keeps one that only lacks its line feed", async () => {
  const path = fileWith(cassetteText([exchange("r1"), exchange("r2")]).trimEnd());
  expect(await idsIn(path)).toEqual({ ids: ["r1", "r2"], problems: [] });
  appendFileSync(path, `\n${JSON.stringify(exchange("r3")).slice(0, 200)}`);
  expect(await idsIn(path)).toEqual({
    ids: ["r1", "r2"],
    problems: ["4 warning: the last line is torn, as after a kill; left out"],
  });
});

it("names edited and doubled lines, and uses all others", async () => {
  const lines = cassetteText([exchange("r1"), exchange("r2"), exchange("r3"), exchange("r4")]).split("\n");
  lines[2] = `${lines[2]},`;
  lines[3] = (lines[3] ?? "").replace('"status":200', '"status":"fine"');
  lines.splice(4, 0, lines[1] ?? "", "");
  expect(await idsIn(fileWith(lines.join("\n")))).toEqual({
    ids: ["r1", "r4"],
    problems: [
      "3 error: not JSON; left out",
      "4 error: not an exchange: $.reply.status: Invalid input: expected number, received string; left out",
      "5 error: r1 stands here a second time; left out",
    ],
  });
});

it("says what is no cassette, and which is newer than itself", async () => {
  await expect(idsIn(fileWith(""))).rejects.toThrow(/is no cassette/);
  await expect(idsIn(fileWith("name: a scenario\n"))).rejects.toThrow(/is no cassette/);
  await expect(idsIn(fileWith('{"v":1,"seq":1,"type":"run_started"}\n'))).rejects.toThrow(/is no cassette/);
  await expect(idsIn(fileWith(cassetteText([], { llm_chaos_cassette: 2 })))).rejects.toThrow(
    /newer llm-chaos.*version 2/,
  );
  await expect(idsIn(fileWith(`${JSON.stringify({ ...header(), part: "x" })}\n`))).rejects.toThrow(
    /tape.jsonl:1: .*\$\.part/,
  );
  await expect(idsIn("/nowhere/tape.jsonl")).rejects.toThrow("there is no cassette at /nowhere/tape.jsonl");
  await expect(idsIn(tmpdir())).rejects.toThrow(/cannot be read: EISDIR/);
});

it("does not hold a line without end", async () => {
  const path = fileWith(cassetteText([exchange("r1")]));
  const piece = "x".repeat(1 << 20);
  for (let megabytes = 0; megabytes < 300; megabytes++) appendFileSync(path, piece);
  appendFileSync(path, `\n${JSON.stringify(exchange("r2"))}\n`);
  const before = process.memoryUsage().rss;
  expect(await idsIn(path)).toEqual({
    ids: ["r1", "r2"],
    problems: ["3 error: the line is too long for an exchange; left out"],
  });
  expect(process.memoryUsage().rss - before).toBeLessThan(220 << 20);
});
