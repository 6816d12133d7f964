import { z } from "zod";

const count = z.int().min(0);
const ms = z.number().meta({ description: "Milliseconds" });
const verdict = z.enum(["pass", "fail", "inconclusive"]);
const seq = z.int().min(0).meta({ description: "Sequence number of a line in events.jsonl" });
const knee = z
  .strictObject({ concurrency: z.number(), after: z.number().nullable() })
  .nullable()
  .meta({ description: "The lowest step that shows it, and the last one below that did not; null when no step did" });

const step = z.strictObject({
  concurrency: z.number(),
  repeats: count,
  served: count,
  shed: count,
  failed: count,
  hung: count,
  cut: count,
  queued: count,
  retried: count,
  fell_back: count,
  p50_ms: ms.nullable(),
  p95_ms: ms.nullable(),
  trustworthy: z.boolean(),
  why: z.string().nullable(),
});

const wall = z.strictObject({ concurrency: z.number(), dimension: z.string(), because: z.string() });

const load = z.strictObject({
  steps: z.array(step),
  starts_at_wall: z
    .boolean()
    .meta({ description: "A ramp whose steps begin with every bucket drained: how full a limit is then says little" }),
  computed_wall: wall.nullable().meta({ description: "Computed, not measured: limit × latency / (window × charge)" }),
  walls: z.array(wall).meta({ description: "The same for every counted dimension, the lowest first" }),
  sheds_at: knee,
  queues_at: knee,
  breaks_at: knee,
  retries_at: knee,
  falls_back_at: knee,
  comes_back: z
    .strictObject({ concurrency: z.number(), after: z.number(), held: z.boolean() })
    .nullable()
    .meta({ description: "Whether a load was carried again after the overload; only a ramp with search tries it" }),
  tool: z
    .strictObject({ code: z.int().nullable(), signal: z.string().nullable() })
    .nullable()
    .meta({ description: "How the command of --load-cmd ended; null without one" }),
});

const expectation = z.strictObject({
  name: z.string(),
  explained: z.string(),
  params: z.unknown().meta({ description: "As the scenario has them" }),
  phase: z.string().nullable(),
  verdict,
  not_measured: z.literal(true).optional().meta({ description: "It depends on the front door, which nobody drove" }),
  summary: z.string(),
  evidence: z.array(
    z.strictObject({
      note: z.string(),
      events: z.array(seq),
      got: z.string().optional(),
      wanted: z.string().optional(),
    }),
  ),
});

const recovery = z
  .strictObject({
    state: z.enum(["recovered", "not back", "metastable"]),
    took_ms: ms.nullable(),
    because: z.string(),
  })
  .nullable()
  .meta({ description: "Whether goodput came back after the faults; null: none acted, or it cannot be told" });

const calls = z.strictObject({
  front_door: count,
  logical: count,
  attempts: count,
  outcomes: z.strictObject({ served: count, shed: count, failed: count, cut: count, hung: count }),
  flags: z.strictObject({ retried: count, queued: count, fell_back: count }),
  uncertain: count,
});

const cost = z.strictObject({
  real_usd: z.number().nullable().meta({ description: "Null: not priced" }),
  saved_usd: z.number().nullable(),
  unpriced_calls: z.number().meta({ description: "Calls whose model has no known price: unknown, not free" }),
  input_tokens: z.number(),
  output_tokens: z.number(),
  wasted_tokens: z.number().meta({ description: "Of attempts that delivered nothing whole" }),
  usage_seen_share: z.number().nullable(),
});

const fault = z.strictObject({
  rule: z.string(),
  name: z.string(),
  phase: z.string(),
  explained: z.string(),
  chosen: count,
  hits: count.meta({ description: "0: not exercised" }),
  lost: count,
});

const limit = z.strictObject({
  dimension: z.string(),
  limit: z.number().meta({ description: "The one that held when it was fullest" }),
  peak_share: z.number().meta({ description: "Of the limit that held at the time" }),
  hit: z.boolean(),
  first_hit: z
    .strictObject({ at_ms: ms, concurrency: z.number().nullable(), seq })
    .nullable()
    .meta({ description: "The first refusal over it; concurrency: callers at once of the ramp's step" }),
  label: z.string(),
  source: z.string().nullable(),
  date: z.string().nullable(),
});

