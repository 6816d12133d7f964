import { setTimeout as sleep } from "node:timers/promises";
import { type Ask, isWhole, SMALL_MODEL, type Told } from "./ask.ts";
import { type Call, failed, type Reply, served, shed } from "./client.ts";

/** A timer may be a millisecond early, and the wait counts from the last byte of the refusal. */
export const SAFE_MS = 15;

export const pause = (ms: number, call: Call) => sleep(ms, undefined, { signal: call.left });

/** 150 ms, doubling, ± 50 %. */
export const backoffMs = (attempt: number) => 75 * 2 ** attempt * (0.5 + Math.random());

export const mayRetry = ({ status, errorText }: Told) =>
  !errorText.includes("insufficient_quota") && (status === 0 || status === 200 || status === 429 || status >= 500);

export interface Retrying {
  ask?: Ask;
  /** How often at most, the first time included. Default 2. */
  attempts?: number;
  /** Milliseconds before attempt number `next`; undefined: not again. Default as told, else growing and jittered. */
  pauseMs?(told: Told, next: number): number | undefined;
  mayRetry?(told: Told): boolean;
  /** Default: a finish was seen. */
  isGood?(told: Told): boolean;
}

export const asTold = ({ announcedMs }: Told, next: number) =>
  announcedMs === undefined ? backoffMs(next - 1) : announcedMs + SAFE_MS;

/** Attempts of one call until one is good. */
export async function retrying(call: Call, how: Retrying = {}): Promise<Told> {
  const { ask = {}, attempts = 2, pauseMs = asTold, isGood = isWhole } = how;
  let told = await call.ask(ask);
  for (let next = 2; next <= attempts && !isGood(told) && (how.mayRetry ?? mayRetry)(told); next++) {
    const waitMs = pauseMs(told, next);
    if (waitMs === undefined) break;
    await pause(waitMs, call);
    told = await call.ask(ask);
  }
  return told;
}

/** One retry as told, then the small model, then a refusal of its own: what nothing can be said against. */
export async function careful(call: Call, ask: Ask = {}): Promise<Reply> {
  const first = await retrying(call, { ask });
  if (isWhole(first)) return served(first);
  if (!mayRetry(first)) return failed();
  const small = await call.ask({ ...ask, model: SMALL_MODEL });
  return isWhole(small) ? served(small) : shed();
}

/** Retries in its own way, then asks the small model once, then sheds. */
export async function retryThenSmall(call: Call, how: Retrying): Promise<Reply> {
  const told = await retrying(call, how);
  if (isWhole(told)) return served(told);
  const small = await call.ask({ ...how.ask, model: SMALL_MODEL });
  return isWhole(small) ? served(small) : failed();
}
