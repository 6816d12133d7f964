import type { ControlHost } from "./host.ts";
import { type ControlMethod, type ControlParams, READING_METHODS } from "./protocol.ts";
import type { ParsedCall } from "./rpc.ts";

/** What a method may touch. */
export interface CommandContext {
  host: ControlHost;
  /** Which connection asks, for the event log: `control-1`. */
  who: string;
  subscribe(params: ControlParams<"events.subscribe">): unknown;
}

type Commands = { [M in ControlMethod]: (params: ControlParams<M>, context: CommandContext) => unknown };

const DONE = { ok: true };

const commands: Commands = {
  status: (_, { host }) => host.status(),
  "fault.inject": ({ fault, where, chance, ttl }, { host }) => {
    const { id, endsAtMs } = host.inject(fault, { where, chance, ttlMs: ttl });
    return { id, ends_at_ms: endsAtMs };
  },
  "fault.remove": ({ id }, { host }) => ({ removed: host.remove(id) }),
  panic: (_, { host, who }) => {
    host.panic(who);
    return DONE;
  },
  "events.subscribe": (params, { subscribe }) => subscribe(params),
  "scenario.start": (_, { host, who }) => {
    host.start(who);
    return DONE;
  },
  "scenario.stop": (_, { host, who }) => {
    host.stop(who);
    return DONE;
  },
  "scenario.next": (_, { host, who }) => {
    host.next(who);
    return DONE;
  },
  mark: ({ label, facts }, { host, who }) => {
    host.mark(who, label, facts);
    return DONE;
  },
};

/** Logs it, unless it only looks, and does it. Throws what the host throws. */
export function perform({ method, params, written }: ParsedCall, context: CommandContext): unknown {
  if (!READING_METHODS.has(method)) context.host.command(context.who, method, written);
  // The parser checked the parameters against this very method.
  const command = commands[method] as (params: unknown, context: CommandContext) => unknown;
  return command(params, context);
}
