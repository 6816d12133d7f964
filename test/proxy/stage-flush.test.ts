import { expect, it } from "vitest";
import type { StreamStage } from "../../src/core/fault.ts";
import {
  chatBody,
  chatFrames,
  chatRequest,
  connectRaw,
  parseReply,
  reshaped,
  startTestProxy,
  startUpstream,
} from "../support/proxy.ts";

const FRAMES = chatFrames(["one ", "two ", "three"]);

/** Keeps every frame back. */
function keeper(more: Partial<StreamStage> = {}): StreamStage {
  const kept: Uint8Array[] = [];
  return {
    onFrame({ bytes }) {
      kept.push(bytes);
      return [];
    },
    flush: () => Buffer.concat(kept.splice(0)),
    ...more,
  };
}

/** An upstream that sends some frames, then says how to go on. */
function beginning(frames: number) {
  const going = Promise.withResolvers<(how: "end" | "reset") => void>();
  const upstream = startUpstream((_request, response) => {
    response.setHeader("content-type", "text/event-stream");
    response.write(FRAMES.slice(0, frames).join(""));
    going.resolve((how) => {
      if (how === "reset") response.socket?.resetAndDestroy();
      else response.end(FRAMES.slice(frames).join(""));
    });
  });
  return { upstream, going: going.promise };
}

it("hands over what a stage kept back at once when its rule is taken back, and nothing twice", async () => {
  const { upstream, going } = beginning(3);
  const revoke = new AbortController();
  let seen = 0;
  const stage = keeper();
  const counted: StreamStage = {
    ...stage,
    onFrame(...asked) {
      seen++;
      return stage.onFrame(...asked);
    },
  };
  const proxy = await startTestProxy({
    upstream: (await upstream).url,
    faults: [reshaped(() => counted, { revoked: revoke.signal })],
  });
  const client = connectRaw(proxy.port, chatRequest());
  const goOn = await going;
  await expect.poll(() => seen).toBe(3);
  expect(client.received().toString()).not.toContain("data:");
  revoke.abort();
  // The upstream is silent: nothing but the removal brings the bytes out.
  await client.until(FRAMES[2] ?? "");
  goOn("end");
  await client.until("0\r\n\r\n");
  expect(parseReply(client.received())).toMatchObject({ whole: true });
  expect(parseReply(client.received()).body.toString()).toBe(FRAMES.join(""));
});

it("hands it over behind the steps that are being performed, and before what waits", async () => {
  const { upstream, going } = beginning(3);
  const [first, second] = FRAMES;
  let kept: Uint8Array = Buffer.from("");
  const stage: StreamStage = {
    onFrame({ bytes }) {
      if (Buffer.from(bytes).toString() === first) {
        kept = bytes;
        return [];
      }
      return [
        { do: "send", bytes: Buffer.from(": before\n\n") },
        { do: "keep-open" },
        { do: "send", bytes: Buffer.from(": after\n\n") },
      ];
    },
    flush: () => kept,
  };
  const proxy = await startTestProxy({ upstream: (await upstream).url, faults: [reshaped(() => stage)] });
  const client = connectRaw(proxy.port, chatRequest());
  (await going)("end");
  await client.until(": before");
  proxy.releaseAll();
  await client.until("0\r\n\r\n");
  expect(parseReply(client.received()).body.toString()).toBe(
    [": before\n\n", ": after\n\n", first, FRAMES.slice(2).join("")].join(""),
  );
  expect(parseReply(client.received()).body.toString()).not.toContain(second);
});

it("hands it over before the cut when the upstream dies", async () => {
  const { upstream, going } = beginning(3);
  const proxy = await startTestProxy({ upstream: (await upstream).url, faults: [reshaped(keeper)] });
  const client = connectRaw(proxy.port, chatRequest());
  const goOn = await going;
  await client.until("200 OK");
  await proxy.event("upstream_headers");
  setTimeout(() => goOn("reset"), 50);
  await client.closed;
  const reply = parseReply(client.received());
  expect([reply.body.toString(), reply.whole]).toEqual([FRAMES.slice(0, 3).join(""), false]);
});

it("hands it over when the stage breaks, before the frame that broke it; a broken flush is told", async () => {
  const { upstream, going } = beginning(5);
  const breaking = () => {
    const stage = keeper();
    let seen = 0;
    return {
      ...stage,
      onFrame: ((frame, ...rest) => {
        if (seen++ === 2) throw new Error("broken stage");
        return stage.onFrame(frame, ...rest);
      }) as StreamStage["onFrame"],
    };
  };
  const proxy = await startTestProxy({
    upstream: (await upstream).url,
    faults: [
      reshaped(breaking),
      reshaped(() =>
        keeper({
          onFrame: () => {
            throw new Error("breaks at once");
          },
          flush: () => {
            throw new Error("and in its flush");
          },
        }),
      ),
    ],
  });
  void going.then((goOn) => goOn("end"));
  const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatBody()) });
  expect(await reply.text()).toBe(FRAMES.join(""));
  const told = proxy
    .of("warning")
    .map(({ text }) => text)
    .join();
  for (const why of ["broken stage", "breaks at once", "and in its flush"]) expect(told).toContain(why);
});
