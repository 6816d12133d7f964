import type { ChaosEvent } from "../core/event.ts";
import { errorType, type Meters, modelOf } from "./meters.ts";
import { createQuantiles } from "./quantiles.ts";

/** An attempt that has not ended. */
export interface OpenAttempt {
  received: ChaosEvent<"call_received">;
  firstContentMs?: number;
  usage?: ChaosEvent<"usage_seen">;
}

/** What is counted when an attempt ends. */
export function createReplies(meters: Meters) {
  const interToken = createQuantiles();
  const tokens = { input: 0, output: 0 };
  const completions = { with_finish: 0, without_finish: 0 };

  /** Only what a reply told is reported by the conventions' metric; estimates count for the summary alone. */
  function countTokens({ received, usage }: OpenAttempt, estimatedOutput: number, good: boolean): number {
    const output = usage?.output_tokens ?? estimatedOutput;
    tokens.output += output;
    tokens.input += usage?.input_tokens ?? (good ? received.input_tokens : 0);
    if (usage !== undefined) {
      meters.tokens.observe({ ...modelOf(received), "gen_ai.token.type": "input" }, usage.input_tokens);
      meters.tokens.observe({ ...modelOf(received), "gen_ai.token.type": "output" }, usage.output_tokens);
    }
    return output;
  }

  return {
    interToken,
    tokens: () => ({ ...tokens }),
    completions: () => ({ ...completions }),
    /** Whether it delivered: a whole 2xx with its finish, and no error inside. */
    end(call: OpenAttempt, event: ChaosEvent<"reply_ended">): boolean {
      const { received, firstContentMs } = call;
      const good = event.status >= 200 && event.status < 300;
      if (good) completions[event.finish ? "with_finish" : "without_finish"]++;
      const error = errorType(event);
      const labels = { ...modelOf(received), "error.type": error };
      meters.duration.observe(labels, Math.max(0, event.last_byte_at_ms - received.head_at_ms) / 1_000);
      meters.replies.add({ status: String(event.status), how: event.how, finish: String(event.finish) });
      const output = countTokens(call, event.tokens, good);
      if (good && received.stream && firstContentMs !== undefined && output > 1) {
        const perTokenMs = Math.max(0, event.last_byte_at_ms - firstContentMs) / (output - 1);
        interToken.add(perTokenMs);
        meters.perToken.observe(modelOf(received), perTokenMs / 1_000);
      }
      return good && event.finish && !event.error_in_stream;
    },
  };
}
