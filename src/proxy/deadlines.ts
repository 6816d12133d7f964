import type { ClientRequest, IncomingMessage } from "node:http";
import type { Clock } from "../core/clock.ts";
import { UpstreamFailure } from "../core/upstream.ts";

export interface PassThroughTimeouts {
  /** To establish a connection, TLS included. Default 10 s. */
  connectMs: number;
  /** From the request's last byte to the reply's head. Default 10 min, as long as the official SDKs wait. */
  firstByteMs: number;
}

export const DEFAULT_TIMEOUTS: PassThroughTimeouts = { connectMs: 10_000, firstByteMs: 600_000 };

export interface DeadlineSettings {
  clock: Clock;
  timeouts: PassThroughTimeouts;
  host: string;
}

export interface Deadlines {
  /** True once the connection stood. */
  connected(): boolean;
}

/**
 * Ends an outgoing request that has a socket but gets no connection or no reply in time. Own clocks: the library's
 * timeouts are idle timers that end in a hung client.
 */
export function watchDeadlines(
  outgoing: ClientRequest,
  incoming: IncomingMessage,
  settings: DeadlineSettings,
): Deadlines {
  const { clock, timeouts, host } = settings;
  let connected = false;
  let over = false;
  let cancel = () => {};
  const arm = (stage: "connect" | "headers", ms: number) => {
    cancel();
    cancel = clock.after(ms, () => {
      const what = stage === "connect" ? "could not connect to" : "got no reply from";
      outgoing.destroy(new UpstreamFailure("TIMEOUT", stage, `llm-chaos ${what} the upstream ${host} in ${ms} ms`));
    });
  };
  const awaitReply = () => {
    const bodySent = incoming.readableEnded || incoming.headers.upgrade !== undefined;
    if (connected && bodySent && !over) arm("headers", timeouts.firstByteMs);
  };
  const onConnected = () => {
    connected = true;
    cancel();
    awaitReply();
  };
  const onSocket = () => {
    const socket = outgoing.socket;
    if (socket === null || !socket.connecting) return onConnected();
    arm("connect", timeouts.connectMs);
    socket.once("encrypted" in socket ? "secureConnect" : "connect", onConnected);
  };
  if (outgoing.socket === null) outgoing.once("socket", onSocket);
  else onSocket();
  incoming.once("end", awaitReply);
  for (const event of ["response", "upgrade", "close"]) {
    outgoing.once(event, () => {
      over = true;
      cancel();
    });
  }
  return { connected: () => connected };
}
