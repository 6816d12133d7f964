import type { ChosenFault, Injection } from "../core/fault.ts";
import { answer } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { heldFor } from "./hold.ts";
import type { FinalInjection, Plan } from "./plan.ts";

/** Waits add up, one after the other, each released by the end of its own rule. */
export async function waitAsPlanned(exchange: Exchange, plan: Plan): Promise<void> {
  for (const { chosen, injection } of plan.waits) {
    if (exchange.client.over) return;
    if (chosen.revoked.aborted) continue;
    tellApplied(exchange, chosen);
    await heldFor({ clock: exchange.shared.options.clock, ms: injection.ms, releasedBy: releases(exchange, chosen) });
  }
}

/** Performs the rule that ends the call. False: there is none, or it was taken back in time, and the call goes on. */
export async function endAsPlanned(exchange: Exchange, plan: Plan): Promise<boolean> {
  if (plan.final === undefined) return false;
  const { chosen, injection } = plan.final;
  if (chosen.revoked.aborted) return false;
  tellApplied(exchange, chosen);
  return perform(exchange, chosen, injection);
}

async function perform(exchange: Exchange, chosen: ChosenFault, injection: FinalInjection): Promise<boolean> {
  switch (injection.do) {
    case "answer":
      tellRefused(exchange, injection);
      answer(exchange, injection.reply, chosen.fault.name);
      return true;
    case "reset":
      exchange.client.abandon("reset");
      return true;
    case "hang": {
      const { clock } = exchange.shared.options;
      const how = await heldFor({ clock, ms: injection.ms, releasedBy: releases(exchange, chosen) });
      if (how === "released") return exchange.client.over;
      exchange.client.abandon("hung");
      return true;
    }
  }
}

/** What ends a hold: the rule's removal, panic, the client's going. */
export function releases(exchange: Exchange, chosen: ChosenFault): readonly AbortSignal[] {
  return [chosen.revoked, exchange.shared.released(), exchange.ended];
}

/** Nothing of a reply is with the client yet. */
export function tellApplied(exchange: Exchange, { rule, fault }: ChosenFault): void {
  const { sink } = exchange.shared.options;
  sink.append({ type: "fault_applied", call: exchange.id, rule, fault: fault.name, bytes: 0, events: 0, tokens: 0 });
}

function tellRefused(exchange: Exchange, injection: Extract<Injection, { do: "answer" }>): void {
  exchange.refusedHere = true;
  const { reply, trouble, refusal } = injection;
  if (trouble === undefined || reply.status < 400) return;
  const origin = trouble === "budget" ? "budget" : "scripted";
  const { sink } = exchange.shared.options;
  const said = { type: "call_refused", call: exchange.id, origin, trouble, status: reply.status } as const;
  if (refusal === undefined) {
    sink.append({ ...said, ...announced(injection.announcedMs), synthetic: false });
    return;
  }
  const { dimension, limit, used, requested, announcedMs } = refusal;
  sink.append({ ...said, dimension, limit, used, requested, ...announced(announcedMs), synthetic: true });
}

function announced(ms: number | undefined): { announced_ms?: number } {
  return ms === undefined ? {} : { announced_ms: ms };
}
