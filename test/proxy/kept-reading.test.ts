import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { KeptReading } from "../../src/core/body-reading.ts";
import type { Dialect, LlmCall } from "../../src/core/dialect.ts";
import { dialects } from "../../src/providers/index.ts";
import { createObserver, type ReplySummary } from "../../src/proxy/observe/index.ts";

const call = { stream: true } as LlmCall;
const event = (delta: object, rest: object = {}) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null, ...rest }] })}\n\n`;
const STREAM = Buffer.from(
  [
    event({ role: "assistant", content: "" }),
    ...["The wall ", "stands ", "where it stood."].map((content) => event({ content })),
    event({}, { finish_reason: "stop" }),
    `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 30 } })}\n\n`,
    "data: [DONE]\n\n",
  ].join(""),
);

interface Read {
  complete?: boolean;
  of?: string;
  headers?: string[];
  bytes?: Buffer;
}

/** Everything that an observer says of one reply. */
async function read(
  reading: KeptReading | undefined,
  { complete = true, of = "openai-chat", headers = [], bytes = STREAM }: Read = {},
) {
  const told: string[] = [];
  const observer = createObserver({
    dialect: dialects.find(({ id }) => id === of) as Dialect,
    call,
    status: 200,
    headers: ["content-type", "text/event-stream", ...headers],
    reading,
    onFirstContent: () => told.push("content"),
    onFinish: (finish) => told.push(finish),
  });
  observer.data(bytes);
  const { events, tokens } = observer;
  const summary = await new Promise<ReplySummary>((resolve) => observer.end(complete, resolve));
  return { told, events, tokens, summary };
}

test("a body that was read before says the same again, without being read", async () => {
  const plain = await read(undefined);
  expect(plain).toMatchObject({ told: ["content", "stop"], summary: { events: 7, tokens: 30, finish: true } });
  const reading: KeptReading = { whole: undefined };
  expect(await read(reading)).toEqual(plain);
  expect(await read(reading)).toEqual(plain);
  expect(await read(reading, { bytes: Buffer.from("data: never looked at\n\n") })).toEqual(plain);
});

test("a client that leaves in the middle is told of as before, and nothing is kept of its reply", async () => {
  const plain = await read(undefined, { complete: false });
  expect(plain.summary.textTail).toBe("thewallstandswhereitstood");
  const reading: KeptReading = { whole: undefined };
  expect(await read(reading, { complete: false })).toEqual(plain);
  expect(reading.whole).toBeUndefined();
  await read(reading);
  expect(await read(reading, { complete: false })).toEqual(plain);
});

test("another dialect, and a body that comes coded, are read for themselves", async () => {
  const reading: KeptReading = { whole: undefined };
  await read(reading);
  expect(await read(reading, { of: "anthropic-messages" })).toEqual(
    await read(undefined, { of: "anthropic-messages" }),
  );
  const coded = {
    headers: ["content-encoding", "gzip"],
    bytes: gzipSync(Buffer.concat([Buffer.from(": one more\n\n"), STREAM])),
  };
  await read(reading);
  expect(await read(reading, coded)).toEqual(await read(undefined, coded));
});
