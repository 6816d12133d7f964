import { z } from "zod";
import { EVENT_TYPES, type EventType } from "../core/event.ts";
import { DIMENSIONS } from "../core/limits.ts";
import { duration, share } from "../core/schema.ts";
import { factSchema } from "./facts.ts";

/**
 * What both ends of the control channel agree on: JSON-RPC 2.0 over one WebSocket. The server checks by it, the client's
 * types come from it, and `schema/control.openrpc.json` is made of it.
 */

/** An injected fault ends by itself: a forgotten one must not outlive the game day. */
const DEFAULT_TTL = "10m";
const LONGEST_TTL_MS = 86_400_000;
/** A scenario is a page of YAML; the channel takes messages of up to 1 MiB. */
const LONGEST_SCENARIO = 256 * 1024;
const MOST_FACTS = 1_000;

const nothing = z.strictObject({});
const done = z.object({ ok: z.literal(true) });
const eventTypes = Object.keys(EVENT_TYPES) as [EventType, ...EventType[]];
const record = z.record(z.string(), z.unknown());

const activeFault = z.looseObject({
  id: z.string(),
  fault: z.string(),
  explained: z.string().meta({ description: "In words" }),
  endsAtMs: z.number().optional().meta({ description: "On the run's clock; absent for a rule of the scenario" }),
  hits: z.number(),
});

const problem = z.object({
  line: z.number(),
  column: z.number(),
  message: z.string(),
  hint: z.string().optional(),
  severity: z.enum(["error", "warning"]),
});

const amount = z.number().positive();
/**
 * `reads`: everybody may, and nothing is logged. `commands`: not for spectators, and each is an event before it acts.
 * `appends`: not for spectators; what it appends is the event.
 */
export type MethodKind = "reads" | "commands" | "appends";

interface Method<P extends z.ZodType, R extends z.ZodType> {
  summary: string;
  kind: MethodKind;
  params: P;
  result: R;
  /** Parameters that stay out of the log. */
  unlogged?: readonly string[];
}

function method<P extends z.ZodType, R extends z.ZodType>(described: Method<P, R>): Method<P, R> {
  return described;
}

const budgetCaps = {
  usd: amount.nullable().optional(),
  tokens: amount.nullable().optional(),
  requests: amount.nullable().optional(),
};

