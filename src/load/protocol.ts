import type { FrontDoor } from "../core/app.ts";
import type { EventBody } from "../core/event.ts";
import type { Load } from "../core/scenario.ts";

/** What the parent and the driver process say to each other. Plain data: it crosses the process border as JSON. */
export type ToDriver =
  | { type: "set_up"; setup: DriverSetup }
  | { type: "start" }
  | { type: "step_acknowledged" }
  | { type: "know_key"; key: KeyPrint }
  | { type: "stop"; drainMs: number };

export type FromDriver =
  | { type: "ready" }
  /** All events of one turn of the driver's event loop, in order. */
  | { type: "events"; events: EventBody[] }
  | { type: "step"; step: StepNotice }
  | { type: "finished" }
  /** The last word before a crash: the error's own message, no stack. */
  | { type: "crashed"; message: string };

/** A key of the app that no answer may show, by its keyed hash: the key itself never reaches the driver. */
export interface KeyPrint {
  hash: string;
  /** Characters. */
  length: number;
}

export interface DriverSetup {
  load: Load;
  frontDoor: FrontDoor;
  /** The app's base URL; the front door's path is appended to it. */
  url: string;
  seed: number;
  /** `process.hrtime.bigint()` at the run's zero point, in decimal digits. */
  startedAtNs: string;
  hashSecret: string;
  trust: TrustLimits;
}

/** Above these the driver's own slowness could be mistaken for the app's. */
export interface TrustLimits {
  /** Lateness of the driver's event loop. Milliseconds, default 20. */
  lateMs: number;
  /** Share of the event loop's time spent working, 0 to 1. Default 0.7. */
  busyShare: number;
}

/** A ramp's progress. The driver waits after `starting` until the parent has acknowledged it. */
export interface StepNotice {
  concurrency: number;
  /** Counted from 1. */
  repeat: number;
  stage: "starting" | "settled" | "ended";
}
