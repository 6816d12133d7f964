import { UserError } from "../core/errors.ts";
import type { ChaosEvent, EventType } from "../core/event.ts";
import { type ControlClient, ControlRefused, connectControl } from "./client.ts";
import type { ControlInput, ControlMethod, ControlResult } from "./protocol.ts";

export interface ChaosControlOptions {
  /** `ws://127.0.0.1:4142/control` */
  url: string;
  /** A function is asked for each connection: a restarted proxy makes a new one. */
  token: string | (() => string);
  /** Stands in the event log beside what this client commands. */
  name?: string;
}

export interface FollowOptions {
  /** Events after this sequence number; default: live ones only. */
  since?: number;
  types?: readonly EventType[];
  /** The connection was lost, or a new one could not be made; it is tried again. */
  onLost?(error: UserError): void;
  /** The log begins anew: the proxy was restarted. Events count from 1 again. */
  onRestart?(): void;
}

type WhereAndWhen = Omit<ControlInput<"fault.inject">, "fault">;

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * A running proxy, controlled from a program. Connects with the first call, and again after a loss: a call that was open
 * then rejects (nobody knows whether it acted), later ones and `follow` go on.
 */
export class ChaosControl {
  readonly #options: ChaosControlOptions;
  readonly #closing = new AbortController();
  #connection: Promise<ControlClient> | undefined;

  constructor(options: ChaosControlOptions) {
    this.#options = options;
  }

  /** Rejects with a UserError that carries the channel's own words. */
  async call<M extends ControlMethod>(method: M, params: ControlInput<M>): Promise<ControlResult<M>> {
    const connection = await this.#connect();
    return (await connection.call(method, params)) as ControlResult<M>;
  }

  status(): Promise<ControlResult<"status">> {
    return this.call("status", {});
  }

  /** YAML text; `vars` are what its placeholders stand for. */
  loadScenario(text: string, more: Omit<ControlInput<"scenario.load">, "text"> = {}) {
    return this.call("scenario.load", { text, ...more });
  }

  startScenario() {
    return this.call("scenario.start", {});
  }

  stopScenario() {
    return this.call("scenario.stop", {});
  }

  nextPhase() {
    return this.call("scenario.next", {});
  }

  /** A fault as in a scenario: `{ stall: { lasts: "5s" } }`. With `hold` it ends when this client's connection does. */
  inject(fault: ControlInput<"fault.inject">["fault"], more: WhereAndWhen = {}) {
    return this.call("fault.inject", { fault, ...more });
  }

  async remove(id: string): Promise<boolean> {
    return (await this.call("fault.remove", { id })).removed;
  }

  async faults() {
    return (await this.call("fault.list", {})).faults;
  }

  setLimits(change: ControlInput<"limits.set">) {
    return this.call("limits.set", change);
  }

  startRecording(file?: string) {
    return this.call("recording.start", file === undefined ? {} : { file });
  }

  stopRecording() {
    return this.call("recording.stop", {});
  }

  setBudget(caps: ControlInput<"budget.set">) {
    return this.call("budget.set", caps);
  }

  mark(label: string, facts?: Readonly<Record<string, unknown>>) {
    return this.call("mark", facts === undefined ? { label } : { label, facts: { ...facts } });
  }

  append(facts: ControlInput<"events.append">) {
    return this.call("events.append", facts);
  }

  panic() {
    return this.call("panic", {});
  }

  /**
   * Calls back for each event, in order and without gaps, over lost connections and restarts of the proxy, until the returned
   * function is called. Rejects when the first connection fails.
   */
  async follow(onEvent: (event: ChaosEvent) => void, options: FollowOptions = {}): Promise<() => void> {
    const ended = new AbortController();
    const over = () => this.#closing.signal.aborted || ended.signal.aborted;
    let lastSeq = options.since;
    let connection = await this.#subscription();
    const listen = (client: ControlClient) =>
      client.subscribe(
        lastSeq,
        (event) => {
          if (over()) return;
          lastSeq = event.seq;
          onEvent(event);
        },
        options.types,
      );
    if (lastSeq === undefined && options.types === undefined) lastSeq = await lastSeqOf(connection);
    await listen(connection);

    const keepUp = async () => {
      while (!over()) {
        await connection.closed;
        if (over()) return;
        options.onLost?.(new UserError("the control channel closed"));
        const next = await this.#reconnected(over, options);
        if (next === undefined) return;
        connection = next;
        if (lastSeq !== undefined && (await lastSeqOf(connection).catch(() => lastSeq ?? 0)) < lastSeq) {
          lastSeq = 0;
          options.onRestart?.();
        }
        await listen(connection).catch(() => {});
      }
    };
    void keepUp();
    return () => {
      ended.abort();
      connection.close();
    };
  }

  /** Ends everything; open calls reject. */
  close(): void {
    this.#closing.abort();
    void this.#connection?.then(
      (connection) => connection.close(),
      () => {},
    );
  }

  #connect(): Promise<ControlClient> {
    if (this.#closing.signal.aborted) return Promise.reject(new UserError("this control client was closed"));
    if (this.#connection !== undefined) return this.#connection;
    const opening = this.#open();
    this.#connection = opening;
    const forget = () => {
      if (this.#connection === opening) this.#connection = undefined;
    };
    opening.then((client) => client.closed.then(forget), forget);
    return opening;
  }

  /** A connection of its own for each follower: there is one subscription a connection. */
  async #subscription(): Promise<ControlClient> {
    const client = await this.#open();
    this.#closing.signal.addEventListener("abort", () => client.close(), { once: true });
    return client;
  }

  #open(): Promise<ControlClient> {
    const { url, token, name } = this.#options;
    return connectControl({
      url,
      token: typeof token === "string" ? token : token(),
      ...(name !== undefined && { name }),
    });
  }

  async #reconnected(over: () => boolean, { onLost }: FollowOptions): Promise<ControlClient | undefined> {
    for (let pauseMs = FIRST_PAUSE_MS; !over(); pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
      if (over()) return undefined;
      try {
        return await this.#subscription();
      } catch (error) {
        onLost?.(error instanceof UserError ? error : new UserError(String(error)));
        // A token that is refused stays refused, unless the next one may be another.
        if (error instanceof ControlRefused && typeof this.#options.token === "string") return undefined;
      }
    }
    return undefined;
  }
}

async function lastSeqOf(client: ControlClient): Promise<number> {
  return ((await client.call("status")) as ControlResult<"status">).last_seq;
}
