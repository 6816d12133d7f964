import { type Distribution, sample } from "../core/distribution.ts";
import { createRng } from "../core/rng.ts";
import { quantile } from "./fit.ts";
import type { FittedModel } from "./fit-model.ts";
import type { ModelSamples } from "./samples.ts";

export const COMPARED = [0.1, 0.5, 0.9, 0.95, 0.99] as const;

/** One quantity, as it was recorded and as the stub will draw it. */
export interface Comparison {
  what: "first token" | "between tokens" | "output";
  unit: "ms" | "tokens";
  fittedBy: Distribution["kind"];
  values: number;
  /** At the shares of COMPARED. */
  recorded: readonly number[];
  stub: readonly number[];
  /** Both as counts over the same steps of a logarithmic axis. */
  plot: { from: number; to: number; recorded: readonly number[]; stub: readonly number[] };
}

const DRAWS = 10_000;
const COLUMNS = 40;

export function compareModel(samples: ModelSamples, fitted: FittedModel): Comparison[] {
  const ttft = samples.ttft.values.length > 0 ? samples.ttft : samples.whole;
  return [
    compare({ what: "first token", unit: "ms", values: ttft.values }, fitted.ttft),
    compare({ what: "between tokens", unit: "ms", values: samples.gaps.values }, fitted.interToken),
    compare({ what: "output", unit: "tokens", values: samples.outputTokens.values }, fitted.outputTokens),
  ].filter((one) => one !== undefined);
}

function compare(
  { what, unit, values }: Pick<Comparison, "what" | "unit"> & { values: readonly number[] },
  distribution: Distribution | undefined,
): Comparison | undefined {
  if (distribution === undefined || values.length === 0) return undefined;
  const recorded = [...values].sort((a, b) => a - b);
  const rng = createRng(`calibrate/${what}`);
  const draw = () =>
    unit === "tokens" ? Math.max(1, Math.round(sample(distribution, rng))) : sample(distribution, rng);
  const stub = Array.from({ length: DRAWS }, draw).sort((a, b) => a - b);
  const at = (sorted: readonly number[]) => COMPARED.map((share) => quantile(sorted, share));
  return {
    what,
    unit,
    fittedBy: distribution.kind,
    values: values.length,
    recorded: at(recorded),
    stub: at(stub),
    plot: plotOf(recorded, stub),
  };
}

function plotOf(recorded: readonly number[], stub: readonly number[]): Comparison["plot"] {
  const edge = (share: number, pick: (...values: number[]) => number) =>
    Math.max(0.01, pick(quantile(recorded, share), quantile(stub, share)));
  const from = edge(0.005, Math.min);
  const to = Math.max(edge(0.995, Math.max), from * 1.01);
  const columnOf = (value: number) =>
    Math.floor((Math.log(Math.max(value, from) / from) / Math.log(to / from)) * COLUMNS);
  const counts = (values: readonly number[]) => {
    const columns = new Array<number>(COLUMNS).fill(0);
    for (const value of values) {
      const column = Math.min(COLUMNS - 1, columnOf(value));
      columns[column] = (columns[column] ?? 0) + 1 / values.length;
    }
    return columns;
  };
  return { from, to, recorded: counts(recorded), stub: counts(stub) };
}
