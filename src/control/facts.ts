import { z } from "zod";
import { EVENT_TYPES, type EventBody } from "../core/event.ts";

/** What a driver or a load tool may write into the log. Everything else there is the proxy's own word. */
const FACT_TYPES = [
  "front_door_started",
  "front_door_first_byte",
  "front_door_ended",
  "load_step_started",
  "load_step_settled",
  "load_step_ended",
] as const;

const factSchemas = [
  ...FACT_TYPES.map((type) => EVENT_TYPES[type].extend({ type: z.literal(type) })),
  EVENT_TYPES.self_delay.extend({ type: z.literal("self_delay"), who: z.literal("driver") }),
  // Who says it is known from the connection.
  EVENT_TYPES.mark.omit({ who: true }).extend({ type: z.literal("mark") }),
];

export const factSchema = z.discriminatedUnion("type", factSchemas as [(typeof factSchemas)[0], ...typeof factSchemas]);

export type Fact = EventBody<(typeof FACT_TYPES)[number] | "self_delay"> | Omit<EventBody<"mark">, "who">;

/** The fields that are points in time, on the clock of whoever wrote them. Durations stay. */
const TIMES = ["due_at_ms", "started_at_ms", "at_ms"] as const;

/**
 * A fact as an event of the log: its times moved onto the proxy's clock, its front-door calls named after their source,
 * since several drivers may count from f1.
 */
export function asEvent(
  fact: Fact,
  { shiftMs, source, who }: { shiftMs: number; source: string; who: string },
): EventBody {
  const moved: Record<string, unknown> = { ...fact };
  for (const name of TIMES) {
    const value = moved[name];
    if (typeof value === "number") moved[name] = value + shiftMs;
  }
  if (typeof moved["front"] === "string") moved["front"] = `${source}/${moved["front"]}`;
  if (fact.type === "mark") moved["who"] = who;
  return moved as unknown as EventBody;
}
