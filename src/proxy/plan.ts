import type { CallFacts, ChosenFault, FaultContext, Injection } from "../core/fault.ts";
import type { RefusalDimension } from "../core/limits.ts";
import type { Exchange } from "./exchange.ts";
import { headerReader, pathOnly } from "./facts.ts";
import { FALLBACK_LIMIT } from "./options.ts";

export type FinalInjection = Extract<Injection, { do: "answer" | "reset" | "hang" }>;
type Wait = Extract<Injection, { do: "wait" }>;
type Reshape = Extract<Injection, { do: "reshape" }>;

/** Everything that will be done to one call, in the order of the rules. */
export interface Plan {
  waits: readonly { chosen: ChosenFault; wait: Wait }[];
  /** The first rule that ends the call. */
  final: { chosen: ChosenFault; injection: FinalInjection } | undefined;
  stages: readonly { chosen: ChosenFault; reshape: Reshape }[];
}

const NO_FAULTS: Plan = { waits: [], final: undefined, stages: [] };

/** Asks the chooser, then the faults. Appends fault_chosen, and fault_lost for what comes after a rule that ends the call. */
export function planFaults(exchange: Exchange): Plan {
  const { chooser, sink } = exchange.shared.options;
  const chosen = chooser.choose(factsOf(exchange));
  if (chosen.length === 0) return NO_FAULTS;
  const waits: { chosen: ChosenFault; wait: Wait }[] = [];
  const stages: { chosen: ChosenFault; reshape: Reshape }[] = [];
  let final: Plan["final"];
  for (const one of chosen) {
    const { rule, fault, decision } = one;
    sink.append({ type: "fault_chosen", call: exchange.id, rule, fault: fault.name, decision });
    for (const injection of planOf(one, exchange)) {
      if (injection.do === "wait") waits.push({ chosen: one, wait: injection });
      else if (injection.do === "reshape") stages.push({ chosen: one, reshape: injection });
      else if (final === undefined) final = { chosen: one, injection };
      else lose(exchange, one, `${final.chosen.rule} ended the call first`);
    }
  }
  return { waits, final, stages };
}

/** fault_lost for every stage, since there will be no reply of the upstream for them. */
export function loseStages(exchange: Exchange, plan: Plan, why: string): void {
  for (const { chosen } of plan.stages) lose(exchange, chosen, why);
}

function lose(exchange: Exchange, { rule, fault }: ChosenFault, why: string): void {
  exchange.shared.options.sink.append({ type: "fault_lost", call: exchange.id, rule, fault: fault.name, why });
}

function planOf(chosen: ChosenFault, exchange: Exchange): readonly Injection[] {
  try {
    return chosen.fault.plan(chosen.params, contextOf(chosen, exchange));
  } catch (error) {
    const { scrubber, sink } = exchange.shared.options;
    const reason = scrubber.scrub(error instanceof Error ? error.message : String(error));
    sink.append({ type: "warning", code: "fault_failed", text: `${chosen.rule}: ${chosen.fault.name}: ${reason}` });
    lose(exchange, chosen, "it could not plan");
    return [];
  }
}

function factsOf(exchange: Exchange): CallFacts {
  const { id, call, request, keyHash, joins, shared } = exchange;
  const { identity } = joins;
  const joined =
    identity === undefined
      ? undefined
      : { logical: identity, attempt: Math.max(shared.attemptOf(identity), joins.retry_count ?? 0) };
  return { call, path: pathOnly(request.path), keyHash, header: headerReader(request), id, joined };
}

function contextOf(chosen: ChosenFault, exchange: Exchange): FaultContext {
  const { call, dialect, charge, shared } = exchange;
  const { limitOf, limiter } = shared.options;
  const counted = (dimension: RefusalDimension) =>
    limiter?.readings().find((reading) => reading.dimension === dimension)?.limit ?? FALLBACK_LIMIT;
  return {
    call,
    dialect,
    charge,
    rng: chosen.rng,
    reply: exchange.replyContext(),
    receivedAtMs: exchange.headAtMs,
    limitOf: (dimension) => limitOf?.(call, dimension) ?? counted(dimension),
  };
}
