import { expect, test } from "vitest";
import type { ChaosEvent } from "../../src/core/event.ts";
import { eventSchema } from "../../src/core/event.ts";
import { flawOfEvent } from "../../src/history/check-event.ts";
import { rampStory, stormStory } from "../support/report.ts";

const events = [...stormStory().ended().events, ...rampStory().ended().events];
const byType = new Map<string, ChaosEvent>(events.map((event) => [event.type, JSON.parse(JSON.stringify(event))]));
const schema = eventSchema();

/** Every way of losing one field of a value, or of having something else in it, at any depth. */
function* damaged(value: object): Generator<object> {
  for (const [key, inner] of Object.entries(value)) {
    const { [key]: _, ...without } = value as Record<string, unknown>;
    yield without;
    for (const wrong of [null, "a text", 0.5, true, [], {}]) yield { ...value, [key]: wrong };
    if (typeof inner === "object" && inner !== null && !Array.isArray(inner))
      for (const worse of damaged(inner)) yield { ...value, [key]: worse };
  }
}

test.each([...byType])("%s is refused exactly where its schema refuses it", (type, event) => {
  expect(flawOfEvent(event)).toBeUndefined();
  for (const one of damaged(event)) {
    const known = byType.has((one as ChaosEvent).type);
    if (known) expect(flawOfEvent(one) === undefined, JSON.stringify(one)).toBe(schema.safeParse(one).success);
    else expect(flawOfEvent(one)).toMatch(/^unknown event type/);
  }
  expect(type.length).toBeGreaterThan(0);
});

test("a flaw names its field", () => {
  const received = byType.get("call_received");
  const damagedOne: object = { ...received, joins: { retry_count: "1" } };
  expect(flawOfEvent(damagedOne)).toMatch(/^call_received: joins\.retry_count: /);
});
