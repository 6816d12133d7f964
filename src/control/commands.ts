import { UserError } from "../core/errors.ts";
import { asEvent, type Fact } from "./facts.ts";
import type { ControlHost } from "./host.ts";
import { type ControlMethod, type ControlParams, type ControlResult, METHODS } from "./protocol.ts";
import type { ParsedCall } from "./rpc.ts";

/** What a method may touch. */
export interface CommandContext {
  host: ControlHost;
  /** Who asks, for the event log: `ana (control-1)`. */
  who: string;
  /** Which connection: `control-1`. */
  connection: string;
  subscribe(params: ControlParams<"events.subscribe">): ControlResult<"events.subscribe">;
  watch(): ControlResult<"view.subscribe">;
  /** Calls back when the connection closes. */
  onClose(callback: () => void): void;
}

type Answer<M extends ControlMethod> = ControlResult<M> | Promise<ControlResult<M>>;
type Commands = { [M in ControlMethod]: (params: ControlParams<M>, context: CommandContext) => Answer<M> };

const DONE = { ok: true } as const;

const commands: Commands = {
  status: (_, { host }) => host.status(),
  "scenario.load": (params, { host, who }) => host.load(who, params),
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
  "fault.inject": injectFault,
  "fault.remove": ({ id }, { host }) => ({ removed: host.remove(id) }),
  "faults.describe": (_, { host }) => ({ faults: host.describeFaults() }),
  "fault.list": (_, { host }) => ({ faults: host.faults() }),
  "limits.set": (params, { host }) => host.setLimits(params),
  "limits.drain": (_, { host }) => {
    host.drainLimits();
    return DONE;
  },
  "recording.start": (params, { host }) => available(host.recording, "this program cannot record").start(params),
  "recording.stop": (_, { host }) => available(host.recording, "this program cannot record").stop(),
  "budget.set": (params, { host }) => available(host.budget, "there is no budget to set").set(params),
  mark: ({ label, facts }, { host, who }) => {
    host.mark(who, label, facts);
    return DONE;
  },
  "driver.attach": (_, { host }) => host.attach(),
  "events.append": ({ events, now_ms, source }, { host, who, connection }) => {
    const shiftMs = now_ms === undefined ? 0 : host.nowMs() - now_ms;
    const as = { shiftMs, source: source ?? connection, who };
    const stored = host.appendFacts(events.map((fact) => asEvent(fact as Fact, as)));
    return { first_seq: stored[0]?.seq ?? 0, last_seq: stored.at(-1)?.seq ?? 0 };
  },
  panic: (_, { host, who }) => {
    host.panic(who);
    return DONE;
  },
  "events.subscribe": (params, { subscribe }) => subscribe(params),
  "view.subscribe": (_, { watch }) => watch(),
};

function injectFault(
  { fault, where, chance, ttl, hold }: ControlParams<"fault.inject">,
  { host, who, onClose }: CommandContext,
): ControlResult<"fault.inject"> {
  const { id, endsAtMs } = host.inject(fault, { where, chance, ttlMs: ttl });
  if (hold === true) {
    onClose(() => {
      if (host.remove(id)) host.command(who, "fault.remove", { id, why: "its controller disconnected" });
    });
  }
  return { id, ends_at_ms: endsAtMs };
}

function available<T>(part: T | undefined, why: string): T {
  if (part === undefined) throw new UserError(`not available: ${why}`);
  return part;
}

/** Logs it, where it is a command, and does it. Throws what the host throws. */
export function perform({ method, params, written }: ParsedCall, context: CommandContext): unknown {
  const { kind, unlogged } = METHODS[method] as { kind: string; unlogged?: readonly string[] };
  if (kind === "commands") context.host.command(context.who, method, without(written, unlogged));
  // The parser checked the parameters against this very method.
  const command = commands[method] as (params: unknown, context: CommandContext) => unknown;
  return command(params, context);
}

function without(params: unknown, names: readonly string[] | undefined): unknown {
  if (names === undefined || typeof params !== "object" || params === null) return params;
  return Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name)));
}
