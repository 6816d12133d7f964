import { Pool } from "undici";
import type { Clock } from "../core/clock.ts";
import type { EventBody } from "../core/event.ts";
import { createHasher } from "../core/secrets.ts";
import { type AnswerFacts, compileAnswer } from "./answer.ts";
import { type ExchangeEnd, exchange } from "./exchange.ts";
import type { DriverSetup, KeyPrint } from "./protocol.ts";
import { createRequests } from "./requests.ts";
import { createSecretWatch } from "./secret-watch.ts";

/** Marks that a ramp puts on its calls. */
export type CallTags = Pick<EventBody<"front_door_started">, "step" | "repeat" | "settling">;

export interface CallResult extends ExchangeEnd {
  /** `shed_when` matched. */
  shed: boolean;
  /** A finished 2xx. */
  succeeded: boolean;
  /** `fallback_when` matched. */
  fellBack: boolean;
  /** Neither shed nor what a user would take for an answer, as far as the driver can see. */
  broken: boolean;
}

/** Calls the app as its users would and reports each call as events. */
export interface FrontDoorClient {
  /** One call. `dueAtMs`: when it should have begun, default now. Never rejects. */
  call(options?: { dueAtMs?: number; tags?: CallTags }): Promise<CallResult>;
  /** From now on answers are looked through for it. */
  knowKey(key: KeyPrint): void;
  readonly running: number;
  /** Resolves when no call is running. */
  idle(): Promise<void>;
  /** Ends all running calls, and every later one, as if at their deadline. */
  giveUp(): void;
  close(): Promise<void>;
}

/** A connection that idled longer than this is not used again: an app that closes it just then would look as if it had failed. */
const IDLE_CONNECTION_MS = 1_000;

/** What became of a call, from its answer alone. The judge, who sees the provider's side too, has the last word. */
function kindOf(matched: AnswerFacts["matched"], succeeded: boolean, declaresDone: boolean) {
  const shed = matched.shed === true;
  const whole =
    succeeded && matched.error !== true && matched.incomplete !== true && (!declaresDone || matched.done === true);
  return { shed, fellBack: matched.fallback === true, broken: !shed && !whole };
}

export function createFrontDoorClient(
  setup: DriverSetup,
  clock: Clock,
  emit: (event: EventBody) => void,
): FrontDoorClient {
  const { frontDoor } = setup;
  const url = new URL(setup.url);
  const pool = openPool(url.origin, frontDoor.deadlineMs);
  const request = createRequests(frontDoor, url, setup.seed);
  const hasher = createHasher(setup.hashSecret);
  const secrets = createSecretWatch(frontDoor.canaries ?? [], hasher);
  const newReader = compileAnswer(frontDoor, hasher, secrets);
  const givingUp = new AbortController();
  const whenIdle: (() => void)[] = [];
  let made = 0;
  let running = 0;

  return {
    async call({ dueAtMs, tags = {} } = {}) {
      const next = request(++made);
      const reader = newReader();
      const { front } = next;
      const startedAtMs = clock.nowMs();
      running++;
      emit({
        type: "front_door_started",
        front,
        trace_id: next.traceId,
        call_id: next.callId,
        due_at_ms: dueAtMs ?? startedAtMs,
        started_at_ms: startedAtMs,
        ...tags,
      });
      const end = await exchange({
        dispatcher: pool,
        request: next,
        reader,
        clock,
        deadlineMs: frontDoor.deadlineMs,
        givenUp: givingUp.signal,
        onFirstByte: (status) => emit({ type: "front_door_first_byte", front, status, at_ms: clock.nowMs() }),
      });
      const atMs = clock.nowMs();
      const facts = reader.facts();
      const { error, ...seen } = end;
      emit({
        type: "front_door_ended",
        front,
        at_ms: atMs,
        ...seen,
        ...facts,
        ...(error === undefined ? {} : { error }),
      });
      running--;
      if (running === 0) for (const resolve of whenIdle.splice(0)) resolve();
      const succeeded = end.how === "complete" && end.status >= 200 && end.status < 300;
      return { ...end, ...kindOf(facts.matched, succeeded, frontDoor.answer.doneWhen !== undefined), succeeded };
    },
    knowKey: secrets.know,
    get running() {
      return running;
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
    giveUp: () => givingUp.abort(),
    close: () => pool.destroy(),
  };
}

function openPool(origin: string, deadlineMs: number): Pool {
  return new Pool(origin, {
    // The driver's own deadline is the only one; a connection attempt ends a little after it.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: deadlineMs + 1_000 },
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: IDLE_CONNECTION_MS,
    pipelining: 1,
    allowH2: false,
  });
}
