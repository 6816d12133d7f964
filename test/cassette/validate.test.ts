import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { fingerprintOf, type RecordedExchange, validateCassette } from "../../src/cassette/index.ts";
import { cassetteText, exchange } from "../support/cassette.ts";

const KEY = "sk-proj-0123456789abcdefghij";
const TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl";
const MAIL = "somebody.else@mail.example.org";

async function problemsIn(text: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-validate-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "tape.jsonl");
  writeFileSync(file, text);
  const problems = await validateCassette(file);
  expect(problems.every((problem) => problem.file === file)).toBe(true);
  return problems.map(({ line, severity, message }) => `${line} ${severity}: ${message.replaceAll(folder, "")}`);
}

function asking(id: string, content: string, more: Partial<RecordedExchange["request"]> = {}): RecordedExchange {
  const plain = exchange(id);
  const body = { text: JSON.stringify({ messages: [{ role: "user", content }] }) };
  return { ...plain, request: { ...plain.request, body, ...more } };
}

it("has nothing to say about a good one", async () => {
  const good = exchange("r1");
  const text = "text" in good.request.body ? good.request.body.text : "";
  const { path } = good.request;
  const fingerprint = fingerprintOf({ path, model: good.model, stream: good.stream, body: text });
  expect(await problemsIn(cassetteText([{ ...good, fingerprint }, exchange("r2")]))).toEqual([]);
});

it("finds keys, tokens and addresses wherever they stand, and prints none of them whole", async () => {
  const cut = exchange("r4");
  const chunks = [
    { ms: 1, text: "data: nothing\n\n" },
    { ms: 2, text: `data: your key ${KEY.slice(0, 9)}` },
    { ms: 3, base64: Buffer.from(`${KEY.slice(9)}\n\n`).toString("base64") },
  ];
  const found = await problemsIn(
    cassetteText([
      asking("r1", `I have ${KEY} and write to ${MAIL}`),
      asking("r2", "harmless, this is no risk-management-of-all-things", {
        headers: ["Authorization", `Bearer ${"t".repeat(24)}`, "cookie", "a=b", "x-any", `Bearer ${"u".repeat(24)}`],
      }),
      asking("r3", "hello", { path: `/v1/x?token=${TOKEN}` }),
      { ...cut, reply: cut.reply && { ...cut.reply, chunks } },
    ]),
  );
  expect(found).toEqual([
    "2 error: $.request.body $.messages[0].content holds an API key (sk-p…, 28 characters)",
    "2 warning: $.request.body $.messages[0].content holds an e-mail address (some…, 30 characters)",
    "3 error: $.request.headers[1] holds the value of Authorization (Bear…, 31 characters)",
    "3 error: $.request.headers[3] holds the value of cookie (a…, 3 characters)",
    "3 error: $.request.headers[5] holds a bearer token (uuuu…, 24 characters)",
    "4 error: $.request.path holds a JSON Web Token (eyJh…, 53 characters)",
    "5 error: $.reply.chunks[1] holds an API key (sk-p…, 28 characters)",
  ]);
  for (const secret of [KEY, TOKEN, MAIL]) expect(found.join()).not.toContain(secret);
});

it("names every line that cannot be used, and what was edited by hand", async () => {
  const good = exchange("r3");
  const text = `${cassetteText([exchange("r1"), exchange("r1"), { ...good, fingerprint: { exact: "0", normalised: "0", shape: "0" } }])}{"id":\n`;
  expect(await problemsIn(text)).toEqual([
    "3 error: r1 stands here a second time; left out",
    "4 warning: the request of r3 is not the one that was recorded; replay looks for it as it is now",
    "5 error: not JSON; left out",
  ]);
  expect(await problemsIn("a: scenario\n")).toEqual([
    "1 error: /tape.jsonl is no cassette: its first line is not the header of one",
  ]);
});
