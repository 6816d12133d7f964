import type { Clock } from "../core/clock.ts";
import type { RawRequest, WireReply } from "../core/exchange.ts";
import type { Upstream } from "../core/upstream.ts";
import { dialects } from "../providers/index.ts";
import { createTokenCounter } from "../tokens/index.ts";
import { createHttpUpstream, createStub } from "../upstreams/index.ts";
import type { UpstreamChoice } from "./upstream-choice.ts";

/** What the proxy needs of an upstream, whichever it is. */
export interface OpenUpstream {
  upstream: Upstream;
  upstreamName: string;
  passThroughTo: URL | undefined;
  answerLocally?: (request: RawRequest) => WireReply | undefined;
  close(): Promise<void>;
}

export function openUpstream(choice: UpstreamChoice, parts: { clock: Clock; seed: number }): OpenUpstream {
  if (choice.kind === "live") {
    const { upstream, close } = createHttpUpstream({ base: choice.base, clock: parts.clock });
    return { upstream, upstreamName: choice.address, passThroughTo: choice.base, close };
  }
  const profile = choice.profile === undefined ? {} : { profile: choice.profile };
  const counter = createTokenCounter();
  const stub = createStub({ seed: parts.seed, clock: parts.clock, dialects, counter, ...profile });
  return {
    upstream: stub.upstream,
    upstreamName: "stub",
    passThroughTo: undefined,
    answerLocally: stub.answer,
    async close() {
      await stub.close();
      await counter.close();
    },
  };
}
