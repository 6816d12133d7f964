import { call } from "./connection.ts";
import { latestRows } from "./rows.ts";
import { announcement, frozen, mayControl, view } from "./state.ts";
import { leads } from "./tabs.ts";

/** Says what came of a command, aloud too. */
async function act(method: string, params: object, done: string): Promise<void> {
  try {
    await call(method, params);
    announcement.value = done;
  } catch (error) {
    announcement.value = `${method} failed: ${error instanceof Error ? error.message : error}`;
  }
}

export const startScenario = () => act("scenario.start", {}, "the scenario starts");
export const nextPhase = () => act("scenario.next", {}, "next phase");
export const stopScenario = () => act("scenario.stop", {}, "the scenario stops");
export const removeFault = (id: string, name: string) => act("fault.remove", { id }, `${name} ended`);

/** Limits, load and scenario go on: a scenario's next phase brings its own faults. */
export async function removeFaults(ids: readonly string[]): Promise<void> {
  const ended = await Promise.allSettled(ids.map((id) => call("fault.remove", { id })));
  const failed = ended.filter(({ status }) => status === "rejected").length;
  announcement.value =
    failed === 0 ? `${ids.length} faults ended` : `${failed} of ${ids.length} faults could not be ended`;
}

/** All chaos off. Over plain HTTP when the channel is down: this button has to work when nothing else does. */
export async function stopAllChaos(): Promise<void> {
  if (!mayControl.value) return;
  // Another tab that holds the connection may sleep.
  const done =
    leads.value &&
    (await call("panic").then(
      () => true,
      () => false,
    ));
  if (done) announcement.value = "all chaos is off";
  else {
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/panic", { method: "POST", headers, body: "{}" }).catch(() => undefined);
    announcement.value =
      answer?.ok === true ? "all chaos is off" : "nobody answers: stop llm-chaos where it was started";
  }
}

/** Made by llm-chaos itself: the page may speak to nobody but its own host. */
export async function callOnce(): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch("/sample-call", { method: "POST", headers, body: "{}" }).catch(() => undefined);
  const { status }: { status?: number } = answer?.ok === true ? await answer.json() : {};
  if (status === undefined) announcement.value = "the sample call could not be made";
  else announcement.value = status === 0 ? "the sample call broke off" : `the sample call was answered with ${status}`;
}

export function toggleFreeze(): void {
  const calls = view.value?.calls;
  frozen.value = frozen.value === undefined && calls !== undefined ? { calls, rows: latestRows.value } : undefined;
}

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announcement.value = `${what} copied`;
  } catch {
    announcement.value = `cannot copy: ${text}`;
  }
}
