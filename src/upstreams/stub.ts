import { createHash } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { type Clock, sleep } from "../core/clock.ts";
import type { Dialect, LlmCall } from "../core/dialect.ts";
import { sample } from "../core/distribution.ts";
import type { RawRequest, WireReply } from "../core/exchange.ts";
import type { Usage } from "../core/limits.ts";
import { createRng } from "../core/rng.ts";
import { type Upstream, UpstreamFailure, type UpstreamReply } from "../core/upstream.ts";
import { createTokenCounter, type TokenCounter } from "../tokens/index.ts";
import { callerLeft, type PacedFrame, pacedBody } from "./paced-body.ts";
import { createCapacity } from "./stub/capacity.ts";
import { type Composed, compose } from "./stub/compose.ts";
import { answerLocally } from "./stub/local.ts";
import { createMisfortune } from "./stub/misfortune.ts";
import { pace } from "./stub/pace.ts";
import { behaviourFor, defaultProfile, type StubError, type StubProfile } from "./stub/profile.ts";
import { readPrompt } from "./stub/prompt.ts";

export interface StubOptions {
  seed: number | string;
  clock: Clock;
  dialects: readonly Dialect[];
  /** Default: the defaults of StubProfile. */
  profile?: StubProfile;
  /** Default: one of the stub's own, closed with it. A counter that is handed in is its owner's to close. */
  counter?: TokenCounter;
}

export interface Stub {
  upstream: Upstream;
  /** GET /health and GET /v1/models; undefined for everything else. */
  answer(request: RawRequest): WireReply | undefined;
  close(): Promise<void>;
}

/**
 * A made-up provider that speaks every format of `dialects`: the same seed and body give the same answer at the same
 * pace. Its capacity is finite, so that overload is real: calls wait in order, and beyond the queue it is overloaded.
 */
export function createStub({ seed, clock, dialects, profile = defaultProfile, ...given }: StubOptions): Stub {
  const counter = given.counter ?? createTokenCounter();
  // The counter's thread needs about a second to start; started now, the first call need not wait for it.
  void counter.count("warm-up");
  const capacity = createCapacity(profile.capacity);
  const rng = createRng(seed).fork("stub");

  const misfortune = createMisfortune(rng.fork("errors"));

  const upstream: Upstream = async (request, signal) => {
    const { call } = request;
    const dialect = dialectOf(dialects, call);
    const behaviour = behaviourFor(profile, call.model);
    const id = contentId(request);
    const refuse = (kind: StubError, onEnd: () => void): UpstreamReply => {
      const identity = { requestId: `req_${id}`, wallMs: clock.wallMs(), organization: "org-stub" };
      const refusal = dialect.refuse({ kind, retryAfterMs: undefined }, call, identity);
      return { ...head(refusal), body: pacedBody([atOnce(refusal.body)], { clock, signal, onEnd }) };
    };
    const release = await capacity.enter(signal);
    if (release === "aborted") throw callerLeft("headers");
    if (release === "full") return refuse("overloaded", () => {});
    signal.addEventListener("abort", release, { once: true });
    try {
      const chance = rng.fork(`${call.dialect}/${id}`);
      const composed = compose(call, behaviour, chance);
      // Counting goes on while the model "thinks".
      const counting = usageOf(call, composed, counter);
      const gaps = chance.fork("gaps");
      const nextGap = () => sample(behaviour.interToken, gaps);
      const error = misfortune(behaviour.errors, id);
      const speakMs = call.stream || error !== undefined ? 0 : total(composed, nextGap);
      await sleep(clock, sample(behaviour.ttft, chance.fork("ttft")) + speakMs, signal);
      const reply = { ...composed, id, created: Math.floor(clock.wallMs() / 1_000), usage: await counting };
      if (signal.aborted) throw callerLeft("headers");
      if (error !== undefined) return refuse(error, release);
      const written = dialect.write(reply, call);
      const splitter = dialect.splitter?.(written.contentType, call);
      const { frames, totalTokens } = call.stream
        ? pace(written.frames, { dialect, splitter, nextGap })
        : { frames: written.frames.map(atOnce), totalTokens: reply.usage.outputTokens };
      const body = pacedBody(frames, { clock, signal, onEnd: release });
      return { ...head(success(written, call, id)), body, totalTokens };
    } catch (error) {
      release();
      throw error;
    }
  };

  return {
    upstream,
    answer: answerLocally,
    close: async () => {
      if (given.counter === undefined) await counter.close();
    },
  };
}

function dialectOf(dialects: readonly Dialect[], call: LlmCall): Dialect {
  const dialect = dialects.find(({ id }) => id === call.dialect);
  if (dialect !== undefined) return dialect;
  throw new UpstreamFailure("NO_DIALECT", "connect", "the stub does not speak this format");
}

/** Equal for equal requests, so that everything drawn from it is too. The path counts: some formats name the model there. */
function contentId({ path, body }: RawRequest): string {
  const hash = createHash("sha256").update(path.split("?")[0] ?? "");
  return hash.update("\n").update(body).digest("hex").slice(0, 24);
}

async function usageOf(call: LlmCall, composed: Composed, counter: TokenCounter): Promise<Usage> {
  const { texts, framingTokens } = readPrompt(call.body);
  const [output, ...inputs] = await Promise.all([
    countOutput(composed, counter),
    ...texts.map(async (text) => (await counter.count(text)).tokens),
  ]);
  return {
    inputTokens: inputs.reduce((sum, tokens) => sum + tokens, framingTokens),
    // Each alternative says the same and is paid for again.
    outputTokens: output * call.choices,
  };
}

/** The stub's sentences are one token a piece; only a tool call has to be counted. */
async function countOutput({ pieces, toolCall }: Composed, counter: TokenCounter): Promise<number> {
  if (toolCall === undefined) return pieces.length;
  return (await counter.count(toolCall.name + toolCall.argumentPieces.join(""))).tokens;
}

/** How long an answer takes from its first token to its last. */
function total({ pieces, toolCall }: Composed, nextGap: () => number): number {
  const spoken = toolCall?.argumentPieces ?? pieces;
  return spoken.slice(1).reduce((sum) => sum + nextGap(), 0);
}

function atOnce(bytes: Uint8Array): PacedFrame {
  return { bytes, gapMs: 0 };
}

function success({ contentType, frames }: ReturnType<Dialect["write"]>, call: LlmCall, id: string) {
  const length = frames.reduce((sum, frame) => sum + frame.byteLength, 0);
  const framing = call.stream ? ["cache-control", "no-cache"] : ["content-length", String(length)];
  return { status: 200, headers: ["content-type", contentType, ...framing, "x-request-id", `req_${id}`] };
}

function head({ status, headers }: Pick<WireReply, "status" | "headers">): Omit<UpstreamReply, "body"> {
  return { status, statusText: STATUS_CODES[status] ?? "", headers };
}
