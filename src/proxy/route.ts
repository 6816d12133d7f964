import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Dialect } from "../core/dialect.ts";
import { jsonReply, type RawRequest, type WireReply } from "../core/exchange.ts";
import { createAddressing, type Destination, type RequestHead } from "./destination.ts";
import { refuseFlawed, requestFlaw } from "./framing.ts";
import { handle } from "./handle.ts";
import { credentialsIn } from "./headers.ts";
import type { PassThrough } from "./passthrough.ts";
import { gatherBody, MAX_BODY_BYTES } from "./receive.ts";
import { relayUnread } from "./relay-unread.ts";
import type { Shared } from "./shared.ts";

/** Where a request goes: an inference call to handle, everything else past us. */
export function createRouter(shared: Shared, passThroughs: ReadonlyMap<Destination, PassThrough>) {
  const { destinations, ownerOf, clock } = shared.options;
  const address = createAddressing(destinations, ownerOf);
  const addressed = (request: IncomingMessage) => {
    const head: RequestHead = {
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: request.rawHeaders,
    };
    const where = address(head);
    if (where.path === head.path) return { head, where };
    // For those who read the request itself, too: nobody behind this point knows of the name in front.
    request.url = where.path;
    return { head: { ...head, path: where.path }, where };
  };
  return {
    route(request: IncomingMessage, response: ServerResponse): void {
      const headAtMs = clock.nowMs();
      const { head, where } = addressed(request);
      const flaw = requestFlaw(request) ?? pathFlaw(head.path);
      if (flaw !== undefined) {
        refuseFlawed(response, flaw);
        return;
      }
      if (where.destination === undefined) {
        request.resume();
        write(response, noUpstreamFor(where.provider));
        return;
      }
      const { destination } = where;
      const passThrough = passThroughs.get(destination);
      const concerned = destination.dialects.filter((dialect) => dialect.concerns(head));
      const incoming = { request, response, head, destination };
      if (concerned.length > 0) {
        void guarded({ response, shared }, () => receive({ ...incoming, headAtMs, concerned }, shared));
      } else if (passThrough !== undefined) passThrough.web(request, response);
      else void guarded({ response, shared }, () => answerLocally(incoming, shared));
    },
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      const { destination } = addressed(request).where;
      const passThrough = destination && passThroughs.get(destination);
      if (passThrough !== undefined && pathFlaw(request.url) === undefined) {
        passThrough.upgrade(request, socket, head);
        return;
      }
      socket.on("error", () => undefined);
      socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    },
  };
}

interface Incoming {
  request: IncomingMessage;
  response: ServerResponse;
  head: RequestHead;
  destination: Destination;
}

interface Concerned extends Incoming {
  headAtMs: number;
  concerned: readonly Dialect[];
}

/** Only paths of this server are served: nothing that names another host is sent anywhere. */
function pathFlaw(path = "/"): { status: 400; message: string } | undefined {
  if (/^\/(?![/\\])/.test(path)) return undefined;
  return { status: 400, message: "The request target must be a path that begins with one slash (check the base URL)." };
}

async function receive(incoming: Concerned, shared: Shared): Promise<void> {
  const { request, response, head, headAtMs, concerned, destination } = incoming;
  const { scrubber, meter } = shared.options;
  for (const secret of credentialsIn(head.headers, head.path)) scrubber.register(secret);
  const body = await gatherBody(request);
  if (body === "left") return;
  if (body === "too_large") return write(response, tooLarge());
  const raw: RawRequest = { ...head, body };
  for (const dialect of concerned) {
    const call = dialect.recognise(raw);
    if (call !== undefined) return handle({ request: raw, response, dialect, call, headAtMs, destination }, shared);
  }
  const { passThroughTo: target, answerLocally: local } = destination;
  if (destination.kind === "live" && meter?.mayPassUnread() === false) return write(response, unreadUnderBudget());
  if (target !== undefined) return relayUnread({ request: raw, response, headAtMs, to: destination, target }, shared);
  write(response, local?.(raw) ?? unreadable());
}

async function answerLocally({ request, response, head, destination }: Incoming, shared: Shared): Promise<void> {
  const body = await gatherBody(request);
  if (body === "left") return;
  if (body === "too_large") return write(response, tooLarge());
  const { sink, clock, scrubber } = shared.options;
  const startedMs = clock.nowMs();
  const reply = destination.answerLocally?.({ ...head, body }) ?? notFound(head);
  write(response, reply);
  const path = scrubber.scrub(head.path.split("?", 1)[0] ?? "/");
  const duration_ms = clock.nowMs() - startedMs;
  sink.append({ type: "passed_through", method: head.method, path, status: reply.status, duration_ms });
}

function write(response: ServerResponse, reply: WireReply): void {
  if (response.destroyed) return;
  response.writeHead(reply.status, reply.headers as string[]);
  response.end(reply.body);
}

function tooLarge(): WireReply {
  const message = `llm-chaos reads request bodies of inference calls up to ${MAX_BODY_BYTES / 1024 / 1024} MiB.`;
  const error = { message, type: "llm_chaos", param: null, code: "request_too_large" };
  return jsonReply(413, ["x-llm-chaos", "request-too-large"], { error });
}

function unreadable(): WireReply {
  const message = "The request's body cannot be read as a call of this API (is it JSON?).";
  const error = { message, type: "invalid_request_error", param: null, code: null };
  return jsonReply(400, ["x-llm-chaos", "unreadable-call"], { error });
}

function unreadUnderBudget(): WireReply {
  const message =
    "llm-chaos refused this call, not the provider: a budget is set, and what this call may cost cannot be read from its body (is it JSON, and not compressed?).";
  const error = { message, type: "llm_chaos", param: null, code: "llm_chaos_budget" };
  return jsonReply(403, ["x-llm-chaos", "budget", "x-should-retry", "false"], { error });
}

function notFound({ method, path }: RequestHead): WireReply {
  const message = `Nothing answers ${method} ${path.split("?", 1)[0]} here: the upstream is built in and no server.`;
  const error = { message, type: "llm_chaos", param: null, code: "not_found" };
  return jsonReply(404, ["x-llm-chaos", "not-found"], { error });
}

function noUpstreamFor(provider: string): WireReply {
  const message = `No upstream is named for ${provider}; the key of this call is for ${provider} alone. Add --upstream ${provider}=https://…`;
  const error = { message, type: "llm_chaos", param: null, code: "no_upstream" };
  return jsonReply(404, ["x-llm-chaos", "no-upstream"], { error });
}

/** An error of our own must not end the process, nor leave a client waiting. It is logged without what it quotes. */
async function guarded(
  parts: { response: ServerResponse; shared: Shared },
  work: () => Promise<void> | void,
): Promise<void> {
  const { response, shared } = parts;
  try {
    await work();
  } catch (error) {
    const { logger, scrubber } = shared.options;
    const reason = scrubber.scrub(error instanceof Error ? (error.stack ?? error.message) : String(error));
    logger.error({ reason }, "internal error");
    if (response.headersSent) response.destroy();
    else write(response, internalError());
  }
}

function internalError(): WireReply {
  const error = { message: "llm-chaos failed inside (see its log).", type: "llm_chaos", param: null, code: "internal" };
  return jsonReply(500, ["x-llm-chaos", "internal-error"], { error });
}
