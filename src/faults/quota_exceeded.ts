import { z } from "zod";
import { answerFault } from "./shared/answer-fault.ts";

const params = z.strictObject({
  kind: z.string().min(1).optional().meta({
    description:
      "Which quota is spent, in the provider's word, such as insufficient_quota or project_spend_limit_exceeded (OpenAI), free_tier (Gemini). Default, and for a word that it does not know: the provider's most usual",
  }),
});

/** It has the status of a rate limit, and waiting does not help: what tells them apart is in the body. */
export const quotaExceeded = answerFault({
  name: "quota_exceeded",
  summary: "The refusal for spent money or credits: a 429 that must not be retried, or what that provider sends",
  params,
  trouble: ({ kind }) => ({ kind: "quota_exceeded", quota: kind }),
  explain: ({ kind }) => `the account's quota is spent${kind === undefined ? "" : ` (${kind})`}, which no retry cures`,
});
