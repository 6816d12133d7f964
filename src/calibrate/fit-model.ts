import type { Distribution } from "../core/distribution.ts";
import type { StubError } from "../upstreams/index.ts";
import { fitDistribution } from "./fit.ts";
import type { ModelSamples } from "./samples.ts";

/** One model of a stub profile, as far as its samples tell. What is undefined stays as the stub has it. */
export interface FittedModel {
  model: string;
  ttft: Distribution | undefined;
  interToken: Distribution | undefined;
  /** In tokens. */
  outputTokens: Distribution | undefined;
  /** Share of the answers to calls with tools. */
  toolCalls: number | undefined;
  /** Shares of all calls that reached a model or ought to have. */
  errors: ReadonlyMap<StubError, number>;
}

export function fitModel(samples: ModelSamples): FittedModel {
  const { model, calls, ttft, whole, gaps, outputTokens, withTools, toolCalls, errors } = samples;
  const streamed = ttft.values.length > 0;
  return {
    model,
    // Of an answer that came in one piece nobody can tell the first token from the last.
    ttft: fitDistribution((streamed ? ttft : whole).values),
    interToken: streamed ? fitDistribution(gaps.values) : fitDistribution(whole.values.map(() => 0)),
    outputTokens: fitDistribution(outputTokens.values),
    toolCalls: withTools === 0 ? undefined : toolCalls / withTools,
    errors: new Map([...errors].map(([error, count]) => [error, count / calls])),
  };
}
