import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { harOf } from "../../src/cassette/index.ts";
import { cassetteText, exchange } from "../support/cassette.ts";

const nameValue = z.strictObject({ name: z.string(), value: z.string() });
const length = z.int().min(-1);

/** HAR 1.2 as its specification has it: what is required, and nothing else but fields that begin with _. */
const har = z.strictObject({
  log: z.strictObject({
    version: z.literal("1.2"),
    creator: z.strictObject({ name: z.string(), version: z.string() }),
    entries: z.array(
      z.strictObject({
        startedDateTime: z.iso.datetime(),
        time: z.number().min(0),
        request: z.strictObject({
          method: z.string(),
          url: z.url(),
          httpVersion: z.string(),
          cookies: z.array(z.never()),
          headers: z.array(nameValue),
          queryString: z.array(nameValue),
          postData: z.strictObject({ mimeType: z.string(), text: z.string() }),
          headersSize: length,
          bodySize: length,
        }),
        response: z.strictObject({
          status: z.int(),
          statusText: z.string(),
          httpVersion: z.string(),
          cookies: z.array(z.never()),
          headers: z.array(nameValue),
          content: z.strictObject({
            size: z.int(),
            mimeType: z.string(),
            text: z.string(),
            encoding: z.literal("base64").optional(),
          }),
          redirectURL: z.string(),
          headersSize: length,
          bodySize: length,
          _error: z.string().optional(),
          _chunks: z.array(z.strictObject({ ms: z.number(), bytes: z.int() })),
        }),
        cache: z.strictObject({}),
        timings: z.strictObject({ send: z.number(), wait: z.number(), receive: z.number() }),
        _llm_chaos: z.looseObject({ id: z.string() }),
      }),
    ),
  }),
});

async function harFor(text: string) {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-har-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "tape.jsonl");
  writeFileSync(file, text);
  let whole = "";
  for await (const piece of harOf(file)) whole += piece;
  return har.parse(JSON.parse(whole));
}

it("is HAR 1.2, with the chunks and their times beside it", async () => {
  const binary = exchange("r2");
  const failed = exchange("r3", { reply: null, end: { how: "failed", ms: 5, code: "ECONNREFUSED", stage: "connect" } });
  const { log } = await harFor(
    cassetteText([
      exchange("r1"),
      { ...binary, reply: binary.reply && { ...binary.reply, chunks: [{ ms: 25, base64: "/w==" }] } },
      failed,
    ]),
  );
  const [first, second, third] = log.entries;
  expect(first).toMatchObject({
    time: 41,
    request: { url: "http://127.0.0.1:1/v1/chat/completions", headers: [{ name: "content-type" }] },
    response: {
      status: 200,
      content: { mimeType: "text/event-stream" },
      _chunks: [{ ms: 30 }, { ms: 40 }, { ms: 40 }],
    },
    timings: { wait: 20, receive: 21 },
  });
  expect(first?.response.content.text).toContain("answer to r1");
  expect(second?.response.content).toMatchObject({ size: 1, text: "/w==", encoding: "base64" });
  expect(third).toMatchObject({
    time: 5,
    response: { status: 0, _error: "ECONNREFUSED" },
    timings: { wait: 5, receive: 0 },
  });
});

it("is valid without any entry, too", async () => {
  expect((await harFor(cassetteText([]))).log.entries).toEqual([]);
});
