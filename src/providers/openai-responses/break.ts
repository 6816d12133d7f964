import type { Dialect, LlmCall, ReplyContext } from "../../core/dialect.ts";
import { headerPairs } from "../../core/exchange.ts";
import { isRecord, type JsonRecord, parseRecord, textOf } from "../shared/json.ts";
import { namedFrame } from "../shared/openai-frame.ts";
import type { Wall } from "../shared/wall.ts";
import { responseObject } from "./response.ts";

/** Where the captured errors stand: after `response.created` (0) and `response.in_progress` (1). */
const EARLIEST = 2;

/**
 * An error inside a stream, in one of three shapes: `nested`, which production sends (zendev-sh/goai#88, openai/openai-dotnet#881);
 * `flat`, which is documented; `failed`, a response that ends so. Nothing follows it, and no `[DONE]`.
 */
export function breakResponses(wall: Wall): Dialect["breakStream"] {
  return (trouble, call, context) => {
    const envelope = wall.streamError(trouble, call, context);
    if (envelope === undefined) return undefined;
    const error = isRecord(envelope["error"]) ? envelope["error"] : envelope;
    const sequence_number = context.streamEvents ?? EARLIEST;
    switch (trouble.shape) {
      case "flat": {
        const { code = null, message, param = null } = error;
        return namedFrame("error", { type: "error", code, message, param, sequence_number });
      }
      case "failed":
        return failed(error, call, context);
      default: {
        const { type, code = null, message, param = null } = error;
        const headers = countdown(wall.refuse(trouble, call, context).headers);
        return namedFrame("error", {
          type: "error",
          error: { type, code, ...headers, message, param },
          sequence_number,
        });
      }
    }
  };
}

function failed(error: JsonRecord, call: LlmCall, context: ReplyContext): Uint8Array {
  const type = "response.failed";
  const head = identityOf(context);
  // The documented codes are fewer than the troubles; that the others stand here as under their HTTP status is unverified.
  const code = textOf(error["code"]) || "server_error";
  const more = { status: "failed", error: { code, message: error["message"] } };
  const response = responseObject(call, head, more);
  return namedFrame(type, { type, sequence_number: context.streamEvents ?? EARLIEST, response });
}

/** The same response as the stream began with: openai-node throws "Lifecycle response identity changed" at another one. */
function identityOf({ firstData, requestId, wallMs }: ReplyContext): { id: string; created: number } {
  const begun = firstData === undefined ? undefined : parseRecord(firstData)?.["response"];
  const { id, created_at } = isRecord(begun) ? begun : {};
  return {
    id: textOf(id) || `resp_${requestId.replace(/^req_/, "")}`,
    created: typeof created_at === "number" ? created_at : Math.floor(wallMs / 1_000),
  };
}

/** A limit's error carries the countdown that the reply's own headers could not carry any more. */
function countdown(headers: readonly string[]): { headers?: Record<string, string> } {
  const shown = [...headerPairs(headers)].filter(([name]) => name.toLowerCase().startsWith("x-ratelimit-"));
  return shown.length === 0 ? {} : { headers: Object.fromEntries(shown) };
}
