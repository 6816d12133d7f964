import type { Clock } from "../../src/core/clock.ts";
import { InvalidFileError, UserError } from "../../src/core/errors.ts";
import { type HeaderList, type WireReply, withoutHeaders } from "../../src/core/exchange.ts";
import type { ChosenFault, Fault, FaultChooser, Injection } from "../../src/core/fault.ts";
import { createRng } from "../../src/core/rng.ts";
import { createChooser } from "../../src/scenario/index.ts";
import type { TroubleCase } from "./troubles.ts";

/** Every call of a cell meets its one fault. A text says why it cannot: this version has no such fault. */
export function weatherOf({ fault, headers }: TroubleCase, clock: Clock): FaultChooser | string {
  if (fault === undefined) return { choose: () => [] };
  const chooser = createChooser({ scenario: { phases: [] }, phase: () => undefined, rng: createRng(1), clock });
  try {
    chooser.inject(fault, { ttlMs: Number.POSITIVE_INFINITY });
  } catch (error) {
    if (error instanceof InvalidFileError || error instanceof UserError) return `not in this version: ${fault}`;
    throw error;
  }
  if (headers === undefined) return chooser;
  return { choose: (facts) => chooser.choose(facts).map((chosen) => withHeaders(chosen, headers)) };
}

/** The same refusal with some headers another way: what a gateway in front of a provider makes of it. */
function withHeaders(chosen: ChosenFault, headers: Readonly<Record<string, string>>): ChosenFault {
  const change = (injection: Injection): Injection =>
    injection.do === "answer" ? { ...injection, reply: setHeaders(injection.reply, headers) } : injection;
  const fault: Fault = {
    ...chosen.fault,
    plan: (params, context) => chosen.fault.plan(params, context).map(change),
  };
  return { ...chosen, fault };
}

function setHeaders(reply: WireReply, headers: Readonly<Record<string, string>>): WireReply {
  const kept: HeaderList = withoutHeaders(reply.headers, new Set(Object.keys(headers)));
  return { ...reply, headers: [...Object.entries(headers).flat(), ...kept] };
}
