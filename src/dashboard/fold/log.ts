import type { ChaosEvent } from "../../core/event.ts";
import type { LimitSpec } from "../../core/limits.ts";
import { formatCount } from "../../core/units.ts";
import type { LogLine } from "../view.ts";
import { clockTime } from "../words.ts";

const MOST_LINES = 200;
/** The same sentence again within this time says nothing new. */
const REPEAT_MS = 30_000;

/** Changes of state, never one for each call. */
export class ChangeLog {
  #lines: LogLine[] = [];
  #lastSeq = 0;
  readonly #said = new Map<string, number>();

  note(event: ChaosEvent): void {
    this.#lastSeq = event.seq;
    const line = lineOf(event);
    if (line !== undefined) this.say(event.t_ms, ...line);
  }

  /** What others have found out, at the place of the event they found it by. */
  say(atMs: number, kind: string, text: string): void {
    const key = `${kind} ${text}`;
    if (atMs - (this.#said.get(key) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS && kind === "warning") return;
    this.#said.set(key, atMs);
    if (this.#said.size > MOST_LINES * 2) this.#said.delete(this.#said.keys().next().value ?? "");
    this.#lines = [{ seq: this.#lastSeq, atMs: Math.round(atMs), kind, text }, ...this.#lines].slice(0, MOST_LINES);
  }

  /** Newest first. */
  view(): readonly LogLine[] {
    return this.#lines;
  }
}

type Line = [kind: string, text: string];

function lineOf(event: ChaosEvent): Line | undefined {
  switch (event.type) {
    case "phase_started":
      return ["phase", `${event.name}${event.lasts_ms === undefined ? "" : ` for ${clockTime(event.lasts_ms)}`}`];
    case "load_step_started":
      return ["load", `${event.concurrency} at once${event.repeat > 1 ? `, repeat ${event.repeat}` : ""}`];
    case "load_step_ended":
      return event.trustworthy
        ? undefined
        : ["load", `the step of ${event.concurrency} is not trustworthy: ${event.why}`];
    case "scenario_loaded":
      return ["load", `another scenario: ${(event.scenario as { name?: string } | null)?.name ?? "unnamed"}`];
    case "limits_changed":
      return ["limit", limitsInWords(event)];
    case "warning":
      return ["warning", event.text];
    case "mark":
      return ["mark", `${event.label} (${event.who})`];
    case "recording":
      return ["record", `${event.state}: ${event.file}${event.why === undefined ? "" : `, ${event.why}`}`];
    case "app_state":
      return ["app", event.code === undefined ? event.state : `${event.state} with code ${event.code}`];
    case "run_ended":
      return ["end", event.detail === undefined ? event.why : `${event.why}: ${event.detail}`];
    case "command":
      return commandLine(event);
    default:
      return undefined;
  }
}

/** What a controller did, in one line; undefined for what would be one line for each call. */
export function commandLine({ who, method, params }: ChaosEvent<"command">): Line | undefined {
  if (method === "events.append") return undefined;
  const text = params === null || Object.keys(params ?? {}).length === 0 ? "" : ` ${JSON.stringify(params)}`;
  return ["command", `${method}${text.length > 160 ? `${text.slice(0, 160)}…` : text} by ${who}`];
}

/** `limits changed: openai/tier-1 (rpm 30, tpm 30,000)` */
function limitsInWords({ limits, rows }: ChaosEvent<"limits_changed">): string {
  if (limits.length === 0) return "no limit is counted any more";
  const amounts = Array.isArray(rows) ? (rows as readonly Partial<LimitSpec>[]) : [];
  const words = limits.map(({ label }, index) => {
    const numbers = Object.entries(amounts[index]?.limits ?? {}).map(
      ([name, amount]) => `${name} ${formatCount(amount)}`,
    );
    return numbers.length === 0 ? label : `${label} (${numbers.join(", ")})`;
  });
  return `limits changed: ${words.join("; ")}`;
}
