import { type Dialect, NO_MEANING } from "../core/dialect.ts";
import { recogniseEmbeddings } from "./openai-embeddings/recognise.ts";
import { writeEmbeddings } from "./openai-embeddings/write.ts";
import { parseRecord } from "./shared/json.ts";
import { createOpenAiFormat } from "./shared/openai-format.ts";
import { readChoices } from "./shared/openai-reply.ts";
import type { Signs } from "./shared/signs.ts";
import { openAiWall, type Wall } from "./shared/wall.ts";

/** Embeddings before this wall: they never stream, and only the input is paid for. With signs, only requests that show one are concerned. */
export function createOpenAiEmbeddings(wall: Wall, signs?: Signs): Dialect {
  return createOpenAiFormat(wall, {
    name: "embeddings",
    attention: [],
    endings: ["/embeddings"],
    signs,
    recognise: recogniseEmbeddings,
    read: () => NO_MEANING,
    readWhole: (body) => readChoices(parseRecord(body) ?? {}, () => undefined),
    breakStream: () => undefined,
    write: writeEmbeddings,
  });
}

export const openAiEmbeddings: Dialect = createOpenAiEmbeddings(openAiWall);
