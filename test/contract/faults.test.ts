import { describe, expect, it } from "vitest";
import { z } from "zod";
import { APPLIES } from "../../scripts/faults/applies.ts";
import type { Dialect, StreamFrame } from "../../src/core/dialect.ts";
import type { Fault, StreamStage, StreamStep } from "../../src/core/fault.ts";
import { createRng } from "../../src/core/rng.ts";
import { faults } from "../../src/faults/index.ts";
import { dialects } from "../../src/providers/index.ts";
import { plainReply } from "../support/openai.ts";
import { count, faultContext, startingPosition } from "../support/playbook.ts";
import { FAULT_PARAMS, framesIn, REWRITES, sampleCall } from "./samples.ts";

const REPLY = plainReply({ pieces: ["Hel", "lo", " there", ", how", " are", " you?"] });

interface Pairing {
  fault: Fault;
  dialect: Dialect;
  params: object;
  stream: boolean;
}

const applies = (pairing: Pairing) => APPLIES[pairing.fault.name]?.(pairing) ?? true;

const pairings: Pairing[] = [...faults.values()].flatMap((fault) =>
  dialects.flatMap((dialect) =>
    (FAULT_PARAMS[fault.name] ?? [{}]).flatMap((params) =>
      [true, false].map((stream) => ({ fault, dialect, params, stream })),
    ),
  ),
);

function planOf({ fault, dialect, params, stream }: Pairing, seed = 7) {
  const call = sampleCall(dialect, stream);
  return fault.plan(fault.params.parse(params), faultContext({ call, dialect, rng: createRng(seed) }));
}

/** The dialect's own answer, arriving 20 ms apart; an unstreamed one in three chunks. */
function framesOf({ dialect, stream }: Pairing): StreamFrame[] {
  const call = sampleCall(dialect, stream);
  const { frames } = dialect.write(REPLY, call);
  if (stream) return frames.flatMap((bytes, i) => framesIn(bytes, dialect, call, i * 20));
  const body = Buffer.concat(frames);
  const third = Math.ceil(body.byteLength / 3);
  return [0, 1, 2].map((i) => ({
    bytes: body.subarray(i * third, (i + 1) * third),
    arrivedMs: i * 20,
    event: undefined,
    data: undefined,
    whole: true,
  }));
}

/** Everything a stage wants, in order, with the reply's bytes for comparison. */
function play(stage: StreamStage, pairing: Pairing) {
  const at = startingPosition();
  const steps: StreamStep[] = [];
  const collect = (made: readonly StreamStep[] | undefined) => {
    for (const step of made ?? []) {
      steps.push(step);
      if (step.do === "wait") at.nowMs += step.ms;
    }
  };
  collect(stage.onHeaders?.({ ...at }));
  const frames = framesOf(pairing);
  for (const frame of frames) {
    at.nowMs = Math.max(at.nowMs, frame.arrivedMs);
    const meaning = pairing.dialect.read(frame);
    collect(stage.onFrame(frame, meaning, { ...at }));
    count(at, frame, meaning);
  }
  collect(stage.onEnd?.({ ...at }));
  const sent = steps.flatMap((step) => (step.do === "send" ? [step.bytes] : []));
  return { steps, sent: Buffer.concat(sent), whole: Buffer.concat(frames.map(({ bytes }) => bytes)) };
}

function stagesOf(pairing: Pairing): StreamStage[] {
  return planOf(pairing).flatMap((injection) => (injection.do === "reshape" ? [injection.newStage()] : []));
}

it("keys every fault by the word users type", () => {
  expect(faults.size).toBeGreaterThan(0);
  for (const [name, fault] of faults) expect([name, fault.name]).toEqual([fault.name, fault.name]);
});

it("has parameters that an editor's schema can be made of", () => {
  for (const { params } of faults.values()) {
    const schema = z.toJSONSchema(params, { io: "input" });
    const described = Object.values(schema.properties ?? {}).every((property) =>
      JSON.stringify(property).includes("description"),
    );
    expect([schema.type, described]).toEqual(["object", true]);
  }
});

it("has sample parameters that every fault accepts, and refuses an unknown one", () => {
  for (const { fault, params } of pairings) {
    expect(fault.params.safeParse(params).success, fault.name).toBe(true);
    expect(fault.params.safeParse({ ...params, unheard_of: 1 }).success, fault.name).toBe(false);
  }
});

const named = pairings.map((pairing) => {
  const { fault, dialect, params, stream } = pairing;
  return [`${fault.name} ${JSON.stringify(params)} × ${dialect.id}${stream ? " streamed" : ""}`, pairing] as const;
});

it.each(named.filter(([, pairing]) => !applies(pairing)))("%s does not apply", (_, pairing) => {
  expect(planOf(pairing)).toEqual([]);
});

describe.each(named.filter(([, pairing]) => applies(pairing)))("%s", (_, pairing) => {
  it("plans twice the same with one seed, and explains itself", () => {
    expect(JSON.stringify(planOf(pairing))).toBe(JSON.stringify(planOf(pairing)));
    expect(planOf(pairing).length).toBeGreaterThan(0);
    const explained = pairing.fault.explain(pairing.fault.params.parse(pairing.params));
    expect(explained).not.toMatch(/undefined|NaN|\[object/);
    expect(explained.length).toBeGreaterThan(10);
  });

  it("acts where it says", () => {
    const verbs = new Set(planOf(pairing).map(({ do: verb }) => verb));
    const ends = verbs.has("answer") || verbs.has("reset") || verbs.has("hang");
    expect(ends).toBe(pairing.fault.final);
    expect(verbs.has("reshape")).toBe(pairing.fault.acts === "stream");
    expect(verbs.has("rewrite-head")).toBe(pairing.fault.acts === "head");
  });

  it("changes nothing where it did not take effect", () => {
    for (const stage of stagesOf(pairing)) {
      const { steps, sent, whole } = play(stage, pairing);
      if (steps.some(({ do: verb }) => verb === "applied")) continue;
      expect(steps.every(({ do: verb }) => verb === "send")).toBe(true);
      expect(sent.equals(whole)).toBe(true);
    }
  });

  it("sends nothing after the end, and keeps its state to one exchange", () => {
    for (const stage of stagesOf(pairing)) {
      const { steps, sent } = play(stage, pairing);
      const end = steps.findIndex(({ do: verb }) => verb === "end" || verb === "cut");
      if (end >= 0) expect(steps.slice(end + 1)).toEqual([]);
      // A second exchange, from the same plan's parameters, starts from scratch.
      for (const again of stagesOf(pairing)) expect(play(again, pairing).sent.equals(sent)).toBe(true);
    }
  });
});

const keepsBytes = named.filter(([, pairing]) => applies(pairing) && !REWRITES.has(pairing.fault.name));

it.each(keepsBytes)("%s sends the reply, or a beginning of it", (_, pairing) => {
  for (const stage of stagesOf(pairing)) {
    const { steps, sent, whole } = play(stage, pairing);
    const ended = steps.some(({ do: verb }) => verb === "end" || verb === "cut");
    expect(ended ? whole.subarray(0, sent.length).equals(sent) : sent.equals(whole)).toBe(true);
    if (ended) expect(sent.length).toBeLessThan(whole.length);
  }
});
