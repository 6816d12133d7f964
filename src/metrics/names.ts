/** OpenTelemetry's names for providers (attribute `gen_ai.provider.name`); one that has none there keeps its own. */
const PROVIDERS: Readonly<Record<string, string>> = {
  azure: "azure.ai.openai",
  gemini: "gcp.gemini",
  vertex: "gcp.vertex_ai",
  bedrock: "aws.bedrock",
  mistral: "mistral_ai",
};

export function providerName(provider: string): string {
  return PROVIDERS[provider] ?? provider;
}

/** Attribute `gen_ai.operation.name`, from the wire format. */
export function operationName(dialect: string): string {
  if (dialect.includes("embedding")) return "embeddings";
  return dialect.startsWith("gemini") ? "generate_content" : "chat";
}

/** The bounds that the GenAI conventions ask for; seconds and tokens. */
export const BOUNDS = {
  duration: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  firstToken: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  perToken: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
  tokens: [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864],
} as const;
