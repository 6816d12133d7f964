import type { Dialect } from "../core/dialect.ts";
import { readCompletionsFrame, readCompletionsWhole } from "./openai-completions/read.ts";
import { recogniseCompletions } from "./openai-completions/recognise.ts";
import { writeCompletions } from "./openai-completions/write.ts";
import { createOpenAiFormat } from "./shared/openai-format.ts";
import type { Signs } from "./shared/signs.ts";
import { openAiWall, type Wall } from "./shared/wall.ts";

/** The legacy Completions before this wall. With signs, only requests that show one are concerned. */
export function createOpenAiCompletions(wall: Wall, signs?: Signs): Dialect {
  return createOpenAiFormat(wall, {
    name: "completions",
    // `message` stands in an error without an envelope, as some compatible servers send it.
    attention: ["finish_reason", "usage", "error", "message"],
    endings: ["/completions"],
    // Chat, and Mistral's fill-in-the-middle and agents, answer in the shape of chat.
    except: ["/chat/completions", "/fim/completions", "/agents/completions"],
    signs,
    recognise: recogniseCompletions,
    read: readCompletionsFrame,
    readWhole: readCompletionsWhole,
    write: writeCompletions,
  });
}

export const openAiCompletions: Dialect = createOpenAiCompletions(openAiWall);
