import type { Dialect } from "../../src/core/dialect.ts";
import type { Upstream, UpstreamRequest } from "../../src/core/upstream.ts";
import { requestBody } from "./questions.ts";

const AT_ONCE = 16;

/** Asks every question once, through an upstream that is being recorded. */
export async function recordAll(
  upstream: Upstream,
  { recordings, dialects }: { recordings: number; dialects: readonly Dialect[] },
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < recordings; n = next++) await recordOne(upstream, requestOf(n, dialects));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function recordOne(upstream: Upstream, request: UpstreamRequest): Promise<void> {
  const reply = await upstream(request, new AbortController().signal);
  await new Promise<void>((resolve, reject) => {
    reply.body.start({ data() {}, end: () => resolve(), fail: reject });
  });
}

function requestOf(n: number, dialects: readonly Dialect[]): UpstreamRequest {
  const raw = {
    method: "POST",
    path: "/v1/chat/completions",
    headers: ["host", "bench", "content-type", "application/json"],
    body: Buffer.from(requestBody(n)),
  };
  for (const dialect of dialects) {
    const call = dialect.concerns(raw) ? dialect.recognise(raw) : undefined;
    if (call !== undefined) return { ...raw, call };
  }
  throw new Error("the bench's request is not recognised");
}
