import type { Dialect, LlmCall, PlainReply } from "../../core/dialect.ts";
import { isRecord } from "../shared/json.ts";
import { namedFrame, wholeBody } from "../shared/openai-frame.ts";
import {
  callItem,
  ending,
  endOf,
  idsOf,
  messageItem,
  outputItems,
  responseObject,
  saysSomething,
  textPart,
} from "./response.ts";

type Written = ReturnType<Dialect["write"]>;

/** An event before it has its number. */
type Draft = { type: string } & Record<string, unknown>;

/** A reply in this shape. A stream is numbered events from `response.created` to `response.completed` (or `.incomplete`), and no `[DONE]`. */
export function writeResponses(reply: PlainReply, call: LlmCall): Written {
  const object = (more: object) => responseObject(call, { id: idsOf(reply).response, created: reply.created }, more);
  if (!call.stream) return { contentType: "application/json", frames: [wholeBody(object(ending(reply)))] };
  const obfuscated = wantsObfuscation(call);
  const drafts: Draft[] = [
    { type: "response.created", response: object({}) },
    { type: "response.in_progress", response: object({}) },
    ...(saysSomething(reply) ? messageEvents(reply, obfuscated) : []),
    ...callEvents(reply, obfuscated),
    { type: `response.${endOf(reply)}`, response: object(ending(reply)) },
  ];
  const frames = drafts.map(({ type, ...rest }, number) =>
    namedFrame(type, { type, sequence_number: number, ...rest }),
  );
  return { contentType: "text/event-stream; charset=utf-8", frames };
}

function messageEvents(reply: PlainReply, obfuscated: boolean): Draft[] {
  const status = endOf(reply);
  const text = reply.pieces.join("");
  const item = { output_index: 0 };
  const part = { item_id: idsOf(reply).message, output_index: 0, content_index: 0 };
  return [
    { type: "response.output_item.added", ...item, item: messageItem(reply, "in_progress", []) },
    { type: "response.content_part.added", ...part, part: textPart("") },
    ...reply.pieces.map((delta) => ({
      type: "response.output_text.delta",
      ...part,
      delta,
      logprobs: [],
      ...(obfuscated && padding(delta)),
    })),
    { type: "response.output_text.done", ...part, text, logprobs: [] },
    { type: "response.content_part.done", ...part, part: textPart(text) },
    { type: "response.output_item.done", ...item, item: messageItem(reply, status, [textPart(text)]) },
  ];
}

function callEvents(reply: PlainReply, obfuscated: boolean): Draft[] {
  const { toolCall } = reply;
  if (toolCall === undefined) return [];
  const place = { output_index: outputItems(reply).length - 1 };
  const part = { item_id: idsOf(reply).call, ...place };
  const args = toolCall.argumentPieces.join("");
  return [
    { type: "response.output_item.added", ...place, item: callItem(reply, "in_progress", "") },
    ...toolCall.argumentPieces.map((delta) => ({
      type: "response.function_call_arguments.delta",
      ...part,
      delta,
      ...(obfuscated && padding(delta)),
    })),
    { type: "response.function_call_arguments.done", ...part, name: toolCall.name, arguments: args },
    { type: "response.output_item.done", ...place, item: callItem(reply, endOf(reply), args) },
  ];
}

/** Deltas are padded unless the caller asks not to: then their length on the wire tells nothing of the text. */
function wantsObfuscation({ body }: LlmCall): boolean {
  const options = body["stream_options"];
  return !(isRecord(options) && options["include_obfuscation"] === false);
}

const PADDED_TO = 16;

function padding(delta: string): { obfuscation: string } {
  const missing = PADDED_TO - (delta.length % PADDED_TO);
  return { obfuscation: "x".repeat(missing) };
}
