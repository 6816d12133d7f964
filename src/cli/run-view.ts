import type { ChaosEvent } from "../core/event.ts";
import { createSpendTally, type SpendTally } from "../core/spend-tally.ts";
import { formatCount, formatDuration, formatUsd } from "../core/units.ts";
import { commandLine } from "../dashboard/fold/log.ts";

/** What a terminal shows of a run: a fold over the same events as everything else. */
export interface RunView {
  phase: string;
  phaseIndex: number;
  phaseEndsAtMs: number | undefined;
  nowMs: number;
  frontDoor: { open: number; ended: number; complete: number; refusedByApp: number; bad: number };
  attempts: number;
  inFlight: number;
  /** Refusals by dimension or trouble. */
  refused: Map<string, number>;
  faultHits: number;
  spending: ReturnType<typeof createSpendTally>;
}

export function createRunView(): RunView {
  return {
    phase: "startup",
    phaseIndex: -1,
    phaseEndsAtMs: undefined,
    nowMs: 0,
    frontDoor: { open: 0, ended: 0, complete: 0, refusedByApp: 0, bad: 0 },
    attempts: 0,
    inFlight: 0,
    refused: new Map(),
    faultHits: 0,
    spending: createSpendTally(),
  };
}

/** Takes one event in. Returns a line when something changed that people should read; never one per call. */
export function foldView(
  view: RunView,
  event: ChaosEvent,
): { kind: "phase" | "warning" | "step" | "command"; text: string } | undefined {
  view.nowMs = event.t_ms;
  view.spending.add(event);
  switch (event.type) {
    case "phase_started":
      view.phase = event.name;
      view.phaseIndex = event.index;
      view.phaseEndsAtMs = event.lasts_ms === undefined ? undefined : event.t_ms + event.lasts_ms;
      return {
        kind: "phase",
        text: `${event.name}${event.lasts_ms === undefined ? "" : ` for ${formatDuration(event.lasts_ms)}`}`,
      };
    case "load_step_started":
      return {
        kind: "step",
        text: `${event.concurrency} at once${event.repeat > 1 ? `, repeat ${event.repeat}` : ""}`,
      };
    case "warning":
      return { kind: "warning", text: event.text };
    case "command": {
      const [, text] = commandLine(event) ?? [];
      return text === undefined ? undefined : { kind: "command", text };
    }
    case "fault_applied":
      view.faultHits++;
      return undefined;
    default:
      countCall(view, event);
      return undefined;
  }
}

function countCall(view: RunView, event: ChaosEvent): void {
  switch (event.type) {
    case "call_received":
      view.attempts++;
      view.inFlight++;
      return;
    case "reply_ended":
      view.inFlight--;
      return;
    case "call_refused": {
      const name = event.dimension ?? event.trouble;
      view.refused.set(name, (view.refused.get(name) ?? 0) + 1);
      return;
    }
    case "front_door_started":
      view.frontDoor.open++;
      return;
    case "front_door_ended":
      view.frontDoor.open--;
      view.frontDoor.ended++;
      if (event.matched.shed === true) view.frontDoor.refusedByApp++;
      else if (event.how === "complete" && event.status > 0 && event.status < 400) view.frontDoor.complete++;
      else view.frontDoor.bad++;
  }
}

/** `calls 41: answered 38, shed 2, bad 1 · upstream 52 attempts, 3 in flight · refused tpm 11 · saved $0.02` */
export function describeView(view: RunView): string {
  const { frontDoor } = view;
  const parts: string[] = [];
  if (frontDoor.ended + frontDoor.open > 0) {
    parts.push(
      `calls ${frontDoor.ended}: answered ${frontDoor.complete}, shed ${frontDoor.refusedByApp}, bad ${frontDoor.bad}`,
    );
  }
  parts.push(`upstream ${view.attempts} attempts, ${view.inFlight} in flight`);
  if (view.refused.size > 0)
    parts.push(`refused ${[...view.refused].map(([name, count]) => `${name} ${count}`).join(", ")}`);
  if (view.faultHits > 0) parts.push(`fault hits ${view.faultHits}`);
  return [...parts, ...moneyInWords(view.spending.read())].join(" · ");
}

function moneyInWords({ spentUsd, savedUsd, wastedTokens }: SpendTally): string[] {
  return [
    ...(spentUsd === null ? [] : [`spent ${formatUsd(spentUsd)}`]),
    ...(savedUsd === null ? [] : [`saved ${formatUsd(savedUsd)}`]),
    ...(wastedTokens === 0 ? [] : [`wasted ${formatCount(wastedTokens)} tokens`]),
  ];
}
