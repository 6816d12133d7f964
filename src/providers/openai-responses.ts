import type { Dialect } from "../core/dialect.ts";
import { breakResponses } from "./openai-responses/break.ts";
import { readResponsesFrame, readResponsesWhole } from "./openai-responses/read.ts";
import { recogniseResponses } from "./openai-responses/recognise.ts";
import { writeResponses } from "./openai-responses/write.ts";
import { createOpenAiFormat } from "./shared/openai-format.ts";
import type { Signs } from "./shared/signs.ts";
import { openAiWall, type Wall } from "./shared/wall.ts";

/** The Responses API before this wall. With signs, only requests that show one are concerned. */
export function createOpenAiResponses(wall: Wall, signs?: Signs): Dialect {
  return createOpenAiFormat(wall, {
    name: "responses",
    // `response` stands in the events at both ends, `message` in a flat error.
    attention: ["response", "error", "message"],
    endings: ["/responses"],
    signs,
    recognise: recogniseResponses,
    read: readResponsesFrame,
    readWhole: readResponsesWhole,
    write: writeResponses,
    breakStream: breakResponses(wall),
  });
}

export const openAiResponses: Dialect = createOpenAiResponses(openAiWall);
