import type { AzureAnswer } from "./answer.ts";

/**
 * A spent quota. Azure bills afterwards and has no 429 for it; what a caller meets is the quota of an API Management gateway,
 * which is documented as a 403 (its azure-openai-token-limit policy) and captured so (goferito/node-bing-api#34). The period of
 * such a quota is whatever its owner chose: a calendar month here.
 */
export function quotaSpent(wallMs: number): AzureAnswer {
  const now = new Date(wallMs);
  const nextMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
  const message = `Out of call volume quota. Quota will be replenished in ${timeSpan(nextMonth - wallMs)}.`;
  return { status: 403, headers: [], body: { statusCode: 403, message } };
}

/** .NET's way to write a time span: `22.14:18:12`, the days left out when there are none. */
function timeSpan(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  const two = (number: number) => String(Math.floor(number)).padStart(2, "0");
  const days = Math.floor(seconds / 86_400);
  const clock = [two((seconds % 86_400) / 3_600), two((seconds % 3_600) / 60), two(seconds % 60)].join(":");
  return days === 0 ? clock : `${days}.${clock}`;
}
