import type { Dialect } from "../core/dialect.ts";
import { openAiChat } from "./openai-chat.ts";

/** Every wire format, the more particular before the more general. */
export const dialects: readonly Dialect[] = [openAiChat];
