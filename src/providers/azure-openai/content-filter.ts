import type { AzureAnswer } from "./answer.ts";

const HARMLESS = { filtered: false, severity: "safe" };

/** What the filter finds in harmless text, by category. */
export const NOTHING_FOUND = { hate: HARMLESS, self_harm: HARMLESS, sexual: HARMLESS, violence: HARMLESS };

/** The filter's 400, as captured (compl-ai/compl-ai#20). It says "response" though it is the prompt that was filtered. */
export function promptFiltered(): AzureAnswer {
  const error = {
    message:
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry. To learn more about our content filtering policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766",
    type: null,
    param: "prompt",
    code: "content_filter",
    status: 400,
    innererror: {
      code: "ResponsibleAIPolicyViolation",
      content_filter_result: {
        hate: HARMLESS,
        jailbreak: { filtered: false, detected: false },
        self_harm: HARMLESS,
        sexual: HARMLESS,
        violence: { filtered: true, severity: "medium" },
      },
    },
  };
  return { status: 400, headers: [], body: { error } };
}
