import type { CallFacts, ChosenFault, FaultContext, Injection } from "../core/fault.ts";
import type { RefusalDimension } from "../core/limits.ts";
import type { Exchange } from "./exchange.ts";
import { headerReader, pathOnly } from "./facts.ts";
import { FALLBACK_LIMIT } from "./options.ts";

export type FinalInjection = Extract<Injection, { do: "answer" | "reset" | "hang" }>;
type Wait = Extract<Injection, { do: "wait" }>;
type Reshape = Extract<Injection, { do: "reshape" }>;
type RewriteHead = Extract<Injection, { do: "rewrite-head" }>;

/** Everything that will be done to one call, in the order of the rules. */
export interface Plan {
  waits: readonly Planned<Wait>[];
  /** The first rule that ends the call. */
  final: Planned<FinalInjection> | undefined;
  stages: readonly Planned<Reshape>[];
  heads: readonly Planned<RewriteHead>[];
}

interface Planned<Verb extends Injection> {
  chosen: ChosenFault;
  injection: Verb;
}

const NO_FAULTS: Plan = { waits: [], final: undefined, stages: [], heads: [] };

/** Asks the chooser, then the faults. Appends fault_chosen, and fault_lost for what comes after a rule that ends the call. */
export function planFaults(exchange: Exchange): Plan {
  const { chooser, sink } = exchange.shared.options;
  const chosen = chooser.choose(factsOf(exchange));
  if (chosen.length === 0) return NO_FAULTS;
  const planned = chosen.flatMap((one) => {
    const { rule, fault, decision } = one;
    sink.append({ type: "fault_chosen", call: exchange.id, rule, fault: fault.name, decision });
    return planOf(one, exchange).map((injection) => ({ chosen: one, injection }));
  });
  const [final, ...late] = planned.filter(isOf("answer", "reset", "hang"));
  for (const { chosen: loser } of late) lose(exchange, loser, `${final?.chosen.rule} ended the call first`);
  return {
    waits: planned.filter(isOf("wait")),
    final,
    stages: planned.filter(isOf("reshape")),
    heads: planned.filter(isOf("rewrite-head")),
  };
}

function isOf<Verb extends Injection["do"]>(...verbs: Verb[]) {
  const wanted: ReadonlySet<string> = new Set(verbs);
  return (one: Planned<Injection>): one is Planned<Extract<Injection, { do: Verb }>> => wanted.has(one.injection.do);
}

/** fault_lost for everything that was to change the upstream's reply, since there will be none. */
export function loseStages(exchange: Exchange, plan: Plan, why: string): void {
  for (const { chosen } of [...plan.stages, ...plan.heads]) lose(exchange, chosen, why);
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
