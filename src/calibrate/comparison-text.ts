import { formatCount, formatDuration, formatShare } from "../core/units.ts";
import { COMPARED, type Comparison } from "./compare.ts";
import type { FittedModel } from "./fit-model.ts";
import type { ModelSamples } from "./samples.ts";

const BLOCKS = " ▁▂▃▄▅▆▇█";
const NAME = 16;
const COLUMN = 9;

/** Recorded beside stub, for a terminal: numbers, and the shape of both on one axis. */
export function comparisonText(samples: ModelSamples, fitted: FittedModel, compared: readonly Comparison[]): string[] {
  const { model, calls, answers, others, ttft } = samples;
  const head = ["", ...COMPARED.map((share) => `p${Math.round(share * 100)}`.padStart(COLUMN))].join("");
  return [
    `${model}: ${formatCount(calls)} calls, ${formatCount(answers)} whole answers`,
    `${"".padEnd(NAME + 11)}${head}`,
    ...compared.flatMap(rows),
    ...(ttft.values.length === 0 && answers > 0
      ? ["  no stream was recorded: the first token comes when the whole answer came"]
      : []),
    ...(fitted.errors.size === 0
      ? []
      : [
          `  errors          ${[...fitted.errors].map(([error, share]) => `${error} ${formatShare(share)}`).join(", ")}`,
        ]),
    ...(others.size === 0
      ? []
      : [`  not in the profile: ${[...others].map(([what, count]) => `${what} (${count} ×)`).join(", ")}`]),
    "",
  ];
}

function rows({ what, unit, fittedBy, recorded, stub, plot }: Comparison): string[] {
  const word = (value: number) => (unit === "tokens" ? formatCount(value) : inMs(value)).padStart(COLUMN);
  const numbers = (values: readonly number[]) => values.map(word).join("");
  const most = Math.max(...plot.recorded, ...plot.stub);
  const bars = (columns: readonly number[]) =>
    columns.map((share) => BLOCKS[Math.ceil((share / most) * (BLOCKS.length - 1))] ?? " ").join("");
  const axis = `${word(plot.from).trim()} to ${word(plot.to).trim()}${unit === "tokens" ? " tokens" : ""}, logarithmic`;
  return [
    `  ${what.padEnd(NAME)}recorded ${numbers(recorded)}`,
    `  ${`(${fittedBy})`.padEnd(NAME)}stub     ${numbers(stub)}`,
    `  ${"".padEnd(NAME)}recorded  |${bars(plot.recorded)}|`,
    `  ${"".padEnd(NAME)}stub      |${bars(plot.stub)}| ${axis}`,
  ];
}

/** Gaps of a few milliseconds need more digits than durations in sentences. */
function inMs(ms: number): string {
  return ms < 100 ? `${Number(ms.toFixed(ms < 10 ? 2 : 1))} ms` : formatDuration(ms);
}
