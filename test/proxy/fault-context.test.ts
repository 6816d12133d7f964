import { expect, it } from "vitest";
import type { ChosenFault, FaultContext } from "../../src/core/fault.ts";
import { chatBody, chatFrames, reshaped, scripted, startTestProxy, startUpstream } from "../support/proxy.ts";

const FRAMES = chatFrames(["one ", "two"]);

const upstream = () =>
  startUpstream((_request, response) => {
    response.setHeader("content-type", "text/event-stream");
    response.end(FRAMES.join(": a comment\n\n"));
  });

const ask = (url: string) =>
  fetch(`${url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatBody()) }).then((reply) =>
    reply.text(),
  );

it("tells a fault when the request's head came in", async () => {
  const contexts: FaultContext[] = [];
  const { fault, ...chosen } = scripted([]);
  const watching: ChosenFault = {
    ...chosen,
    fault: {
      ...fault,
      plan(_, context) {
        contexts.push(context);
        return [];
      },
    },
  };
  const proxy = await startTestProxy({ upstream: (await upstream()).url, faults: [watching] });
  await ask(proxy.url);
  expect(contexts[0]?.receivedAtMs).toBe((await proxy.event("call_received")).head_at_ms);
});

it("counts a stream's events without its comments, for positions and for errors that are numbered after them", async () => {
  const events: number[] = [];
  const counting = reshaped(() => ({
    onFrame({ bytes, data }, _meaning, at) {
      if (data !== undefined) events.push(at.events);
      return [{ do: "send", bytes }];
    },
  }));
  const proxy = await startTestProxy({ upstream: (await upstream()).url, faults: [counting] });
  await ask(proxy.url);
  expect(events).toEqual(FRAMES.map((_, i) => i));
});
