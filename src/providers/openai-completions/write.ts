import type { Dialect, LlmCall, PlainReply } from "../../core/dialect.ts";
import { DONE, dataFrame, wholeBody } from "../shared/openai-frame.ts";
import { alternatives, writeUsage } from "../shared/openai-reply.ts";

type Written = ReturnType<Dialect["write"]>;

/** A reply in this shape. A stream is: text, finish, usage where asked for, `[DONE]`. The format has no tools. */
export function writeCompletions(reply: PlainReply, call: LlmCall): Written {
  const finish = reply.finish === "length" ? "length" : "stop";
  const choice = (index: number, text: string, finish_reason: string | null) => ({
    text,
    index,
    logprobs: null,
    finish_reason,
  });
  const base = { id: `cmpl-${reply.id}`, object: "text_completion", created: reply.created, model: call.model };
  const usage = writeUsage(reply);
  const indexes = alternatives(call.choices);
  if (!call.stream) {
    const text = reply.pieces.join("");
    const choices = indexes.map((index) => choice(index, text, finish));
    return { contentType: "application/json", frames: [wholeBody({ ...base, choices, usage })] };
  }
  // With include_usage every chunk carries the field, and only the last one its value.
  const noUsage = call.usageInStream ? { usage: null } : {};
  const chunk = (one: object) => dataFrame({ ...base, choices: [one], ...noUsage });
  const spoken = reply.pieces.flatMap((piece) => indexes.map((index) => chunk(choice(index, piece, null))));
  const ends = indexes.map((index) => chunk(choice(index, "", finish)));
  const told = call.usageInStream ? [dataFrame({ ...base, choices: [], usage })] : [];
  return { contentType: "text/event-stream; charset=utf-8", frames: [...spoken, ...ends, ...told, DONE] };
}
