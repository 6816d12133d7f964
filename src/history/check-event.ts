import { z } from "zod";
import { EVENT_TYPES, EVENT_VERSION, type EventType } from "../core/event.ts";

type Check = (value: unknown) => boolean;

const refuse: Check = () => false;

const envelope = {
  v: z.literal(EVENT_VERSION),
  seq: z.int().min(1),
  t_ms: z.number(),
  at: z.string(),
  phase: z.string(),
};

interface Checked {
  fast: Check;
  schema: z.ZodType;
}

const byType = new Map<string, Checked>(
  Object.entries(EVENT_TYPES).map(([type, body]) => {
    const fastBody = quickCheck(body);
    const schema = z.object({ ...envelope, ...body.shape });
    return [type as EventType, { fast: (value) => hasEnvelope(value as Fields) && fastBody(value), schema }];
  }),
);

type Fields = Readonly<Record<string, unknown>>;

/** As `envelope` has it, and looked at on every line: fields with names in the code are found sooner than those of a list. */
function hasEnvelope({ v, seq, t_ms, at, phase }: Fields): boolean {
  if (v !== EVENT_VERSION || !Number.isSafeInteger(seq) || (seq as number) < 1) return false;
  return typeof t_ms === "number" && typeof at === "string" && typeof phase === "string";
}

/** Undefined: a whole event of its type; else what is wrong with it, in words. */
export function flawOfEvent(value: { type?: unknown }): string | undefined {
  const checked = byType.get(value.type as string);
  if (checked === undefined) return `unknown event type ${JSON.stringify(value.type)}`;
  if (checked.fast(value)) return undefined;
  const issue = checked.schema.safeParse(value).error?.issues[0];
  return issue === undefined ? undefined : `${value.type}: ${issue.path.join(".")}: ${issue.message}`;
}

/**
 * The schema as plain comparisons: nothing is copied, nothing allocated, which a million lines feel. It may only be stricter than the
 * schema, which has the last word on what it refuses; so a kind of schema that is not known here is simply refused.
 */
function quickCheck(schema: z.ZodType): Check {
  if (schema instanceof z.ZodOptional) return optional(quickCheck(schema.unwrap() as z.ZodType));
  if (schema instanceof z.ZodString) return plain(schema) ? (value) => typeof value === "string" : refuse;
  if (schema instanceof z.ZodNumber) return number(schema);
  if (schema instanceof z.ZodBoolean) return (value) => typeof value === "boolean";
  if (schema instanceof z.ZodUnknown) return (value) => value !== undefined;
  if (schema instanceof z.ZodLiteral) {
    const [only, ...others] = schema.values;
    return others.length === 0 ? (value) => value === only : (value) => schema.values.has(value as never);
  }
  if (schema instanceof z.ZodEnum) {
    const options = new Set<unknown>(schema.options);
    return (value) => options.has(value);
  }
  if (schema instanceof z.ZodArray) return array(quickCheck(schema.element as z.ZodType), plain(schema));
  if (schema instanceof z.ZodObject) return object(schema.shape);
  return refuse;
}

/** Without further conditions, such as a length. */
function plain(schema: z.ZodType): boolean {
  const { checks = [] } = schema.def as { checks?: readonly unknown[] };
  return checks.length === 0;
}

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

/** What JSON can hold as a number is finite. A number with conditions (the sequence number) is a whole one, from 1 on. */
function number(schema: z.ZodNumber): Check {
  if (plain(schema) && schema.format === null) return (value) => typeof value === "number";
  return (value) => Number.isSafeInteger(value) && (value as number) >= Math.max(1, schema.minValue ?? 1);
}

function array(check: Check, isPlain: boolean): Check {
  return isPlain ? (value) => Array.isArray(value) && value.every(check) : refuse;
}

function object(shape: Readonly<Record<string, unknown>>): Check {
  const fields = Object.entries(shape).map(([key, schema]) => ({ key, check: quickCheck(schema as z.ZodType) }));
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    for (const { key, check } of fields) if (!check((value as Fields)[key])) return false;
    return true;
  };
}
