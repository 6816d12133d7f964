import { randomBytes } from "node:crypto";
import type { ChaosControl } from "../../control/index.ts";
import type { ChaosEvent, EventBody } from "../../core/event.ts";
import type { Phase } from "../../core/scenario.ts";
import { createHasher, createScrubber } from "../../core/secrets.ts";
import { createAbortWatch } from "../abort-watch.ts";
import { createKeyPrints } from "../key-prints.ts";
import type { SessionOptions } from "../options.ts";
import type { Playable } from "../playable.ts";
import type { RunFolder } from "../run-folder.ts";
import type { End } from "../session.ts";
import type { createSystemClock } from "../system-clock.ts";
import { createFactsOut } from "./facts-out.ts";
import type { LocalLog } from "./local-log.ts";

export interface RemoteParts {
  options: SessionOptions;
  control: ChaosControl;
  clock: ReturnType<typeof createSystemClock>;
  folder: RunFolder;
  log: LocalLog;
  proxyUrl: string;
  hashSecret: string;
  /** By how much the proxy's clock is ahead of ours. Milliseconds. */
  shiftMs: number;
}

export interface RemoteSession extends Playable {
  /** Resolves when the proxy's log has what was seen here, and this run's copy too. */
  settled(): Promise<void>;
}

/** A proxy elsewhere, with the switches that playing a scenario needs: each one is a command on its control channel. */
export function createRemoteSession(parts: RemoteParts): RemoteSession {
  const { options, control, clock, folder, log, proxyUrl, hashSecret } = parts;
  const stopping = Promise.withResolvers<End>();
  const stop = (end: End) => stopping.resolve(end);
  const scrubber = createScrubber();
  for (const secret of options.secrets) scrubber.register(secret);
  const broken = (what: string) => (error: unknown) =>
    stop({ why: "broken", detail: `${what}: ${error instanceof Error ? error.message : error}` });
  const out = createFactsOut(control, {
    source: randomBytes(4).toString("hex"),
    shiftMs: parts.shiftMs,
    onLost: (why) => stop({ why: "broken", detail: `the proxy's log cannot be reached: ${why}` }),
  });
  const { abortWhen } = options.scenario;
  if (abortWhen !== undefined)
    log.subscribe(createAbortWatch(abortWhen, (detail) => stop({ why: "abort_when", detail })));
  log.subscribe((event) => {
    if (event.type === "command" && event.method === "panic") stop({ why: "panic", detail: `by ${event.who}` });
  });
  return {
    options,
    clock,
    scrubber,
    hashSecret,
    folder,
    keys: createKeyPrints(createHasher(hashSecret)),
    stopped: stopping.promise,
    stop,
    // The proxy names its own phases.
    setPhase() {},
    log: {
      append(event: EventBody): ChaosEvent {
        out.send(event);
        // What becomes of it comes back with the proxy's number; nobody here looks at it before.
        return { v: 1, seq: log.lastSeq, t_ms: clock.nowMs(), at: "", phase: "", ...event };
      },
      subscribe: log.subscribe,
    },
    timeline: remoteTimeline(parts, broken("the scenario cannot be played")),
    chooser: { panic: () => void releaseRules(control).catch(() => {}) },
    limiter: { drainToOneCall: () => void control.call("limits.drain", {}).catch(broken("limits.drain")) },
    proxy: { url: proxyUrl },
    async settled() {
      await log.reached(await out.flushed());
    },
  };
}

function remoteTimeline(
  { options, control, log }: RemoteParts,
  onError: (error: unknown) => void,
): Playable["timeline"] {
  const { phases } = options.scenario;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let current: Phase | undefined;
  log.subscribe((event) => {
    if (event.type === "phase_started") current = phases.find(({ name }) => name === event.name);
    if (event.type !== "phase_ended") return;
    if (event.name === phases.at(-1)?.name) resolve();
    current = undefined;
  });
  return {
    start: () => void control.startScenario().catch(onError),
    stop: () => void control.stopScenario().catch(() => {}),
    current: () => current,
    done,
  };
}

/** The scenario's own rules end and let go of what they hold; what others injected into their proxy stays. */
async function releaseRules(control: ChaosControl): Promise<void> {
  const rules = (await control.faults()).filter(
    ({ endsAtMs, id }) => endsAtMs === undefined && !id.startsWith("live-"),
  );
  await Promise.all(rules.map(({ id }) => control.remove(id)));
}
