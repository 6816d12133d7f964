import { type HeaderList, withoutHeaders } from "../core/exchange.ts";
import { type ReplyBody, UpstreamFailure, type UpstreamReply } from "../core/upstream.ts";
import { answerBadHead, answerUnreachable, refuseByLimit, tellUpstreamFailed } from "./answer.ts";
import type { Destination } from "./destination.ts";
import { type Arrival, Exchange } from "./exchange.ts";
import { forwardableReplyHeaders, forwardableRequestHeaders, joinPath } from "./headers.ts";
import { endAsPlanned, waitAsPlanned } from "./inject.ts";
import { type Paid, payFor } from "./pay.ts";
import { placeInMix } from "./place.ts";
import { loseStages, type Plan, planFaults } from "./plan.ts";
import { Relay } from "./relay.ts";
import { rewriteHead } from "./rewrite-head.ts";
import type { Shared } from "./shared.ts";
import { relayInStages } from "./stages/index.ts";

/** One exchange, told top to bottom. The events at its end are written when the client's connection has seen that end. */
export async function handle(arrival: Arrival & { destination: Destination }, shared: Shared): Promise<void> {
  const exchange = new Exchange(arrival, shared);
  const plan = planFaults(exchange);
  if (plan.waits.length > 0) await waitAsPlanned(exchange, plan);
  if (exchange.client.over) return;
  // Scripted before counted: a call that a fault answers is not charged.
  if (plan.final !== undefined && (await endAsPlanned(exchange, plan))) {
    return loseStages(exchange, plan, `${plan.final.chosen.rule} ended the call first`);
  }
  if (refuseByLimit(exchange)) return loseStages(exchange, plan, "a counted limit refused the call");
  const paid = payFor(exchange, placeInMix(exchange, arrival.destination));
  if (paid === undefined) return loseStages(exchange, plan, "the budget refused the call");
  const reply = await askUpstream(exchange, paid);
  if (reply === undefined) return loseStages(exchange, plan, "the upstream gave no reply");
  relay(exchange, reply, plan);
}

/** For an upstream that is no server and needs no address. */
const NOWHERE = new URL("http://localhost");

async function askUpstream(exchange: Exchange, { to, because }: Paid): Promise<UpstreamReply | undefined> {
  const { request, call, shared } = exchange;
  const { sink } = shared.options;
  const { upstream, passThroughTo } = to;
  sink.append({
    type: "upstream_started",
    call: exchange.id,
    upstream: to.name,
    ...(to.kind !== undefined && { kind: to.kind }),
    ...(because !== undefined && { because }),
  });
  const headers = forwardableRequestHeaders(request.headers, passThroughTo ?? NOWHERE);
  const path = passThroughTo === undefined ? request.path : joinPath(passThroughTo, request.path);
  try {
    const reply = await upstream(
      { method: request.method, path, headers, body: request.body, call, id: exchange.id },
      exchange.upstreamSignal,
    );
    exchange.bill?.answered(reply.status);
    if (exchange.client.over) return undefined;
    sink.append({ type: "upstream_headers", call: exchange.id, status: reply.status });
    return reply;
  } catch (error) {
    if (exchange.client.over) return undefined;
    const failure = asFailure(error);
    exchange.bill?.failed(failure);
    tellUpstreamFailed(exchange, failure);
    answerUnreachable(exchange, failure);
    return undefined;
  }
}

function asFailure(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  return new UpstreamFailure("INTERNAL", "connect", "the upstream could not be asked (an error inside llm-chaos)");
}

function relay(exchange: Exchange, reply: UpstreamReply, plan: Plan): void {
  const stages = plan.stages.filter(({ chosen }) => !chosen.revoked.aborted);
  const headers = rewriteHead(exchange, replyHeaders(exchange, reply), plan.heads);
  exchange.client.relaysOther();
  if (stages.length > 0) {
    const { status, statusText, body, totalTokens } = reply;
    relayInStages(exchange, { status, statusText, headers, body, totalTokens }, stages);
    return;
  }
  // A rule may have changed what kind of reply the head announces.
  if (plan.heads.length === 0) exchange.reading = reply.reading;
  try {
    exchange.head(reply.status, reply.statusText, headers);
  } catch {
    answerBadHead(exchange);
    return;
  }
  relayAsItComes(exchange, reply.body);
}

function relayAsItComes(exchange: Exchange, body: ReplyBody): void {
  const { client } = exchange;
  new Relay({
    client,
    body,
    onEnd: () => exchange.upstreamIsOver(),
    onFail(failure) {
      tellUpstreamFailed(exchange, failure);
      client.cut("fin");
    },
  });
}

/** The upstream's headers, with the countdown of a counted limit in place of its own. */
function replyHeaders(exchange: Exchange, reply: UpstreamReply): HeaderList {
  const headers = forwardableReplyHeaders(reply.headers);
  const { admission, dialect } = exchange;
  if (admission === undefined || reply.status >= 400) return headers;
  const counted = dialect.limitHeaders(admission.readings, exchange.replyContext());
  const names = new Set(counted.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()));
  return [...withoutHeaders(headers, names), ...counted];
}
