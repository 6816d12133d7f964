import { expect, it } from "vitest";
import type { ChosenFault, StreamStage } from "../../src/core/fault.ts";
import { gemini } from "../../src/providers/gemini.ts";
import { ARRAY, geminiCall, geminiRequest } from "../support/gemini.ts";
import { plainReply } from "../support/openai.ts";
import { pause, reshaped, startTestProxy, startUpstream } from "../support/proxy.ts";

/** A stream that is one JSON array goes through observer and stages element by element. */

const { contentType, frames } = gemini.write(plainReply(), geminiCall(ARRAY));
const BYTES = Buffer.concat(frames);
const BODY = Buffer.from(geminiRequest(ARRAY).body);

async function relayed(faults: readonly ChosenFault[], gapMs = 0) {
  const upstream = await startUpstream(async (_, response) => {
    response.writeHead(200, { "content-type": contentType });
    for (const frame of frames) {
      response.write(frame.subarray(0, 9));
      await pause(gapMs);
      response.write(frame.subarray(9));
    }
    response.end();
  });
  const proxy = await startTestProxy({ upstream: upstream.url, faults });
  const response = await fetch(`${proxy.url}${ARRAY}`, { method: "POST", body: BODY });
  const body = Buffer.from(await response.arrayBuffer());
  return { proxy, body, ended: await proxy.event("reply_ended") };
}

it("is observed while it comes", async () => {
  const { proxy, body, ended } = await relayed([], 60);
  expect(body.equals(BYTES)).toBe(true);
  const [first] = proxy.of("first_content");
  const [finish] = proxy.of("finish_seen");
  expect(first?.t_ms).toBeLessThan((finish?.t_ms ?? 0) - 100);
  // Four chunks and the bracket.
  expect(ended).toMatchObject({ events: 5, tokens: 3, finish: true, how: "complete" });
});

it("goes through stages element by element, and unchanged through one that does nothing", async () => {
  const seen: (string | undefined)[] = [];
  const stage = (): StreamStage => ({
    onFrame(frame, meaning) {
      seen.push(meaning.finish ?? (meaning.terminator ? "end" : meaning.text));
      return [{ do: "send", bytes: frame.bytes }];
    },
  });
  const { body } = await relayed([reshaped(stage), reshaped(stage)]);
  expect(body.equals(BYTES)).toBe(true);
  expect(seen.filter((word) => word !== "").sort()).toEqual(
    ["Hel", "Hel", "lo", "lo", " there", " there", "STOP", "STOP", "end", "end"].sort(),
  );
});

it("can be cut by meaning: before its finish, and its text so far is known", async () => {
  const stage = (): StreamStage => ({
    onFrame: (frame, meaning) =>
      meaning.finish === undefined ? [{ do: "send", bytes: frame.bytes }] : [{ do: "applied" }, { do: "end" }],
  });
  const { proxy, body, ended } = await relayed([reshaped(stage)]);
  expect(body.equals(Buffer.concat(frames.slice(0, 3)))).toBe(true);
  expect(proxy.of("fault_applied")[0]).toMatchObject({ events: 4, bytes: body.length });
  expect(ended).toMatchObject({ finish: false, text_length: "Hellothere".length });
  expect(ended.text_tail).toBeDefined();
});

it("may hold an error instead of an element", async () => {
  const error = { error: { code: 503, message: "high demand", status: "UNAVAILABLE" } };
  const bytes = Buffer.from(`[${JSON.stringify(error)}\n]\n`);
  const upstream = await startUpstream((_, response) =>
    response.writeHead(200, { "content-type": contentType }).end(bytes),
  );
  const proxy = await startTestProxy({ upstream: upstream.url });
  await fetch(`${proxy.url}${ARRAY}`, { method: "POST", body: BODY });
  expect(await proxy.event("reply_ended")).toMatchObject({ error_in_stream: true, finish: false });
});
