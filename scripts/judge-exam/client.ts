import type { Verdict } from "../../src/core/expectation.ts";
import type { Ask, Told } from "./ask.ts";

/** One user's request, as a client of the exam gets it. */
export interface Call {
  /** Counts the client's calls of this run, from 1. */
  n: number;
  message: string;
  /** Aborts when the user is gone. */
  left: AbortSignal;
  /** One attempt at the provider. Never rejects: what became of it is told. */
  ask(ask?: Ask): Promise<Told>;
  /** What this client remembers of the run so far. */
  memory: Memory;
}

export interface Memory {
  /** No call before then, in the process's own milliseconds. */
  closedUntil: number;
  inFlight: number;
  failedInARow: number;
  /** Whatever else a client keeps. */
  notes: Map<string, number>;
  waiting: (() => void)[];
}

/** What the user gets. */
export interface Reply {
  status: number;
  text?: string;
  /** The app says itself that its answer is not whole. */
  truncated?: boolean;
  /** The model that answered. */
  model?: string;
}

/** A small app with one known way to react. */
export interface Client {
  name: string;
  /** What it does, in one sentence. */
  does: string;
  answer(call: Call): Promise<Reply>;
  /** By question: the verdicts that are right where they are not pass. A question that is not named here is not put to it. */
  sits: Readonly<Record<string, Readonly<Record<string, Verdict>>>>;
}

export const served = (told: Told): Reply => ({ status: 200, text: told.text + told.tool, model: told.model });
export const shed = (): Reply => ({ status: 503 });
export const failed = (): Reply => ({ status: 502 });
