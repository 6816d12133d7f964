import type { Dialect } from "../core/dialect.ts";
import { readChatFrame, readChatWhole } from "./openai-chat/read.ts";
import { recogniseChat } from "./openai-chat/recognise.ts";
import { writeChat } from "./openai-chat/write.ts";
import { createOpenAiFormat } from "./shared/openai-format.ts";
import type { Signs } from "./shared/signs.ts";
import { openAiWall, type Wall } from "./shared/wall.ts";

/** Chat Completions before this wall. With signs, only requests that show one are concerned. */
export function createOpenAiChat(wall: Wall, signs?: Signs): Dialect {
  return createOpenAiFormat(wall, {
    name: "chat",
    // `message` stands in an error without an envelope, as some compatible servers send it.
    attention: ["finish_reason", "usage", "error", "message"],
    endings: ["/chat/completions"],
    signs,
    recognise: recogniseChat,
    read: readChatFrame,
    readWhole: readChatWhole,
    write: (reply, call) => writeChat(reply, call, wall.chat),
  });
}

/** OpenAI Chat Completions, as the platform and every compatible server speak it. */
export const openAiChat: Dialect = createOpenAiChat(openAiWall);
