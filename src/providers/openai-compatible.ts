export { chooseDialects, type OpenAiFormats } from "./openai-compatible/choose.ts";
export { compatibleProviders } from "./openai-compatible/providers.ts";
export { compatibleWall } from "./openai-compatible/wall.ts";
