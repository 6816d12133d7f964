/** Where the formats keep what the model reads. */
const PROMPT_KEYS = [
  "system",
  "instructions",
  "systemInstruction",
  "messages",
  "input",
  "contents",
  "prompt",
  "inputText",
];
/** Words of the format, not of the prompt. */
const FORMAT_KEYS: ReadonlySet<string> = new Set([
  "type",
  "id",
  "call_id",
  "tool_call_id",
  "tool_use_id",
  "toolUseId",
  "cache_control",
]);
/** What OpenAI documents for its chat format: three tokens around each message, three before the answer. */
const TOKENS_PER_MESSAGE = 3;
const TOKENS_BEFORE_ANSWER = 3;
/** Deeper nesting is no prompt. */
const DEEPEST = 12;

/** The texts of a prompt, each to be counted by itself, and the tokens of the framing between them. */
export function readPrompt(body: Readonly<Record<string, unknown>>): { texts: string[]; framingTokens: number } {
  const found = { texts: [] as string[], messages: 0 };
  for (const key of PROMPT_KEYS) gather(body[key], found, 0);
  for (const tools of [body["tools"], toolsInConfig(body["toolConfig"])]) {
    if (tools !== undefined) found.texts.push(JSON.stringify(tools));
  }
  const framingTokens = TOKENS_BEFORE_ANSWER + TOKENS_PER_MESSAGE * Math.max(1, found.messages);
  return { texts: found.texts, framingTokens };
}

/** Bedrock's; Gemini's configuration of the same name has no tools in it. */
function toolsInConfig(config: unknown): unknown {
  return typeof config === "object" && config !== null && "tools" in config ? config.tools : undefined;
}

function gather(value: unknown, found: { texts: string[]; messages: number }, depth: number): void {
  // Images and files inside the body cost by size, not by their characters.
  if (typeof value === "string" && !value.startsWith("data:")) found.texts.push(value);
  if (typeof value !== "object" || value === null || depth > DEEPEST) return;
  if ("role" in value) found.messages++;
  for (const [key, inner] of Object.entries(value)) {
    if (!FORMAT_KEYS.has(key)) gather(inner, found, depth + 1);
  }
}
