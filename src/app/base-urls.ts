/** Whose SDK the app uses: it decides which environment variables carry the base URL. */
export type ProviderFamily = "openai" | "azure" | "anthropic" | "gemini";

export interface BaseUrlOptions {
  family: ProviderFamily;
  /** Further families, where the app calls several providers. One that cannot stand beside an earlier one is left out. */
  others?: readonly ProviderFamily[];
  /** Where the proxy listens. */
  proxyUrl: string;
  /** What the app would inherit. */
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * The variables that make the family's SDKs call the proxy. Undefined: the variable must be removed from the app's environment.
 * Names of older SDK versions are only rewritten where they are present, and calls to this machine are kept out of corporate proxies.
 */
export function baseUrlVariables({
  family,
  others = [],
  proxyUrl,
  env,
}: BaseUrlOptions): Record<string, string | undefined> {
  const bare = proxyUrl.replace(/\/+$/, "");
  const families = settableTogether([family, ...others]);
  const variables = families.map((one) => familyVariables(one, bare, env));
  return Object.assign({}, ...variables, noProxy(env, new URL(bare).hostname));
}

/** The first of OpenAI's and Azure's stays: openai-node refuses to start with the variables of both. */
export function settableTogether(families: readonly ProviderFamily[]): ProviderFamily[] {
  const rival: Partial<Record<ProviderFamily, ProviderFamily>> = { openai: "azure", azure: "openai" };
  return families.filter((family, i) => {
    const earlier = families.slice(0, i);
    return !earlier.includes(family) && !earlier.some((one) => one === rival[family]);
  });
}

function familyVariables(
  family: ProviderFamily,
  bare: string,
  env: BaseUrlOptions["env"],
): Record<string, string | undefined> {
  const whenPresent = (name: string, value: string | undefined) => (env[name] === undefined ? {} : { [name]: value });
  switch (family) {
    // openai-node refuses to start with both OPENAI_BASE_URL and AZURE_OPENAI_ENDPOINT.
    case "openai":
      return {
        OPENAI_BASE_URL: `${bare}/v1`,
        ...whenPresent("OPENAI_API_BASE", `${bare}/v1`),
        ...whenPresent("AZURE_OPENAI_ENDPOINT", undefined),
      };
    case "azure":
      return {
        AZURE_OPENAI_ENDPOINT: bare,
        ...whenPresent("OPENAI_BASE_URL", undefined),
        ...whenPresent("OPENAI_API_BASE", bare),
      };
    case "anthropic":
      return { ANTHROPIC_BASE_URL: bare, ...whenPresent("ANTHROPIC_API_BASE", bare) };
    case "gemini":
      return { GOOGLE_GEMINI_BASE_URL: bare };
  }
}

/** Both spellings are set, because libraries disagree which one wins. */
function noProxy(env: BaseUrlOptions["env"], proxyHost: string): Record<string, string> {
  const hosts = new Set(
    [env["NO_PROXY"], env["no_proxy"]].flatMap((list) => (list ?? "").split(",")).map((host) => host.trim()),
  );
  hosts.delete("");
  for (const host of ["127.0.0.1", "localhost", proxyHost]) hosts.add(host);
  const list = hosts.has("*") ? "*" : [...hosts].join(",");
  return { NO_PROXY: list, no_proxy: list };
}

const AZURE_HOSTS = [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"];

/** The family an upstream speaks, by its host; every other server is taken for OpenAI-compatible. */
export function familyOf(upstream: URL | string): ProviderFamily {
  const host = hostOf(upstream);
  if (AZURE_HOSTS.some((end) => host.endsWith(end))) return "azure";
  if (host === "anthropic.com" || host.endsWith(".anthropic.com")) return "anthropic";
  if (host === "generativelanguage.googleapis.com" || host.endsWith("aiplatform.googleapis.com")) return "gemini";
  return "openai";
}

function hostOf(upstream: URL | string): string {
  if (typeof upstream !== "string") return upstream.hostname;
  return URL.canParse(upstream) ? new URL(upstream).hostname : "";
}
