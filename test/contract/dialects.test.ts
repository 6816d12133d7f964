import { describe, expect, it } from "vitest";
import { WITHOUT_TEXT } from "../../scripts/faults/applies.ts";
import { headerValue } from "../../src/core/exchange.ts";
import { dialects } from "../../src/providers/index.ts";
import { bytesOf, CONTEXT, frameOf, headersOf, plainReply, textOf } from "../support/openai.ts";
import { framesIn, sampleCall, sampleRequest, troubles } from "./samples.ts";

it("has dialects, each id once", () => {
  const ids = dialects.map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(0);
  expect(new Set(ids).size).toBe(ids.length);
});

describe.each(dialects.map((dialect) => [dialect.id, dialect] as const))("%s", (_, dialect) => {
  const call = sampleCall(dialect, true);

  it("recognises its own request, and is the first that does", () => {
    const request = sampleRequest(dialect, true);
    expect(dialect.concerns(request)).toBe(true);
    expect(dialects.find((other) => other.concerns(request) && other.recognise(request))).toBe(dialect);
    expect(call).toMatchObject({ dialect: dialect.id, stream: !WITHOUT_TEXT.has(dialect.id) });
    expect(sampleCall(dialect, false).stream).toBe(false);
    const charge = dialect.charge(call);
    expect(charge.tokens).toBeGreaterThanOrEqual(1);
    expect(charge.requests).toBe(1);
  });

  it("never throws on a body that is not its own", () => {
    const request = sampleRequest(dialect, true);
    for (const text of ["", "{", "[]", "null", '"x"', '{"a":1}', "\0"]) {
      expect(dialect.recognise({ ...request, body: bytesOf(text) })).toBeUndefined();
      expect(dialect.readWhole(bytesOf(text)).text).toBe("");
      expect(dialect.read(frameOf(`data: ${text}\n\n`)).text).toBe("");
      expect(() => dialect.readRefusal(429, [], bytesOf(text))).not.toThrow();
    }
  });

  it.each(troubles.map((trouble) => [trouble.kind, trouble] as const))("answers %s", (kind, trouble) => {
    const reply = dialect.refuse(trouble, call, CONTEXT);
    const body = textOf(reply.body);
    // A blocked prompt is no error for Google: it comes inside a 200.
    if (kind !== "content_filter" || reply.status !== 200) expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.headers.length % 2).toBe(0);
    expect(headerValue(reply.headers, "content-length")).toBe(String(reply.body.byteLength));
    const names = reply.headers.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    if (headerValue(reply.headers, "content-type")?.includes("json")) expect(() => JSON.parse(body)).not.toThrow();
    expect(`${body}${reply.headers}`).not.toMatch(/undefined|NaN|\[object/);
    expect(dialect.refuse(trouble, call, CONTEXT)).toEqual(reply);
    if (kind === "budget" || kind === "replay_miss")
      expect(headersOf(reply.headers)).toMatchObject({ "x-should-retry": "false" });

    const broken = dialect.breakStream(trouble, call, CONTEXT);
    if (broken === undefined) return;
    const frames = framesIn(broken, dialect, call);
    expect(frames.filter((frame) => dialect.read(frame).error)).toHaveLength(1);
  });

  it("says the same wait in headers and text, and reads it back", () => {
    for (const trouble of troubles) {
      if (trouble.kind !== "rate_limit") continue;
      const read = (hints: typeof trouble.hints) => {
        const reply = dialect.refuse({ ...trouble, hints }, call, CONTEXT);
        return dialect.readRefusal(reply.status, reply.headers, reply.body);
      };
      const { waitMs } = trouble.refusal;
      const ceiled = waitMs === undefined ? undefined : Math.ceil(waitMs / 1_000) * 1_000;
      expect(read(["header", "body"])).toMatchObject({ trouble: "rate_limit", waitMs: ceiled });
      expect(read(["ms_header"])?.waitMs).toBe(waitMs);
      expect(read([])?.waitMs).toBeUndefined();
    }
  });

  it("reads back the usage of a whole answer", () => {
    const [body] = dialect.write(plainReply(), sampleCall(dialect, false)).frames;
    expect(dialect.readWhole(body ?? bytesOf("")).usage?.inputTokens).toBe(3);
  });

  it("reads back what it writes", () => {
    if (WITHOUT_TEXT.has(dialect.id)) return;
    const reply = plainReply();
    for (const stream of [true, false]) {
      const asked = sampleCall(dialect, stream);
      const { frames } = dialect.write(reply, asked);
      const meanings = stream
        ? frames.flatMap((bytes) => framesIn(bytes, dialect, asked)).map((frame) => dialect.read(frame))
        : frames.map((bytes) => dialect.readWhole(bytes));
      expect(meanings.map(({ text }) => text).join("")).toBe("Hello there");
      expect(meanings.some(({ finish }) => finish !== undefined)).toBe(true);
      const first = meanings.findIndex(({ tokens }) => tokens > 0);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(meanings.findIndex(({ finish }) => finish !== undefined)).toBeGreaterThanOrEqual(first);
    }
  });

  it("names the keys that carry a finish, a usage and an error", () => {
    const { frames } = dialect.write(plainReply(), call);
    const error = dialect.breakStream({ kind: "server_error", retryAfterMs: undefined }, call, CONTEXT);
    for (const frame of [...frames, error ?? bytesOf("")].flatMap((bytes) => framesIn(bytes, dialect, call))) {
      const text = textOf(frame.bytes);
      const { finish, usage, error } = dialect.read(frame);
      if (finish === undefined && usage === undefined && error === undefined) continue;
      // A reader that scans for these keys alone must not miss this frame.
      expect(dialect.attention.some((key) => text.includes(`"${key}":`) && !text.includes(`"${key}":null`))).toBe(true);
    }
  });

  it("counts down on success in pairs of a name and a value", () => {
    const readings = (["rpm", "tpm", "rpd", "tpd", "itpm", "otpm"] as const).map((dimension) => ({
      dimension,
      limit: 1_000,
      used: 1_200,
      windowMs: 60_000,
      resetMs: 72_000,
    }));
    const headers = dialect.limitHeaders(readings, CONTEXT);
    expect(headers.length % 2).toBe(0);
    expect(Object.values(headersOf(headers)).join(" ")).not.toMatch(/(^| )-\d|undefined|NaN/);
    expect(dialect.limitHeaders([], CONTEXT)).toEqual([]);
  });
});
