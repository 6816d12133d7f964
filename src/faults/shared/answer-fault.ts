import { type ZodType, z } from "zod";
import type { Trouble } from "../../core/dialect.ts";
import { distribution, sample } from "../../core/distribution.ts";
import type { Fault, FaultContext } from "../../core/fault.ts";
import { announcedBy } from "./announced.ts";
import { distributionWords } from "./words.ts";

export interface AnswerFault<Params> {
  name: string;
  summary: string;
  params: ZodType<Params>;
  trouble(params: Params, context: FaultContext): Trouble;
  explain(params: Params): string;
}

/** A fault that answers with one trouble, in the words of the provider that was called, and asks nobody upstream. */
export function answerFault<Params>({ trouble: troubleOf, ...told }: AnswerFault<Params>): Fault<Params> {
  return {
    ...told,
    acts: "call",
    final: true,
    plan(params, context) {
      const trouble = troubleOf(params, context);
      const reply = context.dialect.refuse(trouble, context.call, context.reply);
      const announcedMs = announcedBy(reply, context);
      return [{ do: "answer", reply, trouble: trouble.kind, ...(announcedMs === undefined ? {} : { announcedMs }) }];
    },
  };
}

const serverParams = z.strictObject({
  retry_after: distribution().optional().meta({
    description: "The wait that Retry-After announces, in whole seconds; without it, the header is not there",
  }),
});

type ServerKind = Extract<Trouble, { retryAfterMs: number | undefined }>["kind"];

/** A trouble of the server's own, which a later attempt may cure. `words` begins the explanation. */
export function serverFault(fault: { name: string; kind: ServerKind; summary: string; words: string }) {
  const { name, kind, summary, words } = fault;
  return answerFault({
    name,
    summary,
    params: serverParams,
    trouble: ({ retry_after }, { rng }) => ({ kind, retryAfterMs: retry_after && sample(retry_after, rng) }),
    explain: ({ retry_after }) =>
      `${words}${retry_after === undefined ? "" : `, and a Retry-After of ${distributionWords(retry_after)}`}`,
  });
}

type RequestKind = "bad_key" | "unknown_model" | "context_too_long" | "content_filter" | "request_too_large";

/** A refusal of this very request: the same one will be refused again. */
export function requestFault(fault: { name: RequestKind; summary: string; words: string }) {
  const { name, summary, words } = fault;
  return answerFault({
    name,
    summary,
    params: z.strictObject({}),
    trouble: () => ({ kind: name }),
    explain: () => `${words}, which no retry cures`,
  });
}
