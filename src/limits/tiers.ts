import { DIMENSIONS, type Dimension, type LimitSpec, type RefusalDimension } from "../core/limits.ts";
import { didYouMean, matchesGlob } from "../core/text.ts";
import anthropic from "./tiers.anthropic.data.json" with { type: "json" };
import azure from "./tiers.azure.data.json" with { type: "json" };
import bedrock from "./tiers.bedrock.data.json" with { type: "json" };
import compatible from "./tiers.compatible.data.json" with { type: "json" };
import data from "./tiers.data.json" with { type: "json" };
import gemini from "./tiers.gemini.data.json" with { type: "json" };

/** One row of the shipped numbers. Every provider says that the account's own page rules. */
export interface TierRow extends Partial<Record<Dimension, number>> {
  provider: string;
  tier: string;
  /** Exact: another name of the same model, such as a dated one, is another model here. With `models`, the provider's name of the class. `*`: every model, each for itself. */
  model: string;
  /** The members of a class that share one bucket, by their exact names, or with `*` for any run of characters. */
  models?: readonly string[];
  /** What a call names instead of the model, where that is a deployment: one that is called like its model is taken for it. */
  deployment?: string;
  /** The shortest window in which the provider judges requests per minute. Milliseconds. */
  requestWindowMs?: number;
  /** Cached input counts on input tokens per minute, against the provider's rule for the others. */
  cachedInputCounts?: boolean;
  /** Page the numbers were read from, and the day (or month, or year) of reading. */
  source: string;
  date: string;
  note?: string;
}

const rows: readonly TierRow[] = [...data, ...anthropic, ...azure, ...bedrock, ...compatible, ...gemini];

export interface TierOptions {
  /** Exact name. Default: every model of the tier. */
  model?: string;
  /** Default `key+model`. */
  per?: LimitSpec["per"];
  /** Numbers that win over the tier's. */
  overrides?: Partial<Record<Dimension, number>>;
}

/** The rows of `provider/tier`. Undefined when there is no such tier, or it has no such model: `explainMissingTier` says what was meant. */
export function tierSpecs(
  name: string,
  { model, per = "key+model", overrides = {} }: TierOptions = {},
): LimitSpec[] | undefined {
  const found = rows.filter((row) => nameOf(row) === name && (model === undefined || covers(row, model)));
  if (found.length === 0) return undefined;
  return found.map((row) => ({
    label: labelOf(row, overrides),
    provider: row.provider,
    tier: row.tier,
    ...modelOf(row, model),
    ...(row.models !== undefined && { models: row.models }),
    per,
    limits: { ...numbersOf(row), ...overrides },
    ...(row.requestWindowMs !== undefined && { requestWindowMs: row.requestWindowMs }),
    ...(row.cachedInputCounts !== undefined && { cachedInputCounts: row.cachedInputCounts }),
    source: row.source,
    date: row.date,
  }));
}

/** One sentence for the user when `tierSpecs` found nothing. */
export function explainMissingTier(name: string, model?: string): string {
  const tiers = listTiers();
  const tier = tiers.find((one) => one.name === name);
  if (tier === undefined) {
    const meant = didYouMean(
      name,
      tiers.map((one) => one.name),
    );
    const known = tiers.map((one) => one.name).join(", ");
    return `there is no tier "${name}"; ${meant ? `did you mean "${meant}"?` : `known are ${known}`}`;
  }
  const meant = didYouMean(model ?? "", tier.models);
  const what = meant ? `did you mean "${meant}"?` : `it has ${tier.models.join(", ")}`;
  return `the tier ${name} has no numbers for the model "${model ?? ""}" (names are exact); ${what}`;
}

/** All tiers with what they cover, for `list tiers`. */
export function listTiers(): { name: string; provider: string; tier: string; models: string[]; dates: string[] }[] {
  const byName = Map.groupBy(rows, nameOf);
  return [...byName].map(([name, own]) => ({
    name,
    provider: own[0]?.provider ?? "",
    tier: own[0]?.tier ?? "",
    models: own.flatMap(modelsOf),
    dates: [...new Set(own.map((row) => row.date))].sort(),
  }));
}

/** Every shipped row, for a table. */
export function tierRows(): readonly TierRow[] {
  return rows;
}

/**
 * What a scripted refusal prints as its limit where nothing is counted and no tier is named. Taken from entry tiers of
 * 2026 (OpenAI's first paid tier; input and output apart as in Anthropic's former first tier); tokens per day is
 * tokens per minute × 1,440, the rule Amazon Bedrock documents. Images and concurrency are round numbers of ours.
 */
const DEFAULT_LIMITS: Record<RefusalDimension, number> = {
  rpm: 500,
  tpm: 30_000,
  rpd: 10_000,
  tpd: 43_200_000,
  itpm: 30_000,
  otpm: 8_000,
  images: 5,
  concurrency: 10,
};

export function defaultLimit(dimension: RefusalDimension): number {
  return DEFAULT_LIMITS[dimension];
}

function covers(row: TierRow, model: string): boolean {
  return modelsOf(row).some((pattern) => matchesGlob(pattern, model));
}

/** A row for every model names none, but the one that the user asked for. */
function modelOf(row: TierRow, asked: string | undefined): { model?: string } {
  if (row.model !== "*") return { model: row.deployment ?? row.model };
  return asked === undefined ? {} : { model: asked };
}

function modelsOf({ model, models }: TierRow): readonly string[] {
  return models ?? [model];
}

function nameOf(row: TierRow): string {
  return `${row.provider}/${row.tier}`;
}

function numbersOf(row: TierRow): LimitSpec["limits"] {
  return Object.fromEntries(
    DIMENSIONS.flatMap((dimension) => (row[dimension] === undefined ? [] : [[dimension, row[dimension]]])),
  );
}

/** `openai/tier-1 some-model`, and which numbers are the user's own. */
function labelOf(row: TierRow, overrides: Partial<Record<Dimension, number>>): string {
  const own = DIMENSIONS.filter((dimension) => overrides[dimension] !== undefined);
  return `${nameOf(row)} ${row.model}${own.length === 0 ? "" : ` (own ${own.join(", ")})`}`;
}
