import type { Dialect } from "../../core/dialect.ts";
import { isRecord, parseRecord } from "../shared/json.ts";
import { namedFrame } from "../shared/openai-frame.ts";
import { azureStreamError } from "./stream-error.ts";

const DATA_LINE = /^data: (.*)$/m;

/**
 * A Responses stream breaks in two events: first a failed response whose error is null, so that clients that stop there know
 * nothing, then the error (captured for a rate limit: earendil-works/pi#7983). A shape that was asked for is given as OpenAI gives it.
 */
export function breakAzureResponses(base: Dialect): Dialect["breakStream"] {
  return (trouble, call, context) => {
    if (trouble.shape !== undefined) return base.breakStream(trouble, call, context);
    const failed = base.breakStream({ ...trouble, shape: "failed" }, call, context);
    const event = parseRecord(DATA_LINE.exec(new TextDecoder().decode(failed))?.[1] ?? "");
    const envelope = azureStreamError(trouble, call, context);
    if (event === undefined || envelope === undefined || !isRecord(event["response"])) return undefined;
    const silent = { ...event, response: { ...event["response"], error: null } };
    const number = Number(event["sequence_number"]) + 1;
    return Buffer.concat([
      namedFrame("response.failed", silent),
      namedFrame("error", { type: "error", ...envelope, sequence_number: number }),
    ]);
  };
}
