import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import { foldHistory, readEvents } from "../../src/history/index.ts";
import { story } from "../support/events.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "llm-chaos-read-"));
  path = join(folder, "events.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const told = story().phase("storm").received("c1").replied("c1", 429, { announced: 2_000 }).ended();
const lines = told.events.map((event) => JSON.stringify(event));
const write = (text: string) => writeFileSync(path, text);

test("a log comes back as it was, from its folder too", () => {
  write(`${lines.join("\n")}\n`);
  expect(readEvents(path)).toEqual({ events: told.events, tornLine: false, problems: [] });
  expect(readEvents(folder).events).toHaveLength(lines.length);
  expect(foldHistory(readEvents(path).events).attempts).toHaveLength(1);
});

test("every way of breaking off the last line leaves the others", () => {
  const whole = `${lines.join("\n")}\n`;
  const last = whole.lastIndexOf("\n", whole.length - 2) + 1;
  for (let length = last + 1; length < whole.length - 1; length += 7) {
    write(whole.slice(0, length));
    expect(readEvents(path)).toMatchObject({ tornLine: true, problems: [] });
    expect(readEvents(path).events).toHaveLength(lines.length - 1);
  }
});

test("a last line that lacks only its line feed is whole", () => {
  write(lines.join("\n"));
  expect(readEvents(path)).toMatchObject({ tornLine: false, problems: [] });
  expect(readEvents(path).events).toHaveLength(lines.length);
});

test("an edited line is named, the rest is used", () => {
  const edited = [...lines];
  edited[2] = edited[2]?.replace('"head_at_ms":', '"head":') ?? "";
  edited[3] = "scribble";
  write(`${edited.join("\n")}\n`);
  const { events, problems } = readEvents(path);
  expect(events).toHaveLength(lines.length - 2);
  expect(problems.map(({ line, severity }) => [line, severity])).toEqual([
    [3, "error"],
    [4, "error"],
  ]);
  expect(problems[0]?.message).toContain("head_at_ms");
});

test("a removed and a doubled line are noticed", () => {
  write(`${[lines[0], lines[2], lines[2], ...lines.slice(3)].join("\n")}\n`);
  expect(readEvents(path).problems.map(({ line, message }) => [line, message])).toEqual([
    [2, "event 2 is missing"],
    [3, "event 3 comes after event 3; left out"],
  ]);
});

test("a newer version is refused in words", () => {
  write(`${lines[0]?.replace('"v":1', '"v":2')}\n`);
  expect(() => readEvents(path)).toThrow(/newer llm-chaos/);
  expect(() => readEvents(path)).toThrow(UserError);
});

test("what is no event log is refused, what is not there too", () => {
  write("# A title\n\nsome prose\n");
  expect(() => readEvents(path)).toThrow(/no event log: line 1/);
  expect(() => readEvents(join(folder, "missing"))).toThrow(UserError);
});

test("an empty log is an empty history", () => {
  write("");
  expect(readEvents(path)).toEqual({ events: [], tornLine: false, problems: [] });
  expect(foldHistory([])).toMatchObject({ attempts: [], frontDoorCalls: [], lastMs: 0, ended: undefined });
});

test("a line without an end does not fill the memory", () => {
  write(`${lines[0]}\n{"v":1,"seq":2,"x":"${"a".repeat(20 << 20)}"}\n${lines[2]}\n`);
  const { events, problems } = readEvents(path);
  expect(events).toHaveLength(2);
  expect(problems[0]).toMatchObject({ line: 2, message: "the line is too long for an event" });
});
