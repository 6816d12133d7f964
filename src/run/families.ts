import { baseUrlVariables, familyOf, type ProviderFamily } from "../app/index.ts";
import { whoseServer } from "../providers/index.ts";
import type { SessionOptions } from "./options.ts";
import { baseOf, type UpstreamChoice } from "./upstream-choice.ts";

/** Whose SDKs the app uses, as far as the upstreams tell. */
export interface AppFamily {
  family: ProviderFamily;
  /** No upstream of this family is a real one, so any key will do. */
  onlyStubs: boolean;
}

const OF_PROVIDER: Readonly<Record<string, ProviderFamily>> = {
  azure: "azure",
  anthropic: "anthropic",
  gemini: "gemini",
  vertex: "gemini",
};

/** In the order of the upstreams, each once. A family that the user named is the only one. */
export function familiesOf(
  upstreams: readonly UpstreamChoice[],
  named: ProviderFamily | undefined,
): [AppFamily, ...AppFamily[]] {
  const onlyStubs = (of: readonly UpstreamChoice[]) => of.every(({ kind }) => kind !== "live");
  if (named !== undefined) return [{ family: named, onlyStubs: onlyStubs(upstreams) }];
  const byFamily = Map.groupBy(upstreams, familyOfOne);
  const [first, ...others] = [...byFamily].map(([family, of]) => ({ family, onlyStubs: onlyStubs(of) }));
  return [first ?? { family: "openai", onlyStubs: false }, ...others];
}

function familyOfOne(choice: UpstreamChoice): ProviderFamily {
  const base = baseOf(choice);
  const { provider } = whoseServer(base, choice.name);
  return OF_PROVIDER[provider ?? ""] ?? (provider === undefined && base !== undefined ? familyOf(base) : "openai");
}

/** `OPENAI_BASE_URL=http://…/v1` and the like, for people to read. */
export function baseUrls({ upstreams, family: named }: Pick<SessionOptions, "upstreams" | "family">, proxyUrl: string) {
  const [{ family }, ...others] = familiesOf(upstreams, named);
  const variables = baseUrlVariables({ family, others: others.map((other) => other.family), proxyUrl, env: {} });
  return Object.entries(variables)
    .filter(([name]) => !/^no_proxy$/i.test(name))
    .map(([name, value]) => `${name}=${value}`);
}
