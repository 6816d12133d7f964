import type { ServerResponse } from "node:http";
import type { LlmCall } from "../core/dialect.ts";
import type { RawRequest } from "../core/exchange.ts";
import { UpstreamFailure } from "../core/upstream.ts";
import { ClientSide } from "./client-side.ts";
import type { Destination } from "./destination.ts";
import { pathOnly } from "./facts.ts";
import { forwardableReplyHeaders, forwardableRequestHeaders, joinPath } from "./headers.ts";
import { Relay } from "./relay.ts";
import type { Shared } from "./shared.ts";
import { unreachableReply } from "./unreachable.ts";

/** Stands where an Upstream expects a call: nobody could read this one. */
const UNREAD_CALL: LlmCall = Object.freeze({
  dialect: "",
  provider: "",
  model: "",
  stream: false,
  usageInStream: false,
  tools: false,
  inputTokens: 0,
  maxOutputTokens: undefined,
  choices: 1,
  lastUserText: "",
  body: {},
});

/** A body on an inference path that no dialect can read goes to the server as it came; what is wrong with it is the server's to say. */
export async function relayUnread(
  arrival: { request: RawRequest; response: ServerResponse; headAtMs: number; to: Destination; target: URL },
  shared: Shared,
): Promise<void> {
  const { request, response, headAtMs, to, target } = arrival;
  const { sink, clock, scrubber } = shared.options;
  const gone = new AbortController();
  const client = new ClientSide({
    response,
    clock,
    onSent: () => undefined,
    onClose() {
      gone.abort();
      const path = scrubber.scrub(pathOnly(request.path));
      const duration_ms = clock.nowMs() - headAtMs;
      sink.append({ type: "passed_through", method: request.method, path, status: client.status, duration_ms });
    },
  });
  const headers = forwardableRequestHeaders(request.headers, target);
  const path = joinPath(target, request.path);
  try {
    const reply = await to.upstream({ ...request, headers, path, call: UNREAD_CALL }, gone.signal);
    client.relaysOther();
    client.head(reply.status, reply.statusText, forwardableReplyHeaders(reply.headers));
    new Relay({ client, body: reply.body, onEnd: () => undefined, onFail: () => client.cut("fin") });
  } catch (error) {
    gone.abort();
    if (client.over || !(error instanceof UpstreamFailure)) throw error;
    const reply = unreachableReply(error);
    client.head(reply.status, undefined, reply.headers);
    client.end(reply.body);
  }
}
