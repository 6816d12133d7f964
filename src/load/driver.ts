import { type ChildProcess, fork } from "node:child_process";
import type { FrontDoor } from "../core/app.ts";
import { ExitCode, UserError } from "../core/errors.ts";
import type { EventBody } from "../core/event.ts";
import type { Load } from "../core/scenario.ts";
import { siblingModule } from "../core/sibling.ts";
import { compileAnswer } from "./answer.ts";
import type { FromDriver, KeyPrint, StepNotice, ToDriver, TrustLimits } from "./protocol.ts";

export interface DriverOptions {
  load: Load;
  frontDoor: FrontDoor;
  /** The app's base URL, http or https. */
  url: string;
  seed: number;
  /** `process.hrtime.bigint()` at the run's zero point. */
  startedAtNs: bigint;
  /** The run's secret for hashes; must be the proxy's, or texts cannot be compared. */
  hashSecret: string;
  onEvent(body: EventBody): void;
  /** A ramp's progress. The driver waits until what it returns for `starting` has resolved. */
  onStep(step: StepNotice): void | Promise<void>;
  /** Default 20 ms late, 70 % busy. */
  trust?: Partial<TrustLimits>;
}

export interface RunningDriver {
  readonly pid: number | undefined;
  /** The process is up and has understood its orders. Rejects when it cannot. */
  ready: Promise<void>;
  start(): void;
  /** From now on the driver notes when an answer shows this key. */
  knowKey(key: KeyPrint): void;
  /** Begins no call any more, lets running ones end for up to `drainMs` milliseconds; the rest ends as `deadline`. Called again it can only shorten the drain. Resolves when the process is gone. */
  stop(options: { drainMs: number }): Promise<void>;
  /** A ramp's end, or that of `stop`. Rejects with a UserError when the process dies before. */
  finished: Promise<void>;
}

/** What a Node.js process needs to run and to trust certificates; keys and tokens of our own environment stay here. */
const PASSED_ON = ["PATH", "NODE_OPTIONS", "NODE_EXTRA_CA_CERTS", "NODE_TLS_REJECT_UNAUTHORIZED", "SYSTEMROOT"];
/** Beyond the drain it was granted, before the process is killed. Milliseconds. */
const STOP_GRACE_MS = 5_000;

/** Starts the load driver in its own process. Throws a UserError when the URL or a matcher cannot be used. */
export function startDriver(options: DriverOptions): RunningDriver {
  checkUrl(options.url);
  compileAnswer(options.frontDoor, () => "");
  const { onEvent, onStep, trust, startedAtNs, ...rest } = options;
  const child = forkDriver();
  const ready = createDeferred();
  const finished = createDeferred();
  const exited = createDeferred();
  let lastWords = "";
  let stopped: Promise<void> | undefined;

  child.on("message", (message: FromDriver) => {
    if (message.type === "events") for (const event of message.events) onEvent(event);
    else if (message.type === "step") void passOnStep(message.step);
    else if (message.type === "ready") ready.resolve();
    else if (message.type === "finished") finished.resolve();
    else lastWords = message.message;
  });
  const passOnStep = async (step: StepNotice) => {
    try {
      await onStep(step);
      if (step.stage === "starting") tell(child, { type: "step_acknowledged" });
    } catch (error) {
      finished.reject(error instanceof Error ? error : new Error(String(error)));
    }
  };
  child.on("error", (error) => {
    lastWords ||= error.message;
    if (child.pid === undefined) onExit("could not be started");
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    lastWords ||= /^\w*Error.*$/m.exec(text)?.[0] ?? "";
  });
  child.on("exit", (code, signal) => {
    const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
    // Its last messages may still be on the way; the channel closes behind them.
    if (child.connected) child.once("disconnect", () => onExit(how));
    else onExit(how);
  });
  const onExit = (how: string) => {
    const reason = lastWords === "" ? "" : `: ${lastWords}`;
    const error = new UserError(`the load driver ${how}${reason}`, { exitCode: ExitCode.broken });
    ready.reject(error);
    finished.reject(error);
    exited.resolve();
  };

  const defaults: TrustLimits = { lateMs: 20, busyShare: 0.7 };
  const setup = { ...rest, startedAtNs: String(startedAtNs), trust: { ...defaults, ...trust } };
  tell(child, { type: "set_up", setup });
  return {
    pid: child.pid,
    ready: ready.promise,
    finished: finished.promise,
    start: () => tell(child, { type: "start" }),
    knowKey: (key) => tell(child, { type: "know_key", key }),
    stop({ drainMs }) {
      tell(child, { type: "stop", drainMs });
      stopped ??= stopDriver(child, { drainMs, finished: finished.promise, exited: exited.promise });
      return stopped;
    },
  };
}

interface StopOptions {
  drainMs: number;
  finished: Promise<void>;
  exited: Promise<void>;
}

/** Waits for the process to end as it was told; one that does not is killed. */
async function stopDriver(child: ChildProcess, { drainMs, finished, exited }: StopOptions): Promise<void> {
  const kill = setTimeout(() => child.kill("SIGKILL"), drainMs + STOP_GRACE_MS);
  await finished.catch(() => {});
  if (child.connected) child.disconnect();
  await exited;
  clearTimeout(kill);
}

function forkDriver(): ChildProcess {
  const env = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  return fork(siblingModule(import.meta.url, "driver-main"), {
    env,
    // Flags of our own start (an inspector's port, a loader) are not the driver's.
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}

/** A process that has just died cannot be told anything; its exit is reported on its own. */
function tell(child: ChildProcess, message: ToDriver): void {
  if (child.connected) child.send(message, () => {});
}

function checkUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === "http:" || parsed?.protocol === "https:") return;
  throw new UserError(`"${url}" is no URL of an app`, { hint: "write --app http://127.0.0.1:3000" });
}

/** Settles once; a rejection that nobody awaits is not an error of its own. */
function createDeferred(): { promise: Promise<void>; resolve(): void; reject(error: Error): void } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => {});
  return { promise, resolve: () => resolve(), reject };
}
