import { expect } from "vitest";
import {
  type Dialect,
  type FrameMeaning,
  NO_MEANING,
  type StreamFrame,
  type StreamPosition,
} from "../../src/core/dialect.ts";
import type { Fault, FaultContext, Injection, StreamStage, StreamStep } from "../../src/core/fault.ts";
import { createRng } from "../../src/core/rng.ts";
import { estimateTokens } from "../../src/core/tokens.ts";
import { openAiChat } from "../../src/providers/openai-chat.ts";
import { CONTEXT, chatCall } from "./openai.ts";

/**
 * Plays a stream fault without sockets and without sleep:
 * `playbook(stall, { lasts: "3s" }).frame("a").sends("a").frame("b").waits(3000).sends("b").ends()`.
 * Inputs (`frame`, `chunk`, `finish` …) hand frames to the stage; expectations take its steps one by one, so a step that was
 * not expected fails the next expectation. `applied` steps are set aside and asserted with `applied()`.
 */
export interface Playbook {
  /** One token of text for each space-separated word, arriving `gapMs` after the last input (or wait). */
  frame(text: string, gapMs?: number): Playbook;
  /** A frame with any meaning. */
  means(meaning: Partial<FrameMeaning>, event?: string): Playbook;
  /** Bytes of an unstreamed body. */
  chunk(text: string, gapMs?: number): Playbook;
  headers(gapMs?: number): Playbook;
  /** An earlier stage held the next frame back so long. */
  heldBefore(ms: number): Playbook;
  finish(): Playbook;
  usage(): Playbook;
  done(): Playbook;
  comment(): Playbook;

  sends(text: string): Playbook;
  waits(ms: number): Playbook;
  cuts(how: "fin" | "rst"): Playbook;
  keepsOpen(ms?: number): Playbook;
  pings(ms: number): Playbook;
  stopsPings(): Playbook;
  sendsNothing(): Playbook;
  /** The fault took effect this often so far (default once). */
  applied(times?: number): Playbook;
  /** Either the stage ended the reply itself, or it lets the upstream's end through. */
  ends(): void;
}

export function faultContext(changes: Partial<FaultContext> = {}): FaultContext {
  const call = changes.call ?? chatCall({ stream: true });
  const dialect: Dialect = changes.dialect ?? openAiChat;
  return {
    call,
    dialect,
    charge: dialect.charge(call),
    rng: createRng(7).fork("test"),
    reply: CONTEXT,
    limitOf: () => 30_000,
    ...changes,
  };
}

/** Parses the parameters as the loader would, and plans. */
export function plan(
  fault: Fault<never> | Fault,
  params: unknown,
  changes: Partial<FaultContext> = {},
): readonly Injection[] {
  const general = fault as Fault;
  return general.plan(general.params.parse(params), faultContext(changes));
}

/** A new stage of a fault that reshapes the stream. */
export function newStage(fault: Fault<never> | Fault, params: unknown, changes?: Partial<FaultContext>): StreamStage {
  const reshape = plan(fault, params, changes).find((injection) => injection.do === "reshape");
  if (reshape === undefined) throw new Error(`${fault.name} does not reshape the stream`);
  return reshape.newStage();
}