export const METHODS = {
  status: method({
    summary: "What runs now",
    kind: "reads",
    params: nothing,
    result: z.looseObject({
      run_id: z.string(),
      mode: z.enum(["run", "proxy"]),
      scenario: z.string(),
      scenario_state: z.enum(["waiting", "playing", "over"]),
      seed: z.number(),
      upstream: z.string(),
      upstream_kind: z.enum(["live", "stub", "replay"]),
      proxy: z.string().meta({ description: "The data listener's base URL" }),
      at_ms: z.number().meta({ description: "The run's clock: milliseconds since the start" }),
      phase: z.string(),
      phase_lasts_ms: z.number().nullable(),
      in_flight: z.number(),
      faults: z.array(activeFault),
      limits: z.array(z.looseObject({ dimension: z.string(), limit: z.number(), used: z.number() })),
      limit_rows: z
        .array(z.looseObject({ label: z.string(), limits: z.record(z.string(), z.number()) }))
        .meta({ description: "The counted limits, in the order that `limits.set` counts" }),
      last_seq: z.number(),
    }),
  }),
  "scenario.load": method({
    summary:
      "Another scenario in the place of the one that a proxy plays. Checked whole first; one with problems changes nothing",
    kind: "commands",
    params: z.strictObject({
      text: z.string().min(1).max(LONGEST_SCENARIO).meta({ description: "The scenario file's YAML" }),
      vars: z.record(z.string(), z.string()).optional().meta({
        description: "What each placeholder stands for, by name. The proxy's own environment is never filled in",
      }),
      seed: z.int().min(0).optional().meta({ description: "Wins over the scenario's" }),
    }),
    unlogged: ["vars", "text"],
    result: z.object({
      name: z.string(),
      phases: z.array(z.string()),
      warnings: z.array(problem),
      seq: z.number().meta({ description: "Of the event `scenario_loaded`: the report looks at what follows" }),
    }),
  }),
  "scenario.start": method({ summary: "Begin the first phase", kind: "commands", params: nothing, result: done }),
  "scenario.stop": method({
    summary: "End the phase that plays; nothing follows. A `run` ends with it",
    kind: "commands",
    params: nothing,
    result: done,
  }),
  "scenario.next": method({
    summary: "End the phase that plays and begin the next",
    kind: "commands",
    params: nothing,
    result: done,
  }),
  "fault.inject": method({
    summary: "A fault in every phase, until its ttl ends, it is removed, or panic",
    kind: "commands",
    params: z.strictObject({
      fault: z
        .union([z.string().min(1), record])
        .meta({ description: 'As in a scenario, `{ "stall": { "lasts": "5s" } }`, or its YAML text' }),
      where: record.optional(),
      chance: share()
        .refine((value) => value <= 1, "a chance is at most 100%")
        .optional(),
      ttl: duration()
        .refine((ms) => ms > 0 && ms <= LONGEST_TTL_MS, "a ttl is more than 0 and at most 24h")
        .prefault(DEFAULT_TTL),
      hold: z
        .boolean()
        .optional()
        .meta({ description: "It ends at once when this connection closes, for a button that is held down" }),
    }),
    result: z.object({ id: z.string(), ends_at_ms: z.number().meta({ description: "On the run's clock" }) }),
  }),
  "fault.remove": method({
    summary: "End a fault, injected or of the scenario, and release what it holds",
    kind: "commands",
    params: z.strictObject({ id: z.string().min(1) }),
    result: z.object({ removed: z.boolean().meta({ description: "False: there is none with this id any more" }) }),
  }),
  "fault.list": method({
    summary: "The faults that may meet a call now",
    kind: "reads",
    params: nothing,
    result: z.object({ faults: z.array(activeFault) }),
  }),
  "faults.describe": method({
    summary: "Every fault there is, with its parameters as JSON Schema: what a form needs",
    kind: "reads",
    params: nothing,
    result: z.object({ faults: z.array(z.object({ name: z.string(), summary: z.string(), params: record })) }),
  }),
  "limits.set": method({
    summary: "Counted limits, changed while calls run. What is used of a limit that stays or changes stays used",
    kind: "commands",
    params: z.union([
      z.strictObject({
        limits: z
          .array(record)
          .max(100)
          .meta({ description: "All rows, as in a scenario; an empty list takes all away" }),
      }),
      z.strictObject({
        row: z.int().min(0).meta({ description: "Which of `status.limit_rows`" }),
        set: z
          .partialRecord(z.enum(DIMENSIONS), amount.nullable())
          .meta({ description: "New amounts; null takes a dimension away" }),
      }),
    ]),
    result: z.object({ limits: z.array(z.looseObject({ label: z.string() })) }),
  }),
  "limits.drain": method({
    summary: "Leave room for about one call in every counted bucket: a full one hides the wall from a ramp",
    kind: "commands",
    params: nothing,
    result: done,
  }),
  "recording.start": method({
    summary: "Record calls from now on",
    kind: "commands",
    params: z.strictObject({
      file: z
        .string()
        .regex(/^\w[\w.-]{0,99}$/, "a file name without a folder")
        .optional()
        .meta({ description: "In the run folder" }),
    }),
    result: z.looseObject({ file: z.string() }),
  }),
  "recording.stop": method({
    summary: "End the recording; the file is whole",
    kind: "commands",
    params: nothing,
    result: z.looseObject({ file: z.string().nullable() }),
  }),
  "budget.set": method({
    summary:
      "The most that may be spent on live upstreams, counted from the start. What is named is set, null takes a cap away",
    kind: "commands",
    params: z.strictObject({
      ...budgetCaps,
      per_minute: z.strictObject(budgetCaps).optional().meta({ description: "By calls that begin within any 60 s" }),
    }),
    result: z.looseObject({}),
  }),
  mark: method({
    summary: "A remark in the event log, such as a deployment",
    kind: "commands",
    params: z.strictObject({ label: z.string().min(1).max(200), facts: record.optional() }),
    result: done,
  }),
  "driver.attach": method({
    summary: "What a load driver elsewhere needs, so that what it appends fits into this log",
    kind: "appends",
    params: nothing,
    result: z.object({
      run_id: z.string(),
      at_ms: z.number().meta({ description: "The run's clock now" }),
      last_seq: z.number(),
      hash_secret: z.string().meta({ description: "Texts are compared by hashes keyed with it" }),
    }),
  }),
  "events.append": method({
    summary: "Facts that only a driver or a load tool sees, into the proxy's one log",
    kind: "appends",
    params: z.strictObject({
      events: z.array(factSchema).min(1).max(MOST_FACTS),
      now_ms: z.number().optional().meta({
        description: "The sender's clock now: its times are moved by the difference. Default: they are on the run's",
      }),
      source: z
        .string()
        .regex(/^[\w.-]{1,32}$/, "a source has letters, digits, . _ - only")
        .optional()
        .meta({ description: "Keeps the front-door calls of several drivers apart. Default: the connection" }),
    }),
    result: z.object({ first_seq: z.number(), last_seq: z.number() }),
  }),
  panic: method({
    summary: "Faults and virtual limits off, held bytes released, scenario and load stopped. The budget stays",
    kind: "commands",
    params: nothing,
    result: done,
  }),
  "events.subscribe": method({
    summary:
      "Then `event` notifications: those after `since`, then live ones. Without `since` only live ones. A second call replaces the first",
    kind: "reads",
    params: z.strictObject({ since: z.int().min(0).optional(), types: z.array(z.enum(eventTypes)).optional() }),
    result: z.object({ subscribed: z.literal(true) }),
  }),
  "view.subscribe": method({
    summary:
      "Then `view` notifications: the dashboard's whole picture of the run, then what changes of it, at most four times a second",
    kind: "reads",
    params: nothing,
    result: z.object({ subscribed: z.literal(true) }),
  }),
} as const;

export type ControlMethod = keyof typeof METHODS;
export type ControlParams<M extends ControlMethod> = z.output<(typeof METHODS)[M]["params"]>;
/** As a caller writes them. */
export type ControlInput<M extends ControlMethod> = z.input<(typeof METHODS)[M]["params"]>;
export type ControlResult<M extends ControlMethod> = z.output<(typeof METHODS)[M]["result"]>;

export const METHOD_NAMES = Object.keys(METHODS) as readonly ControlMethod[];
