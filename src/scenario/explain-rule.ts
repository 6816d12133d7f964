import type { Fault } from "../core/fault.ts";
import type { FaultRule, Where } from "../core/scenario.ts";
import { formatCount, formatShare } from "../core/units.ts";
import { withStandIns } from "./measured.ts";

/** A rule in words: "30 % of the calls with the model gpt-4o: a 429 for tokens per minute that asks for 5 s, at most 3 times". */
export function explainRule(rule: FaultRule, faults: ReadonlyMap<string, Fault>): string {
  const often = rule.atMost === undefined ? "" : `, at most ${times(rule.atMost)}`;
  return `${explainWhich(rule)}: ${explainFault(rule, faults)}${often}`;
}

function explainFault({ fault: name, params }: FaultRule, faults: ReadonlyMap<string, Fault>): string {
  const fault = faults.get(name);
  // Of durations in a file the words tell that there are some; which file says the rest.
  const inFiles = withStandIns(params);
  const parsed = fault?.params.safeParse(inFiles?.params ?? params ?? {});
  // A placeholder stands where a number will be: the written form says it.
  if (fault === undefined || parsed?.success !== true) return `${name} ${JSON.stringify(params)}`;
  const words = fault.explain(parsed.data);
  return inFiles === undefined
    ? words
    : `${words.replaceAll("2 measured durations", "the measured durations")} (from ${inFiles.names.join(", ")})`;
}

function explainWhich({ where, chance }: FaultRule): string {
  const calls = explainWhere(where);
  if (chance === 1) return `all ${calls}`;
  return `${formatShare(chance)} of the ${calls}`;
}

/** `calls to gpt-4o that stream, counting only the first 3`. */
export function explainWhere(where: Where): string {
  const parts = Object.entries(where).map(([key, value]) => WHERE_WORDS[key as keyof Where]?.(value as never) ?? "");
  return ["calls", ...parts].join(" ");
}

const WHERE_WORDS: { [K in keyof Where]-?: (value: NonNullable<Where[K]>) => string } = {
  provider: (provider) => `to ${provider}`,
  model: (model) => `with the model ${model}`,
  path: (path) => `on ${path}`,
  stream: (stream) => (stream ? "that stream" : "that do not stream"),
  tools: (tools) => (tools ? "with tools" : "without tools"),
  key: (key) => `with the key ${key}…`,
  header: (header) =>
    Object.entries(header)
      .map(([name, pattern]) => `whose ${name} is ${pattern}`)
      .join(" and "),
  min_input_tokens: (tokens) => `of at least ${formatCount(tokens)} input tokens`,
  nth: (nth) => `counting only each ${ordinal(nth)}`,
  first: (first) => `counting only the first ${first === 1 ? "one" : first}`,
};

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function ordinal(n: number): string {
  const suffix = n % 100 >= 11 && n % 100 <= 13 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[n % 10] ?? "th");
  return `${n}${suffix}`;
}
