import type { WireReply } from "../core/exchange.ts";
import { UpstreamFailure } from "../core/upstream.ts";
import type { Exchange } from "./exchange.ts";
import { unreachableReply } from "./unreachable.ts";

/** A whole answer in the provider's place. With `--mark` it says why. */
export function answer(exchange: Exchange, reply: WireReply, why: string): void {
  answerMarked(exchange, reply, exchange.shared.options.mark ? why : undefined);
}

/** The same, marked or not whatever was asked for. */
export function answerMarked(exchange: Exchange, reply: WireReply, mark: string | undefined): void {
  const headers = mark === undefined ? reply.headers : [...reply.headers, "x-llm-chaos", mark];
  exchange.head(reply.status, undefined, headers);
  exchange.client.end(reply.body);
}

/** The limiter's refusal, in the provider's words. */
export function refuseByLimit(exchange: Exchange): boolean {
  const { limiter, sink } = exchange.shared.options;
  if (limiter === undefined || limiter.counting === false) return false;
  const { id, call, charge, keyHash, dialect } = exchange;
  const admission = limiter.admit({
    provider: call.provider,
    model: call.model,
    keyHash,
    charge,
    producedTokens: () => exchange.producedTokens,
  });
  if (admission.admitted) {
    exchange.admission = admission;
    const readings = admission.readings.map(({ dimension, limit, used }) => ({ dimension, limit, used }));
    sink.append({ type: "call_admitted", call: id, readings });
    return false;
  }
  const { refusal, readings } = admission;
  const trouble = { kind: "rate_limit", refusal, readings, hints: undefined } as const;
  const reply = dialect.refuse(trouble, call, exchange.replyContext());
  const { dimension, limit, used, requested } = refusal;
  // Some providers announce no wait, and one announces a day where no wait helps. Where the reply tells the limiter's own wait,
  // the exact one counts: a header in whole seconds is the longer of two hints, and a client may follow either.
  const told = dialect.readRefusal(reply.status, reply.headers, reply.body)?.waitMs;
  const announcedMs = told === undefined ? undefined : (refusal.waitMs ?? told);
  exchange.refusedHere = true;
  sink.append({
    type: "call_refused",
    call: id,
    origin: "counted",
    trouble: "rate_limit",
    status: reply.status,
    dimension,
    limit,
    used,
    requested,
    ...(announcedMs === undefined ? {} : { announced_ms: announcedMs }),
    synthetic: false,
  });
  answer(exchange, reply, `limit ${dimension}`);
  return true;
}

/** No reply came: a 502 that says so. Always marked. */
export function answerUnreachable(exchange: Exchange, failure: UpstreamFailure): void {
  const { logger, scrubber } = exchange.shared.options;
  exchange.refusedHere = true;
  logger.warn({ call: exchange.id, code: failure.code, stage: failure.stage }, scrubber.scrub(failure.message));
  const reply = unreachableReply(failure);
  exchange.head(reply.status, undefined, reply.headers);
  exchange.client.end(reply.body);
}

export function tellUpstreamFailed(exchange: Exchange, failure: UpstreamFailure): void {
  const { sink, scrubber } = exchange.shared.options;
  const { code, stage } = failure;
  sink.append({ type: "upstream_failed", call: exchange.id, code, stage, message: scrubber.scrub(failure.message) });
}

/** Node writes no header that could split a reply; an upstream that sends one gets no further. */
export function answerBadHead(exchange: Exchange): void {
  const failure = new UpstreamFailure("BAD_HEADERS", "headers", "the upstream's reply has headers that are not HTTP");
  tellUpstreamFailed(exchange, failure);
  answerUnreachable(exchange, failure);
  exchange.endUpstream();
}