export function playbook(fault: Fault<never> | Fault, params: unknown, changes?: Partial<FaultContext>): Playbook {
  const stage = newStage(fault, params, changes);
  const at: StreamPosition = startingPosition();
  const steps: StreamStep[] = [];
  let arrivedMs = 0;
  let applied = 0;

  const collect = (made: readonly StreamStep[] | undefined) => {
    for (const step of made ?? []) {
      if (step.do === "applied") applied += 1;
      else steps.push(step);
      if (step.do === "wait") at.nowMs += step.ms;
    }
  };
  const arrive = (gapMs: number) => {
    arrivedMs += gapMs;
    at.nowMs = Math.max(at.nowMs, arrivedMs);
  };
  const feed = (frame: Omit<StreamFrame, "arrivedMs" | "whole">, meaning: FrameMeaning) => {
    collect(stage.onFrame({ ...frame, arrivedMs, whole: true }, meaning, { ...at }));
    count(at, frame, meaning);
  };
  const take = (wanted: StreamStep) => expect(readable(steps.shift())).toEqual(readable(wanted));

  const book: Playbook = {
    frame(text, gapMs = 0) {
      arrive(gapMs);
      feed({ bytes: sse(text), event: undefined, data: text }, { ...NO_MEANING, text, tokens: words(text) });
      return book;
    },
    means(meaning, event) {
      const text = meaning.text ?? Object.keys(meaning).join();
      feed({ bytes: sse(text), event, data: text }, { ...NO_MEANING, ...meaning });
      return book;
    },
    chunk(text, gapMs = 0) {
      arrive(gapMs);
      feed({ bytes: bytes(text), event: undefined, data: undefined }, NO_MEANING);
      return book;
    },
    headers(gapMs = 0) {
      arrive(gapMs);
      collect(stage.onHeaders?.({ ...at }));
      return book;
    },
    heldBefore(ms) {
      at.nowMs += ms;
      return book;
    },
    finish: () => book.means({ finish: "stop" }),
    usage: () => book.means({ usage: { inputTokens: 1, outputTokens: 1 } }),
    done: () => book.means({ terminator: true }),
    comment() {
      feed({ bytes: bytes(": ping\n\n"), event: undefined, data: undefined }, { ...NO_MEANING, keepAlive: true });
      return book;
    },
    sends(text) {
      const step = steps.shift();
      const sent = step?.do === "send" ? new TextDecoder().decode(step.bytes) : readable(step);
      expect([text, `data: ${text}\n\n`]).toContain(sent);
      return book;
    },
    waits: (ms) => then(() => take({ do: "wait", ms })),
    cuts: (how) => then(() => take({ do: "cut", how })),
    keepsOpen: (ms) => then(() => take(ms === undefined ? { do: "keep-open" } : { do: "keep-open", ms })),
    pings: (ms) => then(() => expect(steps.shift()).toMatchObject({ do: "every", ms })),
    stopsPings: () => then(() => expect(steps.shift()).toMatchObject({ do: "every", ms: 0 })),
    sendsNothing: () => then(() => expect(steps.map(readable)).toEqual([])),
    applied: (times = 1) => then(() => expect(applied).toBe(times)),
    ends() {
      if (steps.length === 0) {
        expect((stage.onEnd?.({ ...at }) ?? []).map(readable)).toEqual([]);
        return;
      }
      take({ do: "end" });
      expect(steps.map(readable)).toEqual([]);
    },
  };
  const then = (assertion: () => void) => {
    assertion();
    return book;
  };
  return book;
}

export function startingPosition(): StreamPosition {
  return {
    nowMs: 0,
    bytes: 0,
    events: 0,
    tokens: 0,
    contentSeen: false,
    finishSeen: false,
    usageSeen: false,
    terminatorSeen: false,
  };
}

/** Counts a frame, as the interpreter does after the stages saw it. */
export function count(at: StreamPosition, frame: Pick<StreamFrame, "bytes" | "data">, meaning: FrameMeaning): void {
  at.bytes += frame.bytes.byteLength;
  if (frame.data !== undefined) at.events += 1;
  at.tokens += meaning.tokens;
  at.contentSeen ||= meaning.tokens > 0;
  at.finishSeen ||= meaning.finish !== undefined;
  at.usageSeen ||= meaning.usage !== undefined;
  at.terminatorSeen ||= meaning.terminator === true;
}

function readable(step: StreamStep | undefined): unknown {
  if (step === undefined) return "no step";
  return step.do === "send" ? { do: "send", text: new TextDecoder().decode(step.bytes) } : step;
}

function words(text: string): number {
  return text.split(" ").reduce((sum, word) => sum + Math.min(1, estimateTokens(word)), 0);
}

function sse(text: string): Uint8Array {
  return bytes(`data: ${text}\n\n`);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
