import { type HeaderList, withoutHeaders } from "../../core/exchange.ts";
import type { ChosenFault } from "../../core/fault.ts";
import type { ReplyBody, UpstreamReply } from "../../core/upstream.ts";
import { tellUpstreamFailed } from "../answer.ts";
import { decodedBody, encodingOf } from "../decode.ts";
import type { Exchange } from "../exchange.ts";
import { releases } from "../inject.ts";
import { isEventStream, ownSplitter } from "../observe/index.ts";
import type { Plan } from "../plan.ts";
import type { Downstream } from "./downstream.ts";
import { createOutlet } from "./outlet.ts";
import { StageRunner } from "./stage-runner.ts";

/** Held back in all stages together, at most about this much: then the upstream is made to wait. */
const MAX_QUEUED_BYTES = 1024 * 1024;

/**
 * The path with faults: the reply, decoded, goes frame by frame through the stages in the order of the rules. What one
 * stage sends is split again for the next. The upstream is read on while a stage waits, so that frames keep their arrival times.
 */
export function relayInStages(exchange: Exchange, reply: UpstreamReply, planned: Plan["stages"]): void {
  const { body, headers, readable } = decoded(reply);
  const streamed = readable && isEventStream(headers);
  const flow = createFlow(body);
  const runners: StageRunner[] = [];
  let first: Downstream = createOutlet(exchange, { ...reply, headers: changed(exchange, headers, planned) }, flow.slow);
  for (const { chosen, injection } of planned.toReversed()) {
    const runner: StageRunner = new StageRunner({
      exchange,
      stage: injection.newStage(),
      next: first,
      streamed,
      // Each stage has one of its own: what the stage before it sends is cut again.
      splitter: readable && !streamed ? ownSplitter(exchange, headers) : undefined,
      totalTokens: reply.totalTokens,
      releasedBy: releases(exchange, chosen),
      onApplied: (position) => tellApplied(exchange, chosen, position),
      onQueued: flow.queued,
      onOver() {
        for (const earlier of runners.slice(0, runners.indexOf(runner))) earlier.stop();
        exchange.endUpstream();
      },
      onBroken: (error) => tellBroken(exchange, chosen, error),
    });
    runners.unshift(runner);
    first = runner;
  }
  exchange.ended.addEventListener("abort", () => {
    for (const runner of runners) runner.stop();
  });
  // What it costs is for the upstream's reply to say, not for what the stages make of it.
  exchange.bill?.readsBefore({ ...reply, headers });
  begin(exchange, body, first);
}

/** Makes the upstream wait while the client is slow or too much is held back. */
function createFlow(body: ReplyBody) {
  let queued = 0;
  let slow = false;
  let paused = false;
  const balance = () => {
    const pause = slow || queued > MAX_QUEUED_BYTES;
    if (pause === paused) return;
    paused = pause;
    if (pause) body.pause();
    else body.resume();
  };
  return {
    queued(bytes: number): void {
      queued += bytes;
      balance();
    },
    slow(isSlow: boolean): void {
      slow = isSlow;
      balance();
    },
  };
}

function begin(exchange: Exchange, body: ReplyBody, first: Downstream): void {
  first.head();
  body.start({
    data(chunk) {
      exchange.bill?.data(chunk);
      first.bytes(chunk);
    },
    end() {
      exchange.bill?.replyEnded();
      first.end();
    },
    fail(failure) {
      // Ended by us: a stage closed the reply, or the client left.
      if (exchange.upstreamEnded) return;
      tellUpstreamFailed(exchange, failure);
      first.fail(failure);
    },
  });
}

const CODED: ReadonlySet<string> = new Set(["content-encoding"]);
const LENGTH: ReadonlySet<string> = new Set(["content-length"]);

/** The body as frames can be read from it. In a coding that nobody here can read it stays what it is, and every chunk is a frame. */
function decoded(reply: UpstreamReply): { body: ReplyBody; headers: HeaderList; readable: boolean } {
  const { headers, body } = reply;
  const encoding = encodingOf(headers);
  const readable = encoding.kind !== "unknown" && reply.status < 400;
  if (encoding.kind !== "coded") return { body, headers, readable };
  return { body: decodedBody(body, encoding.newDecoder()), headers: withoutHeaders(headers, CODED), readable };
}

/** The length is not known before the stages are through. */
function changed(exchange: Exchange, headers: HeaderList, planned: Plan["stages"]): HeaderList {
  const kept = withoutHeaders(headers, LENGTH);
  if (!exchange.shared.options.mark) return kept;
  return [...kept, "x-llm-chaos", planned.map(({ chosen }) => chosen.fault.name).join(", ")];
}

type Sent = { bytes: number; events: number; tokens: number };

function tellApplied(exchange: Exchange, { rule, fault }: ChosenFault, position: Sent): void {
  exchange.shared.options.sink.append({
    type: "fault_applied",
    call: exchange.id,
    rule,
    fault: fault.name,
    ...position,
  });
}

/** A stage that throws is taken out: the rest of the reply goes through as it comes. */
function tellBroken(exchange: Exchange, { rule, fault }: ChosenFault, error: unknown): void {
  const { sink, scrubber } = exchange.shared.options;
  const reason = scrubber.scrub(error instanceof Error ? error.message : String(error));
  sink.append({ type: "warning", code: "fault_failed", text: `${rule}: ${fault.name}: ${reason}` });
}
