import { z } from "zod";
import type { Fault } from "../core/fault.ts";
import { editReply, type Said } from "./shared/edit-reply.ts";
import { parseJson, withValues } from "./shared/json-edit.ts";

const params = z.strictObject({});
/** What Bedrock puts into an event of the model's own, which stays. */
const BESIDE_AN_EVENT = "amazon-bedrock-invocationMetrics";
const USAGE_KEYS: readonly string[] = ["usage", "usageMetadata", BESIDE_AN_EVENT];

/** Whoever counts money by what the answers say counts too little. */
export const dropUsage: Fault<z.output<typeof params>> = {
  name: "drop_usage",
  summary: "The answer comes without its usage",
  looks: "streams without usage",
  acts: "stream",
  final: false,
  params,
  plan: (_, { dialect }) => [{ do: "reshape", newStage: () => editReply(dialect, withoutUsage) }],
  explain: () => "the answer comes without its usage",
};

/** Emptied where the event says more, since clients read fields of it without looking; an event behind the finish that says nothing else goes. */
function withoutUsage({ json, meaning, at, readAs }: Said): string | "drop" | undefined {
  const root = USAGE_KEYS.some((key) => json.includes(`"${key}"`)) ? parseJson(json) : undefined;
  if (root === undefined) return undefined;
  const isAlone = !json.includes(BESIDE_AN_EVENT);
  if (isAlone && at?.finishSeen && meaning.usage !== undefined && meaning.finish === undefined && meaning.tokens === 0)
    return "drop";
  let emptied = 0;
  const edited = withValues(root, ({ key, value }) => {
    if (!USAGE_KEYS.includes(key) || typeof value !== "object" || value === null) return value;
    emptied += 1;
    return {};
  });
  if (emptied === 0) return undefined;
  const text = JSON.stringify(edited);
  return readAs(text).usage === undefined ? text : undefined;
}
