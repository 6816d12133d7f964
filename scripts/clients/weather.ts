import type { Clock } from "../../src/core/clock.ts";
import { InvalidFileError, UserError } from "../../src/core/errors.ts";
import { type HeaderList, type WireReply, withoutHeaders } from "../../src/core/exchange.ts";
import type { ChosenFault, Fault, FaultChooser, Injection } from "../../src/core/fault.ts";
import { createRng } from "../../src/core/rng.ts";
import { createChooser } from "../../src/scenario/index.ts";
import type { TroubleCase } from "./troubles.ts";

/** Every call of a cell meets its one fault. A text says why it cannot: this version has no such fault. */
export function weatherOf(
  { headers = {}, status, ...trouble }: TroubleCase,
  { clock, dialect }: { clock: Clock; dialect: string },
): FaultChooser | string {
  const fault = trouble.inDialect?.[dialect] ?? trouble.fault;
  if (fault === undefined) return { choose: () => [] };
  const chooser = createChooser({ scenario: { phases: [] }, phase: () => undefined, rng: createRng(1), clock });
  try {
    chooser.inject(fault, { ttlMs: Number.POSITIVE_INFINITY });
  } catch (error) {
    if (error instanceof InvalidFileError || error instanceof UserError) return `not in this version: ${fault}`;
    throw error;
  }
  if (status === undefined && Object.keys(headers).length === 0) return chooser;
  return { choose: (facts) => chooser.choose(facts).map((chosen) => otherwise(chosen, { headers, status })) };
}

interface Change {
  headers: Readonly<Record<string, string>>;
  status: number | undefined;
}

/** The same refusal with another head: what a gateway in front of a provider makes of it. */
function otherwise(chosen: ChosenFault, change: Change): ChosenFault {
  const changed = (injection: Injection): Injection =>
    injection.do === "answer" ? { ...injection, reply: replyWith(injection.reply, change) } : injection;
  const fault: Fault = {
    ...chosen.fault,
    plan: (params, context) => chosen.fault.plan(params, context).map(changed),
  };
  return { ...chosen, fault };
}

function replyWith(reply: WireReply, { headers, status = reply.status }: Change): WireReply {
  const kept: HeaderList = withoutHeaders(reply.headers, new Set(Object.keys(headers)));
  return { ...reply, status, headers: [...Object.entries(headers).flat(), ...kept] };
}
