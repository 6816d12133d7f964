import type { ReplyContext } from "../../core/dialect.ts";
import type { MessagesError } from "./error.ts";

/** The code of the 429 of a spend cap; the official SDK makes a class of its own of it. */
export const SPEND_CAP = "enforced_spend_limit_reached";

/**
 * Money that is spent, which no wait cures, hence without Retry-After. Default: the cap of the account's tier (a 429).
 * `own_spend_limit` is the one that the customer set (a 400), `credit_balance` a prepaid balance (a 400).
 */
export function quotaError(quota: string | undefined, context: ReplyContext): MessagesError {
  const type = "invalid_request_error";
  switch (quota) {
    case "own_spend_limit": {
      const message = `You have reached your specified API usage limits. You will regain access on ${nextMonth(context)} at 00:00 UTC.`;
      return { status: 400, headers: [], error: { type, message } };
    }
    case "credit_balance": {
      const message =
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.";
      return { status: 400, headers: [], error: { type, message } };
    }
    default: {
      const message = `You have reached your API usage limits: your organization has crossed its monthly API usage threshold, set based on your organization's API tier. You will regain access on ${nextMonth(context)} at 00:00 UTC.`;
      return {
        status: 429,
        headers: [],
        error: { type: "rate_limit_error", message, details: { error_code: SPEND_CAP } },
      };
    }
  }
}

/** The first day of the next month, as `2026-09-01`. */
function nextMonth({ wallMs }: Pick<ReplyContext, "wallMs">): string {
  const now = new Date(wallMs);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString().slice(0, 10);
}
