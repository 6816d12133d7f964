import type { Clock } from "../core/clock.ts";
import type { LlmCall } from "../core/dialect.ts";
import type { EventSink } from "../core/event.ts";
import type { FaultChooser } from "../core/fault.ts";
import type { Limiter, RefusalDimension } from "../core/limits.ts";
import type { Mix } from "../core/mix.ts";
import type { Rng } from "../core/rng.ts";
import type { Scrubber } from "../core/secrets.ts";
import type { SpendMeter } from "../core/spend.ts";
import type { Destination, OwnerOf } from "./destination.ts";

/** What pino offers and the proxy uses. */
export interface Logger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** The listener's own clocks, in milliseconds; 0 is off. Those towards the upstream belong to the upstream. */
export interface ProxyTimeouts {
  /** For a client to send its request's head. Default 60,000. */
  headMs: number;
  /** For a client to send its whole request. Default 600,000. */
  requestMs: number;
  /** How long an idle client connection is kept. Default 75,000: longer than common clients keep theirs, so that they close first. */
  idleMs: number;
}

export interface ProxyOptions {
  /** Port 0: any free one. */
  listen: { host: string; port: number };
  /** PEM texts. Undefined: plain HTTP. */
  tls?: { cert: string; key: string } | undefined;
  /** At least one; the first gets what nothing else claims. */
  destinations: readonly Destination[];
  /** Asked when there are several. Without it only addresses in the path tell them apart. */
  ownerOf?: OwnerOf | undefined;
  limiter: Limiter | undefined;
  /** Says what calls cost, and holds live ones to the budget. Undefined: neither. */
  meter?: SpendMeter | undefined;
  /** Sends calls that were meant for a live upstream to its stand-in. Undefined: none. */
  mix?: Mix | undefined;
  /** A call beyond the budget goes to its destination's stand-in. Default: it is refused. */
  standInOverBudget?: boolean | undefined;
  chooser: FaultChooser;
  sink: EventSink;
  clock: Clock;
  rng: Rng;
  hasher: (text: string | Uint8Array) => string;
  scrubber: Scrubber;
  logger: Logger;
  /** Answers that the proxy gives in the provider's place, and replies it changed, carry `x-llm-chaos: <why>`. */
  mark: boolean;
  timeouts?: Partial<ProxyTimeouts>;
  /** The true limit of a dimension for a call, for scripted refusals. Default: the limiter's reading, else FALLBACK_LIMIT. */
  limitOf?: (call: LlmCall, dimension: RefusalDimension) => number;
}

/** The only upstream, in words of its own. */
export type OnlyDestination = Omit<Destination, "name" | "provider" | "formats"> & { upstreamName: string };

/** What a proxy is started with: its destinations, or the one there is. */
export type StartOptions = ProxyOptions | (Omit<ProxyOptions, "destinations" | "ownerOf"> & OnlyDestination);

export interface RunningProxy {
  host: string;
  port: number;
  /** `http://host:port` (https with `tls`), without a slash at the end. */
  url: string;
  /** Requests that are being answered now, pass-through included. */
  inFlight(): number;
  /** Panic: ends every hold, lets every held byte out, and takes all stages out of the streams that run now. */
  releaseAll(): void;
  /** No new connections; waits for running answers up to drainMs, then cuts them. */
  close(options: { drainMs: number }): Promise<void>;
}

export const DEFAULT_TIMEOUTS: ProxyTimeouts = { headMs: 60_000, requestMs: 600_000, idleMs: 75_000 };

/** When nobody says what a limit is. */
export const FALLBACK_LIMIT = 10_000;
