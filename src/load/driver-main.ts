import { createSystemClock } from "../clock/index.ts";
import type { EventBody } from "../core/event.ts";
import { createLoadRun, type LoadRun } from "./load-run.ts";
import type { DriverSetup, FromDriver, StepNotice, ToDriver } from "./protocol.ts";

/** The driver process: its own event loop, so that neither the proxy nor the report can slow its clock. Started by driver.ts. */

const send = (message: FromDriver, sent: () => void = () => {}) => {
  if (process.connected) process.send?.(message, undefined, undefined, sent);
};

let waiting: EventBody[] = [];
/** One message per turn of the loop: at a thousand calls a second a message per event would be felt. */
const emit = (event: EventBody) => {
  waiting.push(event);
  if (waiting.length === 1) setImmediate(flush);
};
const flush = () => {
  if (waiting.length === 0) return;
  const events = waiting;
  waiting = [];
  send({ type: "events", events });
};

let acknowledge = () => {};
const onStep = (step: StepNotice): Promise<void> => {
  flush();
  send({ type: "step", step });
  if (step.stage !== "starting") return Promise.resolve();
  return new Promise((resolve) => {
    acknowledge = resolve;
  });
};

const finish = () => {
  flush();
  send({ type: "finished" });
};

const crash = (error: unknown) => {
  flush();
  process.exitCode = 1;
  send({ type: "crashed", message: error instanceof Error ? error.message : String(error) }, () => process.exit());
};

let run: LoadRun | undefined;

const setUp = (setup: DriverSetup) => {
  run = createLoadRun({ setup, clock: createSystemClock(BigInt(setup.startedAtNs)), emit, onStep });
  send({ type: "ready" });
};

process.on("message", (message: ToDriver) => {
  if (message.type === "set_up") setUp(message.setup);
  else if (message.type === "start") run?.start().then(finish, crash);
  else if (message.type === "step_acknowledged") acknowledge();
  else if (message.type === "know_key") run?.knowKey(message.key);
  else {
    acknowledge();
    run?.stop(message.drainMs).then(finish, crash);
  }
});
process.on("uncaughtException", crash);
// The parent is gone, or done with us: nothing to drive for.
process.on("disconnect", () => process.exit());
// Ctrl-C reaches the whole foreground group; the parent decides how the run ends and lets the last calls be counted.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
