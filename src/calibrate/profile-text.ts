import type { Distribution } from "../core/distribution.ts";
import type { FittedModel } from "./fit-model.ts";

/** The stub profile as people read and change it. `notes` become comments at its top. */
export function profileText(models: readonly FittedModel[], notes: readonly string[]): string {
  return [...notes.map((note) => `# ${note}`), "", "models:", ...models.flatMap(modelLines), ""].join("\n");
}

function modelLines({ model, ttft, interToken, outputTokens, toolCalls, errors }: FittedModel): string[] {
  const drawn = [...errors].map(([error, share]) => `${error}: ${percent(share)}`);
  const lines = [
    ttft && `ttft: ${spread(ttft, inMs)}`,
    interToken && `inter_token: ${spread(interToken, inMs)}`,
    outputTokens && `output_tokens: ${spread(outputTokens, inTokens)}`,
    toolCalls === undefined ? undefined : `tool_calls: ${percent(toolCalls)}`,
    drawn.length === 0 ? undefined : `errors: { ${drawn.join(", ")} }`,
  ];
  return [`  ${JSON.stringify(model)}:`, ...lines.filter((line) => line !== undefined).map((line) => `    ${line}`)];
}

type Unit = (value: number) => string;
const inMs: Unit = (value) => `${round(value)}ms`;
const inTokens: Unit = (value) => String(Math.max(1, Math.round(value)));

function spread(distribution: Distribution, unit: Unit): string {
  switch (distribution.kind) {
    case "fixed":
      return unit(distribution.ms);
    case "lognormal":
      return `{ lognormal: { median: ${unit(distribution.medianMs)}, sigma: ${Number(distribution.sigma.toFixed(3))} } }`;
    case "empirical":
      return `{ empirical: [${wrapped(distribution.valuesMs.map(unit))}] }`;
    default:
      throw new TypeError(`no ${distribution.kind} distribution is ever fitted`);
  }
}

const PER_LINE = 16;

function wrapped(values: readonly string[]): string {
  if (values.length <= PER_LINE) return values.join(", ");
  const lines = Array.from({ length: Math.ceil(values.length / PER_LINE) }, (_, i) =>
    values.slice(i * PER_LINE, (i + 1) * PER_LINE).join(", "),
  );
  return `\n      ${lines.join(",\n      ")}`;
}

/** Three digits that count. A duration has no exponent. */
function round(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toFixed(value >= 10 ? 1 : 3));
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))}%`;
}