const limitChange = z.strictObject({
  at_ms: ms,
  seq,
  amounts: z.array(
    z.strictObject({
      dimension: z.string(),
      label: z.string(),
      before: z.number().nullable().meta({ description: "Null: not counted until then" }),
      after: z.number().nullable().meta({ description: "Null: not counted any more" }),
    }),
  ),
});

const utilisation = z.strictObject({
  dimension: z.string(),
  shares: z
    .array(z.number().nullable())
    .meta({ description: "One for each point of series; null where no call asked" }),
});

const settlement = z.strictObject({
  provider: z.string(),
  settle: z.enum(["usage", "reserve"]),
  by: z.enum(["scenario", "documented", "assumed"]),
});

const refusal = z.strictObject({
  origin: z.string(),
  provider: z.string(),
  trouble: z.string(),
  status: z.int(),
  dimension: z.string().nullable(),
  count,
  announced_ms: z.strictObject({ min: ms, max: ms }).nullable(),
  first_seq: seq,
});

const degradation = z.strictObject({
  path: z.array(
    z.strictObject({
      what: z.string(),
      at_ms: ms,
      count,
      first_seq: seq,
      concurrency: z.number().nullable(),
    }),
  ),
  first_seen_ms: ms.nullable(),
});

const trait = z.strictObject({
  name: z.string(),
  words: z.string(),
  numbers: z
    .record(z.string(), z.number())
    .meta({ description: "Names ending in _ms are milliseconds, in _share from 0 to 1" }),
  samples: count.meta({ description: "How many observations it rests on" }),
  of: z.string().meta({ description: "What was counted" }),
  events: z.array(seq).meta({ description: "Some of those that show it" }),
});

const profile = z.strictObject({
  traits: z.array(trait),
  not_measured: z.array(z.strictObject({ name: z.string(), why: z.string() })),
});

const point = z.strictObject({
  at_ms: ms,
  served: count,
  shed: count,
  failed: count,
  hung: count,
  cut: count,
  attempts: count,
  refused: count,
  in_flight: z.int(),
  ttft_p95_ms: ms.nullable(),
});

/** report.json, version 1, as it stands in the file (snake case). Source of schema/report.schema.json. */
export const reportFileSchema = z
  .strictObject({
    version: z.literal(1),
    run_id: z.string(),
    scenario: z.string(),
    summary: z.string(),
    hypothesis: z.string(),
    seed: z.number(),
    verdict,
    stopped: z.string().nullable().meta({ description: "Null, or why the run stopped early" }),
    startedAt: z.string(),
    duration_ms: ms,
    mode: z.enum(["run", "proxy"]),
    upstream: z.strictObject({ kind: z.enum(["live", "stub", "replay"]), address: z.string() }),
    versions: z.strictObject({ llm_chaos: z.string(), node: z.string(), event_schema: z.int() }),
    app: z.strictObject({
      url: z.string().nullable(),
      front_door: z.string().nullable(),
      commit: z.string().nullable(),
    }),
    phases: z.array(z.strictObject({ name: z.string(), from_ms: ms, to_ms: ms, faults: z.array(z.string()) })),
    expectations: z.array(expectation),
    faults: z.array(fault),
    limits: z.array(limit),
    limit_changes: z.array(limitChange).meta({ description: "Limits that a controller set while the run went on" }),
    utilisation: z.array(utilisation),
    settlement: z.array(settlement).meta({ description: "How token limits were settled, for each provider" }),
    refusals: z.array(refusal),
    calls,
    load,
    degradation,
    recovery,
    profile: profile.meta({ description: "How the app reacts to trouble, as far as this run shows it" }),
    amplification: z.number().nullable().meta({ description: "Attempts per logical call" }),
    ttft_ms: z.strictObject({ p50: ms, p95: ms, p99: ms, count }).nullable(),
    cost,
    links: z.strictObject({ total: count, ambiguous_share: z.number() }),
    rules: z
      .array(z.strictObject({ what: z.string(), rule: z.string() }))
      .meta({ description: "How front-door calls were judged, with this run's matchers and thresholds" }),
    series: z.array(point),
    warnings: z.array(z.string()),
    not_concluded: z.array(z.string()),
    runbook: z.record(z.string(), z.string()),
    reproduce: z.string(),
  })
  .meta({ title: "report.json, version 1" });
